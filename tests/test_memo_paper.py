"""The memo, the notice and the certificate as they come out: measured, read back and held to their standards."""

import json
import re
import shutil
import subprocess
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from documents.letters import PRINTABLE
from documents.typesetting import Unprinted, typeset
from tests import paper_samples as samples

CM = 72 / 2.54
SCALE = 0.6653  # a point of TH Sarabun in this typeface
HEAD, FOOT = 2.2 * CM, 2.3 * CM
FORMS = {"memo": samples.memo, "notice": samples.notice, "certificate": samples.certificate}


def short(**changes: Any) -> dict[str, Any]:
    """A memo without its annex."""
    return samples.memo(**{"scores": None, "plan": [], "attachments": [], **changes})


def bare(**changes: Any) -> dict[str, Any]:
    """A memo of sections alone."""
    return short(**{"proposals": [], "closing": "", "signature": None, "blocks": [], **changes})


def section(text: str) -> list[dict[str, str]]:
    return [{"heading": "เรื่องเดิม", "text": text}]


def pages(pdf: bytes) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(pdf))


def folded(text: str) -> str:
    return re.sub(r"\s+", "", text)


def body_texts(pdf: bytes) -> list[str]:
    """Each page's text between its head and its foot, without white space."""
    return [
        folded(page.get_textpage().get_text_bounded(0, FOOT, page.get_width(), page.get_height() - HEAD))
        for page in pages(pdf)
    ]


def text_of(pdf: bytes) -> str:
    return "".join(body_texts(pdf))


def poppler_text(pdf: bytes) -> str:
    """The same as poppler reads it, of pages that stand upright."""
    height = int(pages(pdf)[0].get_height() - HEAD - FOOT)
    command = ["pdftotext", "-x", "0", "-y", str(int(HEAD)), "-W", "900", "-H", str(height), "-", "-"]
    return folded(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode())


def letters(page: pypdfium2.PdfPage) -> list[tuple[str, float, tuple[float, float, float, float]]]:
    """Character, size and box (left, bottom, right, top) of what a page says between head and foot; no spaces."""
    text, found = page.get_textpage(), []
    for place in range(text.count_chars()):
        box = text.get_charbox(place)
        letter = text.get_text_range(place, 1)
        if letter.strip() and FOOT - 1 < box[1] < page.get_height() - HEAD + 1:
            found.append((letter, pdfium.FPDFText_GetFontSize(text.raw, place), box))
    return found


def described(pdf: bytes) -> dict[str, list[float]]:
    """Text for those who cannot see it -> the box (left, bottom, right, top) of what it describes."""
    with pikepdf.open(BytesIO(pdf)) as document:
        found = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
        return {str(one["/Alt"]): [float(edge) for edge in one["/A"][0]["/BBox"]] for one in found}


