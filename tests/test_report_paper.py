"""The report and the follow-up report as PDF: what is written is on the pages, whole, in order and findable."""

import json
import re
import unicodedata
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest

from documents.typesetting import typeset
from organization.calendar import thai_digits
from tests.report_samples import chapters, follow_up, plan, report, task

STEPS, MEASURES = "ขั้นตอนหรือวิธีการดำเนินการ", "มาตรการ/แนวทาง"
LANDSCAPE, PORTRAIT = (842, 595), (595, 842)
LEFT, RIGHT = 85.0, 56.7  # 3 cm and 2 cm, in points
HOSTILE = '#import "x.typ" #read("/etc/passwd") $ x^2 $ *หนา* _เอียง_ `ดิบ` <ป้าย> @อ้าง \\ // /* ] } {{ x }} <script>'


def folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def document(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """Every page's text without blanks, its page number and its foot left out."""
    return [re.sub(r"^-[๐-๙]+-|รหัสเอกสาร.*?/verify/7K3M9QPX2T/", "", text) for text in sheets(pdf)]


def sheets(pdf: bytes) -> list[str]:
    """Every page's text without blanks. A hyphen at the end of a line comes back as U+0002 or U+FFFE."""
    with pypdfium2.PdfDocument(pdf) as file:
        return [re.sub("[\x02\ufffe]", "-", folded(page.get_textpage().get_text_range())) for page in file]


def whole(pdf: bytes) -> str:
    return "".join(pages(pdf))


@cache
def real() -> bytes:
    return typeset(report())


@cache
def progress() -> bytes:
    return typeset(follow_up())


def bookmarks(pdf: bytes) -> list[tuple[str, int]]:
    """Every bookmark with the number of its page, in their order."""
    with document(pdf) as file, file.open_outline() as outline:
        places = {page.objgen: n for n, page in enumerate(file.pages, 1)}
        return [(one.title, places[_target(one).objgen]) for one in _walk(outline.root)]


def _walk(items: Any) -> Any:
    for one in items:
        yield one
        yield from _walk(one.children)


def _target(one: Any) -> Any:
    return (one.destination if one.destination is not None else one.action.D)[0]


def tagged(pdf: bytes, kind: str) -> list[Any]:
    """The elements of one kind in the tree that a screen reader follows."""
    with document(pdf) as file:
        return [_plain(one) for one in _elements(file.Root.StructTreeRoot.K) if one.get("/S") == kind]


def _elements(node: Any) -> Any:
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from _elements(one)
    elif isinstance(node, pikepdf.Dictionary):
        yield node
        yield from _elements(node.get("/K"))


def _plain(one: Any) -> dict[str, Any]:
    attributes = one.get("/A", {})
    listed = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return {"alt": str(one.get("/Alt", "")), **{k: v for a in listed for k, v in dict(a).items() if isinstance(v, int)}}


def attached(pdf: bytes) -> dict[str, bytes]:
    with document(pdf) as file:
        return {name: one.get_file().read_bytes() for name, one in file.attachments.items()}


def a_row(**changes: Any) -> dict[str, Any]:
    return {**plan()[0], **changes}


def many_steps(count: int) -> list[dict[str, Any]]:
    names = plan()[0]["responsible"]
    return [{"text": f"ขั้นที่ {n} ของการดำเนินงาน", "measures": [1, 2], "responsible": names} for n in range(1, count + 1)]


def work(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {**follow_up()["body"]["rows"][0], "measures": [{"text": "วางท่อ", "tasks": list(tasks)}]}


# The report


def test_the_contents_give_the_page_of_every_heading() -> None:
    listed = pages(real())[2].replace(".", "")
    headings = [(title, page) for title, page in bookmarks(real()) if title != "สารบัญ"]
    assert len(headings) > 10
    for title, page in headings:
        assert f"{folded(title).replace('.', '')}{thai_digits(page)}" in listed


def test_every_heading_stands_on_the_page_its_bookmark_opens() -> None:
    texts = pages(real())
    assert [title for title, page in bookmarks(real()) if folded(title) not in texts[page - 1]] == []


def test_pages_are_numbered_from_the_second_on() -> None:
    cover, *others = sheets(real())
    assert "-๑-" not in cover
    assert [n for n, text in enumerate(others, 2) if not text.startswith(f"-{thai_digits(n)}-")] == []


def test_the_words_of_every_chapter_are_given_back_unchanged() -> None:
    text = whole(real())
    for one in chapters():
        assert folded(one["heading"] + one["text"]) in text


def test_the_plan_is_given_back_step_by_step_in_its_order() -> None:
    text = whole(real())
    places = [text.find(folded(step["text"])) for row in plan() for step in row["steps"]]
    assert -1 not in places and places == sorted(places)


def test_the_chart_says_every_score_in_words() -> None:
    [said] = [one["alt"] for one in tagged(real(), "/Figure") if "คะแนน" in one["alt"]]
    for instrument in report()["body"]["scores"]["instruments"]:
        for row in instrument["rows"]:
            assert f"{row['name']} {thai_digits(row['score'])}" in said


def test_figures_that_differ_are_stated_and_computed() -> None:
    text = whole(real())
    assert "คะแนนรวม๘๒.๑๔ระดับB" in text
    assert "คะแนนรวมที่คำนวณได้จากคะแนนรายตัวชี้วัด๘๒.๑๕ระดับB" in text


def test_last_years_scores_have_a_column_only_where_there_are_any() -> None:
    scores = report()["body"]["scores"]
    scores["has_before"] = True
    for one in scores["instruments"]:
        one["rows"] = [{**row, "before": "71.23"} for row in one["rows"]]
    assert "ปีก่อน" not in whole(real())
    assert whole(typeset(report(scores=scores))).count("๗๑.๒๓") >= 10


def test_a_mean_that_differs_from_the_computed_one_is_shown_with_it() -> None:
    scores = report()["body"]["scores"]
    scores["instruments"][0]["stated"] = "91.05"
    assert "(IIT)๙๑.๐๕(คำนวณได้๙๐.๐๕)คะแนน" in whole(typeset(report(scores=scores)))


def test_the_decision_stands_with_who_made_it_in_which_capacity() -> None:
    text = whole(real())
    for said in ("ได้พิจารณาแล้วเห็นว่าสมควร", "(นายธีรพงษ์แสงทอง)", "รักษาราชการแทน", "ตามคำสั่งที่๒๑๕/๒๕๖๔", "๐๙.๐๕น."):
        assert said in text
    assert "ไม่สมควร" not in text and "ไม่อนุมัติ" not in text


def test_a_rejection_prints_with_its_reason() -> None:
    block = report()["body"]["blocks"][1]
    block["ticks"] = [{"label": "อนุมัติ", "ticked": False}, {"label": "ไม่อนุมัติ เนื่องจาก", "ticked": True}]
    assert "ไม่อนุมัติเนื่องจากงบประมาณไม่พอ" in whole(typeset(report(blocks=[{**block, "reason": "งบประมาณไม่พอ"}])))


def test_a_memo_sent_back_or_not_yet_answered_says_so() -> None:
    block = {**report()["body"]["blocks"][0], "ticks": [{"label": "สมควร", "ticked": False}], "comment": "ขาดผู้รับผิดชอบ"}
    text = whole(typeset(report(blocks=[block, {**block, "signature": None}])))
    assert "ส่งกลับเพื่อแก้ไขเนื่องจากขาดผู้รับผิดชอบ" in text and "เห็นว่า" not in text
    assert f"{folded(block['heading'])}ยังไม่ได้พิจารณา" in text


def test_a_signature_never_stands_alone_on_a_page() -> None:
    approval = report()["body"]["blocks"][1]
    for lines in range(22, 42, 2):
        order = "\n".join(f"ข้อสั่งการที่ {n}" for n in range(1, lines + 1))
        texts = pages(typeset(report(chapters=[], scores=None, plan=[], blocks=[{**approval, "order": order}])))
        [page] = [text for text in texts if "(นางวิไลพรบุญมา)" in text]
        assert f"ข้อสั่งการที่{lines}" in page


def test_a_table_of_sixty_steps_repeats_its_head_on_every_page() -> None:
    texts = [text for text in pages(typeset(report(plan=[a_row(steps=many_steps(60))]))) if "ขั้นที่" in text]
    assert len(texts) > 2
    assert all(MEASURES in text and STEPS in text for text in texts)
    assert re.findall(r"ขั้นที่(\d+)ของ", "".join(texts)) == [str(n) for n in range(1, 61)]


def test_what_sixty_steps_share_stands_in_one_cell_over_all_of_them() -> None:
    pdf = typeset(report(plan=[a_row(steps=many_steps(60))]))
    assert whole(pdf).count("๕.กองสาธารณสุขและสิ่งแวดล้อม") == 1
    assert 60 in [one.get("/RowSpan") for one in tagged(pdf, "/TD")]


@pytest.mark.parametrize("paper", [real, progress])
def test_a_paper_claims_the_archive_and_the_screen_reader_standards(paper: Any) -> None:
    with document(paper()) as file:
        said = file.Root.Metadata.read_bytes().decode()
    assert re.search(r"pdfaid:part\W+3\b", said) and re.search(r"pdfaid:conformance\W+A\b", said)
    assert re.search(r"pdfuaid:part\W+1\b", said)


@pytest.mark.parametrize("paper", [real, progress])
def test_a_paper_is_sound(paper: Any) -> None:
    with document(paper()) as file:
        assert file.check_pdf_syntax() == []


@pytest.mark.parametrize("data", [report, follow_up])
def test_a_paper_carries_its_own_data(data: Any) -> None:
    [(name, content)] = attached(typeset(data())).items()
    assert name == f"{data()['form']}.json" and json.loads(content) == data()


@pytest.mark.parametrize("data", [report, follow_up])
def test_the_same_data_give_the_same_bytes(data: Any) -> None:
    assert typeset(data()) == typeset(data())


def test_a_chapter_without_heading_and_words_leaves_no_trace() -> None:
    more = {"id": "more", "heading": " ", "text": " \n"}
    assert bookmarks(typeset(report(chapters=[*chapters(), more]))) == bookmarks(typeset(report()))


def test_a_heading_may_lead_chapters_of_its_own() -> None:
    lead = {"id": "more", "heading": "๔. เรื่องอื่น", "text": ""}
    part = {"id": "more_1", "heading": "๔.๑ เรื่องย่อย", "text": "เนื้อความ"}
    pdf = typeset(report(chapters=[*chapters(), lead, part]))
    with document(pdf) as file, file.open_outline() as outline:
        leading = next(one for one in outline.root if one.title == lead["heading"])
        assert [one.title for one in leading.children] == [part["heading"]]


def test_a_chapter_nobody_foresaw_is_printed_where_it_was_typed() -> None:
    extra = {"id": "extra", "heading": "ข้อสังเกต", "text": "คำที่ไม่มีใครคาด"}
    last = bookmarks(typeset(report(chapters=[*chapters(), extra])))
    first = bookmarks(typeset(report(chapters=[extra, *chapters()])))
    assert titles(last).index("ข้อสังเกต") > titles(last).index("๓.๓ ข้อเสนอแนะที่ต้องแก้ไขและพัฒนาให้ดีขึ้น")
    assert titles(first).index("ข้อสังเกต") < titles(first).index("ความเป็นมาของการประเมิน")


def titles(found: list[tuple[str, int]]) -> list[str]:
    return [title for title, _page in found]


def test_a_report_of_nothing_has_a_cover_contents_and_a_plain_annex() -> None:
    pdf = typeset(report(chapters=[], scores=None, plan=[], attachments=[], blocks=[], signature=None))
    assert titles(bookmarks(pdf)) == ["สารบัญ", "ภาคผนวก"]
    assert "ไม่มีเอกสารแนบ" in pages(pdf)[-1] and len(pages(pdf)) == 3


def test_a_report_without_scores_has_neither_chart_nor_table() -> None:
    text = whole(typeset(report(scores=None)))
    assert "ภาพที่" not in text and "ประเด็นที่ต้องแก้ไข/" not in text
    assert [one["id"] for one in chapters() if folded(one["heading"] + one["text"]) not in text] == []


def test_scores_of_a_year_without_rules_are_listed_without_instruments() -> None:
    known = report()["body"]["scores"]
    rows = [{**row, "judgement": "", "lowest": False} for row in known["instruments"][0]["rows"]]
    nothing = {"target": "", "instruments": [], "computed": {"total": "", "level": ""}, "agrees": None}
    text = whole(typeset(report(scores={**known, **nothing, "others": rows})))
    assert text.count("การใช้อำนาจ๙๒.๑๖") == 1 and "๓)การใช้อำนาจได้คะแนนเท่ากับร้อยละ๙๒.๑๖" in text
    assert text.count("๘๒.๑๔ระดับ") == 2 and "คำนวณได้" not in text


def test_an_unnumbered_memo_leaves_no_empty_reference() -> None:
    text = whole(typeset(report(memo={"number": "", "date": "", "subject": ""})))
    assert "บันทึกข้อความ" not in text


def test_a_plan_row_without_a_title_is_named_by_its_instrument() -> None:
    pdf = typeset(report(plan=[a_row(title="", issue="")]))
    assert "ด้านแบบวัดการรับรู้ของผู้มีส่วนได้ส่วนเสียภายใน (IIT)" in titles(bookmarks(pdf))


def test_three_hundred_attachments_are_all_listed_under_repeated_heads() -> None:
    many = [{"name": f"เอกสาร_{n}.pdf", "sha256": f"{n:064x}", "size": n} for n in range(1, 301)]
    texts = [text for text in pages(typeset(report(attachments=many))) if "เอกสาร_" in text]
    assert re.findall(r"เอกสาร_(\d+)\.pdf", "".join(texts)) == [str(n) for n in range(1, 301)]
    assert len(texts) > 5 and all("ชื่อเอกสาร" in text for text in texts)


def test_arabic_digits_are_kept_where_the_kind_asks_for_them() -> None:
    text = whole(typeset(report(digits="arabic", chapters=[])))
    assert "94.86" in text and "๙๔.๘๖" not in text


# What people type


def ink_edges(pdf: bytes) -> list[tuple[float, float]]:
    """Of each page: how far its letters stay from the left and the right edge."""
    found = []
    with pypdfium2.PdfDocument(pdf) as file:
        for page in file:
            text = page.get_textpage()
            boxes = [text.get_charbox(n) for n in range(text.count_chars()) if text.get_text_range(n, 1).strip()]
            found.append((min(box[0] for box in boxes), page.get_width() - max(box[2] for box in boxes)))
    return found


@pytest.mark.parametrize("letter", ["ก", "w"])
def test_a_word_of_ten_thousand_letters_stays_between_the_margins(letter: str) -> None:
    word = letter * 10000
    pdf = typeset(report(chapters=[{"id": "background", "heading": "ความเป็นมา", "text": word}]))
    assert whole(pdf).count(letter) >= 10000
    assert all(left > LEFT - 2 and right > RIGHT - 2 for left, right in ink_edges(pdf))


def test_long_names_of_divisions_stay_in_their_cells() -> None:
    name = "กองส่งเสริมการศึกษาศาสนาวัฒนธรรมและการท่องเที่ยวเชิงอนุรักษ์อย่างยั่งยืน" * 3
    pdf = typeset(
        report(plan=[a_row(responsible=[name], steps=[{"text": "ทำ", "measures": [1, 2], "responsible": [name]}])])
    )
    assert name in whole(pdf)
    assert all(left > LEFT - 2 and right > RIGHT - 2 for left, right in ink_edges(pdf))


def test_typed_source_prints_as_it_was_typed() -> None:
    row = a_row(title=HOSTILE, issue=HOSTILE, follow_up=HOSTILE, measures=[HOSTILE, HOSTILE])
    pdf = typeset(
        report(
            body={**report()["body"], "title": HOSTILE, "plan": [row]},
            chapters=[{"id": "background", "heading": HOSTILE, "text": HOSTILE}],
            organization={"name": HOSTILE, "short": HOSTILE, "phone": HOSTILE, "website": HOSTILE},
        )
    )
    assert whole(pdf).count(folded(HOSTILE)) >= 8


def test_letters_without_a_shape_are_named() -> None:
    text = "ก\u200fข\x07ค🙂ງ"
    pdf = typeset(report(chapters=[{"id": "background", "heading": "ความเป็นมา", "text": text}]))
    for name in ("RIGHT-TO-LEFT MARK", "SLIGHTLY SMILING FACE", "LAO LETTER NGO"):
        assert f"[{folded(name)}]" in whole(pdf)


# The follow-up report


def test_the_follow_up_report_tells_of_every_task() -> None:
    text = whole(progress())
    for row in follow_up()["body"]["rows"]:
        for measure in row["measures"]:
            assert folded(measure["text"]) in text
    for said in (
        "แล้วเสร็จ",
        "รายงานแล้วรอตรวจ",
        "อยู่ระหว่างดำเนินการ",
        "ยังไม่เริ่ม",
        "ยกเลิก",
        "ทันกำหนด",
        "เกินกำหนด",
        "เสร็จหลังกำหนด",
    ):
        assert said in text
    assert "รายชื่อ.xlsx" in text and "เว็บไซต์ปรับปรุงระบบ" in text


def test_a_task_prints_as_one_line_of_its_division() -> None:
    one = task(
        "กองช่าง",
        state="accepted",
        percent=100,
        closed_on="2022-04-05",
        late=True,
        steps_done=2,
        reported="ทำแล้ว",
        obstacles="ฝนตก",
        evidence=["ก.pdf", "ข.pdf"],
    )
    text = whole(typeset(follow_up(rows=[work(one)])))
    assert "กองช่างแล้วเสร็จ๑๐๐๒/๓๓๑มี.ค.๒๕๖๕๕เม.ย.๒๕๖๕เสร็จหลังกำหนดทำแล้วฝนตก๑.ก.pdf๒.ข.pdf" in text


def test_every_piece_of_evidence_is_listed_with_its_digest_or_its_address() -> None:
    file = {"name": "ภาพถ่าย.jpg", "sha256": "ab12" * 16, "size": 1_234_567, "url": ""}
    link = {"name": "วีดิทัศน์", "sha256": "", "size": 0, "url": "https://example.go.th/film"}
    text = whole(typeset(follow_up(rows=[work(task("กองช่าง", evidence=[file, link]))])))
    assert "๑.ภาพถ่าย.jpg๒.วีดิทัศน์" in text
    assert "๑กองช่างภาพถ่าย.jpg๑.๒เมกะไบต์" + "ab12" * 16 in text
    assert "๒กองช่างวีดิทัศน์ลิงก์https://example.go.th/film" in text


def test_a_date_that_was_moved_stands_beside_the_one_that_was_ordered() -> None:
    text = whole(typeset(follow_up(rows=[work(task("กองช่าง", due_on="2022-04-29"), task("กองคลัง"))])))
    assert "๒๙เม.ย.๒๕๖๕(เดิม๓๑มี.ค.๒๕๖๕)–ยังไม่ครบกำหนด" in text
    assert text.count("(เดิม") == 1


def test_a_paper_of_before_tells_what_is_overdue_from_its_tasks() -> None:
    body = follow_up()["body"]
    now = [totals(body["totals"]), *map(totals, body["divisions"])]
    for one in (body["totals"], *body["divisions"]):
        del one["finished_late"], one["overdue"]
    for row in body["rows"]:
        for one in (line for measure in row["measures"] for line in measure["tasks"]):
            del one["ordered_due_on"]
    text = whole(typeset(follow_up(**body)))
    assert all(one in text for one in now) and "(เดิม" not in text


def totals(of: dict[str, Any]) -> str:
    return "".join(thai_digits(of[key]) for key in ("tasks", "done", "finished_late", "overdue", "percent"))


def test_work_that_is_not_due_yet_is_neither_late_nor_in_time() -> None:
    text = whole(typeset(follow_up(rows=[work(task("กองช่าง"))])))
    assert "๓๑มี.ค.๒๕๖๕–ยังไม่ครบกำหนดยังไม่ได้รายงาน" in text


def test_every_division_has_its_totals() -> None:
    first = pages(progress())[0]
    assert "งานตามมาตรการทั้งหมด๑๔งาน" in first
    for one in follow_up()["body"]["divisions"]:
        assert folded(one["name"]) + totals(one) in first


@pytest.mark.parametrize(("kind", "said"), [("interim", "รอบระหว่างปี"), ("final", "รอบสิ้นปี")])
def test_the_report_says_whether_it_is_interim_or_final(kind: str, said: str) -> None:
    text = whole(typeset(follow_up(kind=kind)))
    assert f"{said}ประจำปีงบประมาณพ.ศ.๒๕๖๕ณวันที่๒๙เมษายน๒๕๖๕" in text


def test_the_report_of_a_memo_names_what_it_is_about_and_the_memo_it_came_with() -> None:
    """A paper of before has neither, and says what it said."""
    own = {"number": "นฐ 71201/9", "date": "2022-04-20", "subject": "รายงานผล"}
    text = whole(typeset(follow_up(topic="มาตรการตามบันทึกข้อความ เรื่อง จัดซื้อกระดาษ", report=own, rows=[])))
    assert "รายงานผลการดำเนินการตามมาตรการตามบันทึกข้อความเรื่องจัดซื้อกระดาษ" in text
    assert "เสนอตามบันทึกข้อความที่นฐ๗๑๒๐๑/๙ลงวันที่๒๐เมษายน๒๕๖๕" in text
    assert "ส่งเสริมคุณธรรม" not in text
    assert "รายงานผลการดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใส" in whole(progress())


def test_the_heads_of_sixty_divisions_repeat() -> None:
    pdf = typeset(follow_up(rows=[work(*(task(f"กองที่ {n}") for n in range(1, 61)))]))
    texts = [text for text in pages(pdf) if "กองที่" in text]
    assert re.findall(r"กองที่(\d+)ยัง", "".join(texts)) == [str(n) for n in range(1, 61)]
    assert len(texts) > 2 and all("ผลการดำเนินการ" in text for text in texts)


def test_a_follow_up_without_any_work_says_so() -> None:
    none = {"tasks": 0, "done": 0, "late": 0, "finished_late": 0, "overdue": 0, "percent": 0}
    text = whole(typeset(follow_up(rows=[], divisions=[], totals=none)))
    assert "ไม่มีมาตรการที่ต้องดำเนินการ" in text


def test_wide_tables_lie_on_their_side() -> None:
    def shapes(pdf: bytes) -> list[tuple[int, int]]:
        with pypdfium2.PdfDocument(pdf) as file:
            return [(round(page.get_width()), round(page.get_height())) for page in file]

    assert set(shapes(progress())) == {LANDSCAPE}
    with_plan = [shape for shape, text in zip(shapes(real()), pages(real()), strict=True) if MEASURES in text]
    assert with_plan and set(with_plan) == {LANDSCAPE} and shapes(real())[0] == PORTRAIT


def test_a_column_that_nobody_filled_in_is_left_out() -> None:
    """Empty, it would say that nobody met an obstacle."""
    said = {"obstacles": "ฝนตกหนัก", "evidence": ["ภาพถ่าย"]}
    for fields, heads in (({}, []), (said, ["ปัญหา/อุปสรรค", "หลักฐาน"])):
        data = follow_up()
        for row in data["body"]["rows"]:
            for measure in row["measures"]:
                measure["tasks"] = [{**task("กองคลัง"), "obstacles": "", "evidence": [], **fields}]
        text = whole(typeset(data))
        assert [head for head in ("ปัญหา/อุปสรรค", "หลักฐาน") if head in text] == heads