def xmp(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as document:
        return document.Root.Metadata.read_bytes().decode()


def test_the_body_stands_three_centimetres_from_the_left_and_two_from_the_right() -> None:
    for page in pages(typeset(short())):
        boxes = [box for _letter, _size, box in letters(page)]
        assert min(box[0] for box in boxes) == pytest.approx(3 * CM, abs=1.5)
        assert max(box[2] for box in boxes) <= page.get_width() - 2 * CM + 0.5
    justified = [box for _letter, _size, box in letters(pages(typeset(short()))[0])]
    assert max(box[2] for box in justified) == pytest.approx(21 * CM - 2 * CM, abs=1.5)


def test_title_labels_body_and_urgency_have_the_sizes_of_the_regulation() -> None:
    found = letters(pages(typeset(short(urgency="most_urgent")))[0])
    said = "".join(letter for letter, _size, _box in found)
    for words, size in (("บันทึกข้อความ", 29), ("ส่วนราชการ", 20), ("วันที่", 20), ("ตามที่", 16), ("ด่วนที่สุด", 32)):
        measured = found[said.index(words)][1]
        assert measured == pytest.approx(size * SCALE, abs=0.05), words


def test_the_emblem_has_its_centimetre_and_a_half_at_the_left_of_the_title() -> None:
    pdf = typeset(short())
    left, bottom, right, top = described(pdf)["ตราครุฑ"]
    assert (right - left, top - bottom, left) == pytest.approx((1.5 * CM, 1.5 * CM, 3 * CM), abs=0.1)
    title = next(box for _letter, size, box in letters(pages(pdf)[0]) if size > 19)
    assert title[0] > right and bottom < title[1] < title[3] < top


def test_lines_of_the_body_stand_seventeen_points_apart() -> None:
    words = section("ระเบียบและกฎหมายของราชการ " * 60)
    page = pages(typeset(bare(sections=words, agency="", subject="")))[0]
    feet = sorted({round(box[1], 1) for letter, _size, box in letters(page) if letter == "ะ"}, reverse=True)
    steps = [round(a - b, 1) for a, b in pairwise(feet)]
    assert len(steps) > 8 and set(steps[:-1]) <= {17.0, 16.9, 17.1}


def test_what_the_memo_says_is_read_back_unchanged() -> None:
    data = short()
    body = data["body"]
    said = text_of(typeset(data))
    texts = [body["agency"], body["subject"], body["to"], body["closing"], *body["proposals"]]
    texts += [text for one in body["sections"] for text in (one["heading"], one["text"])]
    places = [said.find(folded(text)) for text in texts]
    assert min(places) >= 0


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_poppler_reads_the_same_text() -> None:
    data = short()
    pdf = typeset(data)
    said = poppler_text(pdf)
    for one in data["body"]["sections"]:
        assert folded(one["text"]) in said
    assert sorted(said) == sorted(text_of(pdf))


def test_no_cluster_of_thai_is_doubled() -> None:
    consonants = [chr(code) for code in range(0xE01, 0xE2F)]
    marks = ["", "่", "้", "๊", "๋", "์"]
    vowels = ["", "ั", "ิ", "ี", "ึ", "ื", "ุ", "ู", "็"]
    clusters = [consonant + vowel + mark for consonant in consonants for vowel in vowels for mark in marks]
    text = "\n".join(" ".join(clusters[start : start + 12]) for start in range(0, len(clusters), 12))
    pdf = typeset(bare(sections=section(text)))
    assert folded(text) in text_of(pdf)
    if shutil.which("pdftotext"):
        assert folded(text) in poppler_text(pdf)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_data_give_the_same_bytes(form: str) -> None:
    assert typeset(FORMS[form]()) == typeset(FORMS[form]())


@pytest.mark.parametrize("form", FORMS)
def test_archive_and_accessibility_are_claimed_and_the_file_is_sound(form: str) -> None:
    data = FORMS[form]()
    pdf = typeset(data)
    claims = re.sub(r"\s", "", xmp(pdf))
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in claims
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        assert document.docinfo["/Title"] == data["title"]
        assert document.docinfo["/Author"] == data["organization"]["name"]
        assert data["code"] in str(document.docinfo["/Keywords"])
        assert str(document.Root.Lang) == "th"


@pytest.mark.parametrize("form", FORMS)
def test_the_data_are_attached_as_the_source(form: str) -> None:
    data = FORMS[form](subject="ด่วน 😀 “ก”")
    with pikepdf.open(BytesIO(typeset(data))) as document:
        attached = document.attachments[f"{form}.json"]
        assert json.loads(attached.get_file().read_bytes()) == data
        assert attached.relationship == pikepdf.Name.Source


def test_headings_are_the_bookmarks() -> None:
    marks = [one.get_title() for one in pypdfium2.PdfDocument(typeset(samples.memo())).get_toc()]
    assert marks[:4] == ["เรื่องเดิม", "ข้อเท็จจริง", "ข้อระเบียบและกฎหมาย", "ข้อเสนอเพื่อพิจารณา"]
    assert "เอกสารแนบท้ายบันทึกข้อความ" in marks


def test_chart_and_emblem_have_their_words() -> None:
    said = described(typeset(samples.memo()))
    assert "ตราครุฑ" in said
    assert any("การป้องกันการทุจริต ๕๐.๐๐" in one and "เป้าหมาย ๘๕.๐๐" in one for one in said)


def test_pages_are_numbered_from_the_second_on() -> None:
    drawn = pages(typeset(samples.memo()))
    heads = [folded(page.get_textpage().get_text_bounded(0, page.get_height() - HEAD + 6, 900, 900)) for page in drawn]
    assert heads[:3] == ["", "-๒-", "-๓-"]


def test_digits_the_form_fills_in_are_as_asked_and_typed_words_stay() -> None:
    thai, arabic = text_of(typeset(short(closing="ข้อ O42"))), text_of(typeset(short(closing="ข้อ O42", digits="arabic")))
    assert "นฐ๗๑๒๐๑/๔๑๒" in thai and "๑๔กันยายน๒๕๖๔" in thai and "ข้อO42" in thai
    assert "นฐ71201/412" in arabic and "14กันยายน2564" in arabic


# The endorsement blocks


def test_an_approval_by_an_acting_official_shows_form_order_and_moment() -> None:
    said = text_of(typeset(short()))
    assert "(/)สมควร" in said and "(/)อนุมัติ" in said
    assert "รักษาราชการแทนนายก" in said and "ตามคำสั่งที่๑๒๓/๒๕๖๔" in said
    assert said.count("ลงนามทางอิเล็กทรอนิกส์") == 3 and "๑๖ก.ย.๒๕๖๔เวลา๑๕.๒๐น." in said


def test_an_objection_and_a_rejection_stand_with_their_reasons() -> None:
    objection = samples.opinion(1, reason="ข้อมูลยังไม่ครบถ้วน")
    said = text_of(typeset(short(blocks=[objection, samples.decision(1, reason="งบประมาณไม่เพียงพอ")])))
    assert "(/)ไม่สมควรเพราะข้อมูลยังไม่ครบถ้วน" in said
    assert "(/)ไม่อนุมัติเนื่องจากงบประมาณไม่เพียงพอ" in said
    assert "()สมควร" in said and "()อนุมัติ" in said


def test_a_return_says_why_without_a_tick() -> None:
    said = text_of(typeset(short(blocks=[samples.opinion(None, comment="โปรดแก้ไขคะแนน")])))
    assert "ส่งกลับเพื่อแก้ไขเนื่องจากโปรดแก้ไขคะแนน" in said and "(/)" not in said


def test_a_block_that_waits_leaves_a_dotted_place_and_no_moment() -> None:
    said = text_of(typeset(short(signature=None, blocks=[samples.opinion(None, signature=None)])))
    assert "ลงนามทางอิเล็กทรอนิกส์" not in said and "ส่งกลับ" not in said
    assert f"ปลัด{samples.OFFICE}" in said and "(......" in said


def test_a_cancelled_number_says_so() -> None:
    assert "๔๑๒(ยกเลิกเลขที่นี้แล้ว)" in text_of(typeset(short(cancelled=True)))


@pytest.mark.parametrize("mark", ["ร่าง", "ถูกแทนที่", "ระหว่างพิจารณา"])
def test_a_mark_crosses_every_page_outside_the_text_of_screen_readers(mark: str) -> None:
    pdf = typeset(short(mark=mark))
    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            ahead = page.Contents.read_bytes().split(b"/MCID")[0]
            assert b"/Artifact" in ahead and b"/Background" in ahead
    assert all(mark in folded(page.get_textpage().get_text_bounded()) for page in pages(pdf))


def test_note_secrecy_and_code_stand_on_every_page() -> None:
    data = samples.memo(note="ฉบับพิมพ์เพื่อตรวจดู", secrecy="ลับ")
    for page in pages(typeset(data)):
        said = folded(page.get_textpage().get_text_bounded())
        assert "ฉบับพิมพ์เพื่อตรวจดู" in said and said.count("ลับ") == 2
        assert data["code"] in said and folded(data["verify"]) in said


def test_a_preview_shows_neither_code_nor_square() -> None:
    pdf = typeset(short(code="", verify=""))
    assert all("รหัสเอกสาร" not in page.get_textpage().get_text_bounded() for page in pages(pdf))


# Keeping together


def keeps_company(pdf: bytes, name: str) -> bool:
    """Does every page with a signature of that name say something before it?"""
    found = [text for text in body_texts(pdf) if folded(f"({name})") in text]
    return bool(found) and not any(re.match(r"(ลงนามทางอิเล็กทรอนิกส์|\.+)?\(" + folded(name), text) for text in found)


def test_no_signature_stands_alone_on_a_page() -> None:
    for lines in range(20, 30):
        text = "\n".join(["ข้อความสั้น"] * lines)
        for closing in ("จึงเรียนมาเพื่อโปรดพิจารณา", ""):
            pdf = typeset(short(sections=section(text), closing=closing, proposals=[], blocks=[]))
            assert keeps_company(pdf, samples.AUTHOR["name"]), (lines, closing)


def test_no_signature_stands_alone_after_a_long_comment() -> None:
    for words in (*range(88, 136, 4), *range(340, 388, 4)):
        pdf = typeset(short(sections=[], blocks=[samples.decision(comment="ความเห็นเพิ่มเติม " * words)]))
        assert keeps_company(pdf, samples.ACTING_MAYOR["name"]), words


def test_no_heading_stands_at_the_foot_of_a_page() -> None:
    for lines in range(22, 40):
        sections = [*section("\n".join(["ข้อความสั้น"] * lines)), {"heading": "ข้อเท็จจริง", "text": "ตามจริง"}]
        for text in body_texts(typeset(bare(sections=sections))):
            assert not text.endswith("ข้อเท็จจริง"), lines


def test_words_of_the_office_are_never_cut() -> None:
    for filler in range(40, 80):
        data = short(sections=section("ก" * filler + "เทศบาลบางกอกน้อยใหญ่ชัย"), keep=["บางกอกน้อยใหญ่ชัย"])
        text = pages(typeset(data))[0].get_textpage().get_text_bounded()
        assert "บางกอกน้อยใหญ่ชัย" in text, filler


# Much and little


def test_a_memo_of_nothing_has_no_empty_headings() -> None:
    blank = dict.fromkeys(("urgency", "number", "date", "subject", "to", "agency", "closing", "digest"), "")
    sections = [{"heading": "", "text": ""}, {"heading": "เรื่องเดิม", "text": ""}]
    pdf = typeset(short(**blank, sections=sections, proposals=[""], signature=None, blocks=[]))
    assert len(pages(pdf)) == 1
    assert text_of(pdf) == "บันทึกข้อความส่วนราชการที่วันที่เรื่องเรียนเรื่องเดิม"


def test_a_table_of_sixty_steps_repeats_its_head_and_its_merged_cells_break() -> None:
    plan = samples.plan()[:1]
    steps = [{"text": f"ขั้นตอนย่อย{n}จบ", "measures": [1, 2], "responsible": plan[0]["responsible"]} for n in range(60)]
    said = body_texts(typeset(samples.memo(plan=[{**plan[0], "steps": steps}], scores=None)))
    with_steps = [text for text in said if "ขั้นตอนย่อย" in text]
    assert len(with_steps) >= 3
    assert all("ขั้นตอนหรือวิธีการดำเนินการ" in text for text in with_steps)
    assert all(f"ขั้นตอนย่อย{n}จบ" in "".join(with_steps) for n in range(60))
    assert "".join(with_steps).count(folded(plan[0]["follow_up"])) <= 1


def test_three_hundred_attachments_are_all_listed() -> None:
    attachments = [samples.attachment(f"แฟ้มที่-{n:03}-.pdf") for n in range(300)]
    said = "".join(body_texts(typeset(short(attachments=attachments))))
    assert all(f"แฟ้มที่-{n:03}-.pdf" in said for n in range(300))
    assert attachments[299]["sha256"][:8] in said


@pytest.mark.parametrize("word", ["a" * 10_000, "ก" * 10_000, "แก้" * 3_000, "๑." * 5_000, "(" * 3_000, "กa" * 5_000])
def test_a_word_of_ten_thousand_letters_stays_within_the_margins(word: str) -> None:
    plan = samples.plan()[:1]
    plan[0]["steps"][0]["text"] = word[:900]
    pdf = typeset(samples.memo(sections=section(word), plan=plan, attachments=[samples.attachment(word[:300])]))
    assert word in text_of(pdf)
    for page in pages(pdf):
        assert all(box[2] <= page.get_width() - 2 * CM + 0.5 for _letter, _size, box in letters(page))


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "lib.typ": *', '#read("/etc/passwd")', "#eval(\"1+1\")", "$x^2$ *ก* _ข_ = ค",
        "<label> @ref \\ // /* */",
        "</script><b>&amp;{{ 7*7 }}{% x %}", "]#panic()[", "- รายการ + อีก / อีก: ~ -- ---", "`raw` ```typ x```",
    ],
)  # fmt: skip
def test_hostile_text_prints_as_it_is_written(hostile: str) -> None:
    everywhere = short(
        agency=hostile, subject=hostile, to=hostile, sections=[{"heading": hostile, "text": hostile}], closing=hostile,
        proposals=[hostile], blocks=[samples.decision(comment=hostile, order=hostile)], title=hostile, keep=[hostile],
        note=hostile, attachments=[samples.attachment(hostile)],
    )  # fmt: skip
    assert text_of(typeset(everywhere)).count(folded(hostile)) == 10


@pytest.mark.parametrize("hostile", ["\u202e", "\u200f", "\x07", "\x00", "😀", "ກ", "ក", "中"])
def test_a_character_no_typeface_has_is_named(hostile: str) -> None:
    said = text_of(typeset(short(subject=f"ก{hostile}ข", sections=section(f"ค{hostile}ง"))))
    assert hostile not in said and re.search(r"ก\[[A-Z0-9+ -]+\]ข", said) and re.search(r"ค\[[A-Z0-9+ -]+\]ง", said)


def test_half_a_pair_is_refused_by_its_number() -> None:
    with pytest.raises(Unprinted, match=r"U\+D800"):
        typeset(short(subject="ก\ud800"))


def test_every_printable_character_prints() -> None:
    text = " ".join(sorted(PRINTABLE - {"\n"}))
    assert typeset(short(sections=section(text)))


# The notice and the certificate


def test_the_notice_tells_each_division_its_steps_and_who_has_acknowledged() -> None:
    data = samples.notice()
    said = text_of(typeset(data))
    assert "ข้อสั่งการให้ทุกสำนัก/กองรายงานผลการดำเนินการภายในกำหนด" in said
    assert said.count("จัดทำข้อตกลงการใช้ทรัพย์สิน") == 5  # a step of all five divisions
    assert said.count("ปรับปรุงเว็บไซต์ให้เป็นปัจจุบัน") == 1
    assert said.count("ยังไม่รับทราบ") == 2 and "๑๗ก.ย.๒๕๖๔เวลา๐๙.๑๐น." in said


def test_a_notice_of_nothing_has_no_empty_headings() -> None:
    blank = {"from": None, "to": [], "orders": [""], "plan": [], "acknowledged": [], "number": "", "date": ""}
    said = text_of(typeset(samples.notice(**blank)))
    assert "ข้อสั่งการ" not in said and "สิ่งที่ต้องดำเนินการ" not in said and "รายการรับทราบ" not in said


def test_the_certificate_says_who_decided_what_on_which_text() -> None:
    data = samples.certificate()
    said = text_of(typeset(data))
    assert len(pages(typeset(data))) == 1
    for digest in (samples.DIGEST, data["body"]["chain"]["head"], *(one["digest"] for one in data["body"]["papers"])):
        assert digest in said
    assert "ผลการพิจารณาอนุมัติ(รอบที่๑)" in said and "จำนวนเหตุการณ์๗" in said
    assert said.index(folded(samples.SECRETARY["name"])) < said.index(folded(samples.ACTING_MAYOR["name"]))


def test_a_decision_on_another_text_shows_that_texts_digest() -> None:
    data = samples.certificate()
    data["body"]["decisions"][0]["digest"] = "ab" * 32
    assert "ab" * 32 in text_of(typeset(data))
