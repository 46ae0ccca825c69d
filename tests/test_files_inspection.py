"""What is taken is what its name says, whole, and nothing besides; everything else is refused with a sentence."""

import struct
import time
import unicodedata
import zipfile
import zlib
from io import BytesIO

import openpyxl
import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import translation
from PIL import Image

from documents import archive, shop
from documents.models import Print
from files import inspection, names, packages, pdfs, pictures
from files.inspection import examine
from tests import file_samples as sample
from tests.cast import Cast, at

MADE = {kind: getattr(sample, kind) for kind in ("pdf", "png", "jpg", "webp", "docx", "xlsx")}
JAR = sample.zipped(("META-INF/MANIFEST.MF", b"Main-Class: Evil"), ("Evil.class", b"\xca\xfe\xba\xbe"))
WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def look(data: bytes, name: str) -> inspection.Found:
    return examine(ContentFile(data), name)


def refusal(data: bytes, name: str) -> str:
    """The code of the refusal; its sentence is one for the screen."""
    with pytest.raises(ValidationError) as refused:
        look(data, name)
    assert len(refused.value.messages) == 1 and refused.value.messages[0].endswith(".")
    return refused.value.code


def repacked(data: bytes, change: dict[str, bytes | None]) -> bytes:
    """A package with some entries changed, added or (None) left out."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        entries = {name: package.read(name) for name in package.namelist()}
    return sample.zipped(*((name, held) for name, held in (entries | change).items() if held is not None))


# --- taken -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MADE)
def test_every_kind_is_taken_as_what_it_is(kind: str) -> None:
    assert look(MADE[kind](), f"หลักฐาน.{kind.upper()}").media_type == inspection.TAKEN[kind]
    assert inspection.inspect(ContentFile(MADE[kind]()), f"ก.{kind}") == inspection.TAKEN[kind]


def test_files_of_other_programs_are_taken() -> None:
    book, out = openpyxl.Workbook(), BytesIO()
    book.active["A1"] = "แผน"
    book.active["A2"].hyperlink = "https://www.example.go.th/"
    book.save(out)
    look(out.getvalue(), "แผน.xlsx")
    with pikepdf.new() as paper:
        paper.add_blank_page()
        for options in ({"linearize": True}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}):
            out = BytesIO()
            paper.save(out, **options)
            look(out.getvalue(), "รายงาน.pdf")


def test_a_pdf_that_carries_its_own_data_is_taken() -> None:
    """As the office's papers do (PDF/A-3)."""
    look(with_file_inside("memo.json", b"{}"), "บันทึก.pdf")


@pytest.mark.django_db
def test_the_offices_own_sealed_papers_are_taken(cast: Cast) -> None:
    cast.approved()
    shop.print_due(now=at(hour=15))
    printed = list(Print.objects.all())
    assert len(printed) >= 2
    for one in printed:
        with archive.take(one.sha256) as paper:
            assert look(paper.read(), "บันทึก.pdf").media_type == "application/pdf"


def with_file_inside(name: str, data: bytes) -> bytes:
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.attachments[name] = pikepdf.AttachedFileSpec(paper, data, filename=name)
        out = BytesIO()
        paper.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def test_blanks_behind_the_end_of_a_pdf_and_a_later_version_of_it_are_taken() -> None:
    look(sample.pdf() + b"\r\n\r\n \0\0", "ก.pdf")
    later = sample.pdf() + b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\nstartxref\n0\n%%EOF\n"
    look(later, "ก.pdf")


# --- another kind ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["ก.svg", "ก.html", "ก.exe", "ก.docm", "ก.gif", "ก.doc", "ก.zip", "ก", "pdf", "ก.pdf.exe", "ก.pdf ", "ก.php"],
)
def test_a_kind_that_is_not_on_the_list_is_refused(name: str) -> None:
    assert refusal(sample.pdf(), name) == "kind"


def test_a_film_is_asked_for_as_a_link() -> None:
    assert refusal(b"\0\0\0\x18ftypmp42", "กิจกรรม.mp4") == "film"
    with pytest.raises(ValidationError, match="attach its link"):
        look(b"\0\0\0\x18ftypmp42", "กิจกรรม.mp4")


@pytest.mark.parametrize("ending", MADE)
@pytest.mark.parametrize("kind", MADE)
def test_a_name_that_says_another_kind_is_refused(kind: str, ending: str) -> None:
    if kind != ending:
        assert refusal(MADE[kind](), f"ก.{ending}") == "type"


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\0\x03\0\0\0",
        b"GIF89a" + b"\0" * 60,
        b"\x7fELF",
        b"%!PS-Adobe",
        b"\xef\xbb\xbf%PDF-1.7",
        b" " + sample.pdf(),
    ],
)
@pytest.mark.parametrize("ending", ["pdf", "png", "jpg", "webp"])
def test_what_is_something_else_under_a_taken_name_is_refused(data: bytes, ending: str) -> None:
    assert refusal(data, f"ก.{ending}") == "type"


def test_an_old_or_locked_word_file_is_told_apart() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ก.docx") == "encrypted"


@pytest.mark.parametrize("ending", MADE)
def test_an_empty_file_is_refused(ending: str) -> None:
    assert refusal(b"", f"ก.{ending}") == "empty"


# --- broken off --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_file_that_was_broken_off_is_refused(kind: str, share: float) -> None:
    whole = MADE[kind]()
    refusal(whole[: int(len(whole) * share)], f"ก.{kind}")


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\nstartxref\n0\n", b"%PDF-"])
def test_a_pdf_without_its_end_is_refused(data: bytes) -> None:
    assert refusal(data, "ก.pdf") == "damaged"


def test_a_pdf_that_is_filled_up_with_blanks_is_taken() -> None:
    look(sample.pdf() + b"\0" * 4096, "ก.pdf")


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "docx", "xlsx"])
def test_a_file_without_its_last_byte_is_refused(kind: str) -> None:
    assert refusal(MADE[kind]()[:-1], f"ก.{kind}") == "damaged"


# --- two files in one --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tail",
    [JAR, b"<script>alert(1)</script>", b"<!doctype html><p>", b"MZ\x90\0", sample.pdf(), b"x"],
    ids=lambda t: t[:4],
)
@pytest.mark.parametrize("kind", MADE)
def test_nothing_may_stand_behind_the_end(kind: str, tail: bytes) -> None:
    if kind != "pdf" or tail != sample.pdf():  # two PDFs are a PDF and its later version
        assert refusal(MADE[kind]() + tail, f"ก.{kind}") in ("polyglot", "damaged")


def test_a_pdf_that_is_a_page_of_the_web_as_well_is_refused() -> None:
    head, rest = sample.pdf().split(b"\n", 1)
    for tag in (b"<html>", b"<!DOCTYPE html>", b"<sCript>alert(1)</script>", b"<svg onload=x>", b"<?php x"):
        assert refusal(head + b"\n%" + tag + b"\n" + rest, "ก.pdf") == "polyglot"


def test_a_page_of_the_web_in_the_first_stream_of_a_pdf_is_refused() -> None:
    """Where something that guesses by the first 1024 bytes would see it."""
    assert refusal(sample.pdf("<script>alert(1)</script>"), "ก.pdf") == "polyglot"


def test_a_pdf_within_the_last_remark_of_a_zip_is_refused() -> None:
    """PDF first, ZIP in the middle, and the PDF's end as the ZIP's comment."""
    out = BytesIO(sample.pdf())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("Evil.class", b"\xca\xfe")
        package.comment = b"\nstartxref\n0\n%%EOF\n"
    assert refusal(out.getvalue(), "ก.pdf") == "polyglot"


def test_a_zip_before_a_word_file_is_refused() -> None:
    assert refusal(JAR + sample.docx(), "ก.docx") == "polyglot"
    assert refusal(b"PK\x03\x04<script>" + sample.docx(), "ก.docx") == "polyglot"


def test_a_remark_behind_a_word_file_is_refused() -> None:
    out = BytesIO(sample.docx())
    with zipfile.ZipFile(out, "a") as package:
        package.comment = b"<script>alert(1)</script>"
    assert refusal(out.getvalue(), "ก.docx") == "polyglot"


def test_what_telephones_put_behind_a_photograph_is_cut_off() -> None:
    for tail in (sample.jpg("red"), b"\0\0\0\x18ftypmp42film", b"\0\0\1\x0a\x0e\0\0\0Image_UTC_Data\0\0SEFT"):
        found = look(sample.jpg() + tail, "ก.jpg")
        assert found.picture == look(sample.jpg(), "ก.jpg").picture
        assert refusal(sample.jpg() + tail[:-4] + JAR + tail[-4:], "ก.jpg") == "polyglot"


# --- pictures ----------------------------------------------------------------------------------------------------


def test_where_and_with_what_a_photograph_was_taken_is_not_kept() -> None:
    data = sample.jpg(gps=True, orientation=6)
    assert b"Camera of the works division" in data
    found = look(data, "ก.jpg")
    exif = Image.open(BytesIO(found.picture)).getexif()
    assert dict(exif) == {0x0112: 6} and not exif.get_ifd(0x8825)
    assert b"Camera" not in found.picture and b"Camera" not in found.thumbnail


def test_the_pixels_of_a_picture_stay_as_they_are() -> None:
    for kind in ("jpg", "png", "webp"):
        before, after = MADE[kind](), look(MADE[kind](), f"ก.{kind}").picture
        assert Image.open(BytesIO(before)).tobytes() == Image.open(BytesIO(after)).tobytes()


@pytest.mark.parametrize("form, kind", [("PNG", "png"), ("WEBP", "webp")])
def test_remarks_and_places_in_other_pictures_are_not_kept_and_their_orientation_is(form: str, kind: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    exif, out, told = Image.Exif(), BytesIO(), PngInfo()
    exif[0x0112], exif[0x0110] = 8, "secret camera"
    exif[0x8825] = {1: "N", 2: (8.0, 30.0, 0.0)}
    told.add_text("Comment", "secret remark")
    more = {"pnginfo": told} if kind == "png" else {"xmp": b"<x:xmpmeta>secret remark</x:xmpmeta>"}
    Image.new("RGB", (60, 40), "red").save(out, form, exif=exif.tobytes(), **more)
    assert b"secret" in out.getvalue()
    found = look(out.getvalue(), f"ก.{kind}")
    assert b"secret" not in found.picture
    kept = Image.open(BytesIO(found.picture))
    assert dict(kept.getexif()) == {0x0112: 8}
    assert Image.open(BytesIO(found.thumbnail)).size == (40, 60)


def test_the_small_picture_is_small_and_stands_upright() -> None:
    for kind in ("jpg", "png", "webp"):
        small = Image.open(BytesIO(look(MADE[kind](size=(1600, 400)), f"ก.{kind}").thumbnail))
        assert small.format == "WEBP" and small.size == (320, 80)
    turned = look(sample.jpg(size=(1600, 400), orientation=6), "ก.jpg").thumbnail
    assert Image.open(BytesIO(turned)).size == (80, 320)


def test_a_picture_of_nothing_but_fill_bytes_takes_no_time() -> None:
    began = time.monotonic()
    head = sample.jpg()[:-2]
    refusal(head + b"\xff" * 3_000_000 + b"\0" + b"\xff" * 3_000_000 + b"\xd0", "ก.jpg")
    with pytest.raises(ValueError):
        pictures._jpeg(head + b"\xff" * 3_000_000 + b"\0", 1)
    assert time.monotonic() - began < 2


def test_a_picture_that_would_burst_is_refused_before_it_is_unpacked() -> None:
    row = zlib.compress(b"\0" * 1000)
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    part = pictures._png_part
    bomb = b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", row) + part(b"IEND", b"")
    assert refusal(bomb, "ก.png") == "bomb"
    assert refusal(sample.png(size=(8000, 7000)), "ก.png") == "bomb"


def test_a_picture_with_a_damaged_part_is_refused() -> None:
    data = bytearray(sample.png())
    data[data.index(b"IDAT") + 8] ^= 0xFF
    assert refusal(bytes(data), "ก.png") == "damaged"


# --- PDFs with programs ------------------------------------------------------------------------------------------

PROGRAMS = [
    "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    "/OpenAction << /S /J#61vaScript /JS (app.alert(1)) >>",
    "/OpenAction << /S /Launch /F (cmd.exe) >>",
    "/AcroForm << /XFA 6 0 R >>",
    "/Names << /JavaScript << /Names [(a) 6 0 R] >> >>",
]


@pytest.mark.parametrize("catalog", PROGRAMS)
def test_a_pdf_with_programs_is_refused(catalog: str) -> None:
    assert refusal(sample.pdf(catalog=catalog), "ก.pdf") == "programs"


def test_a_program_hidden_among_packed_objects_is_refused() -> None:
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.Root.OpenAction = paper.make_indirect(
            pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        )
        out = BytesIO()
        paper.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/JavaScript" not in out.getvalue()
    assert refusal(out.getvalue(), "ก.pdf") == "programs"


def test_a_program_that_hides_behind_the_word_stream_is_refused() -> None:
    hidden = "% stream\n<< /S /JavaScript /JS (app.alert(1)) >>\n% endstream"
    assert refusal(sample.pdf(objects=(hidden,)), "ก.pdf") == "programs"


@pytest.mark.parametrize("name", ["ใบแจ้งหนี้.exe", "run.js", "x.DOCM", "page.html", "a.lnk "])
def test_a_pdf_that_carries_a_program_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        look(with_file_inside(name, b"MZ"), "ก.pdf")


def test_a_locked_pdf_is_refused() -> None:
    with pikepdf.new() as paper:
        paper.add_blank_page()
        out = BytesIO()
        paper.save(out, encryption=pikepdf.Encryption(owner="x", user="", R=6))
    assert refusal(out.getvalue(), "ก.pdf") == "encrypted"


def test_packed_objects_that_burst_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "UNPACKED", 10_000)
    packed = zlib.compress(b"\0" * 1_000_000).decode("latin-1")
    body = f"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {len(packed)} >>\nstream\n{packed}\nendstream"
    assert refusal(sample.pdf(objects=(body,)), "ก.pdf") == "bomb"


def test_text_about_programs_is_no_program() -> None:
    look(sample.pdf("JavaScript, Launch and docm"), "ก.pdf")
    look(sample.pdf(catalog="/OpenAction [3 0 R /Fit]"), "ก.pdf")


# --- Word and Excel ----------------------------------------------------------------------------------------------


def test_a_docm_renamed_is_refused() -> None:
    types = zipfile.ZipFile(BytesIO(sample.docx())).read("[Content_Types].xml")
    word = types.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", WORD.encode()
    )
    assert word != types
    assert refusal(repacked(sample.docx(), {"[Content_Types].xml": word}), "ก.docx") == "programs"
    assert refusal(sample.docx(more=(("word/vbaProject.bin", b"\xd0\xcf"),)), "ก.docx") == "programs"
    assert refusal(sample.xlsx(more=(("xl/VBAPROJECT.BIN", b"\xd0\xcf"),)), "ก.xlsx") == "programs"


@pytest.mark.parametrize(
    "name",
    [
        "word/activeX/activeX1.xml",
        "word/embeddings/oleObject1.bin",
        "word/embeddings/run.exe",
        "word/embeddings/sheet.xlsm",
        "word/embeddings/slides.pptx",
        "word/media/page.html",
        "word/vbaData.xml",
    ],
)
def test_controls_objects_and_programs_in_a_word_file_are_refused(name: str) -> None:
    assert refusal(sample.docx(more=((name, b"x"),)), "ก.docx") == "programs"


def test_the_workbook_of_a_chart_is_looked_into() -> None:
    inside = "word/embeddings/Microsoft_Excel_Sheet1.xlsx"
    look(sample.docx(more=((inside, sample.xlsx()),)), "ก.docx")
    bad = sample.xlsx(more=(("xl/vbaProject.bin", b"x"),))
    assert refusal(sample.docx(more=((inside, bad),)), "ก.docx") == "programs"


def related(kind: str, target: str) -> bytes:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        f' Type="{office}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


@pytest.mark.parametrize(
    "kind, target",
    [
        ("attachedTemplate", "https://evil.example/a.dotm"),
        ("attachedTemplate", "file://server/share/a.dotm"),
        ("attachedTemplate", r"\\server\share\a.dotm"),
        ("oleObject", "http://evil.example/a.rtf"),
        ("image", "file://server/a.png"),
        ("image", "http://evil.example/a.png"),
        ("frame", "https://evil.example/"),
    ],
)
def test_a_word_file_that_fetches_a_part_of_itself_is_refused(kind: str, target: str) -> None:
    assert refusal(sample.docx(more=(("word/_rels/document.xml.rels", related(kind, target)),)), "ก.docx") == "external"


def test_links_to_click_and_the_writers_own_template_are_taken() -> None:
    for kind, target in (("hyperlink", "https://a.go.th/"), ("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm")):
        look(sample.docx(more=(("word/_rels/settings.xml.rels", related(kind, target)),)), "ก.docx")


def test_orders_to_other_programs_are_refused() -> None:
    field = b"<w:instrText xml:space='preserve'> DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe </w:instrText>"
    assert refusal(sample.docx(more=(("word/footer1.xml", field),)), "ก.docx") == "programs"
    link = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    assert refusal(sample.xlsx(more=(("xl/externalLinks/externalLink1.xml", link),)), "ก.xlsx") == "programs"


@pytest.mark.parametrize(
    "field",
    [
        b"<x:instrText  a='" + b"b" * 900 + b"'>  DDE</x:instrText>",
        b"<instrText a='>'>DDE",
        b'<w:fldSimple w:instr="DDEAUTO c">',
        b"<w:fldSimple w:instr = ' DDEAUTO c'>",
    ],
)
def test_an_order_is_found_however_it_is_written_and_where_pieces_meet(field: bytes) -> None:
    for before in (b"", b"a" * ((1 << 20) - len(field) + 20)):
        part = ("word/footer1.xml", b"<w:ftr>" + before + field)
        assert refusal(sample.docx(more=(part,)), "ก.docx") == "programs"


@pytest.mark.parametrize(
    "text",
    [
        b"instrText" * 111_111,
        b"<instrText" * 100_000,
        b"<w:instrText " + b"x" * 1_000_000,
        b"<w:instrText>" + b">" * 1_000_000,
        b"<w:instrText>" + b" " * 1_000_000,
        b'instr="' * 140_000,
        b' instr="' + b" " * 1_000_000,
        b"instr" + b" " * 1_000_000,
        b"<" + b"a" * 1_000_000,
        b"<" * 1_000_000,
        b"<a:" * 333_333,
    ],
)
def test_no_text_makes_the_search_for_orders_slow(text: bytes) -> None:
    started = time.monotonic()
    look(sample.docx(more=(("word/footer1.xml", text),)), "ก.docx")
    assert time.monotonic() - started < 1


def test_packages_inside_a_package_share_its_limit() -> None:
    book = sample.xlsx(more=(("xl/media/a.png", bytes(300_000)),))
    data = sample.docx(more=tuple((f"word/embeddings/{n}.xlsx", book) for n in range(4)))
    unpacked = packages.check(BytesIO(data), "docx", left=2_000_000)
    assert 4 * 300_000 < unpacked < 4 * 310_000
    assert packages.check(BytesIO(data), "docx", left=unpacked) == unpacked
    with pytest.raises(ValidationError) as refused:
        packages.check(BytesIO(data), "docx", left=unpacked - 1)
    assert refused.value.code == "bomb"


def test_a_document_full_of_bombs_is_refused_at_once() -> None:
    book = sample.xlsx(more=(("xl/media/a.png", bytes(19_000_000)),))
    data = sample.docx(more=tuple((f"word/embeddings/{n}.xlsx", book) for n in range(100)))
    started = time.monotonic()
    assert refusal(data, "ก.docx") == "bomb"
    assert time.monotonic() - started < 5


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refusal(sample.docx(more=(("word/media/a.png", b"\0" * 40_000_000),)), "ก.docx") == "bomb"


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "ENTRIES", 20)
    assert refusal(sample.docx(more=tuple((f"word/{n}.xml", b"<a/>") for n in range(30))), "ก.docx") == "bomb"


def test_entries_that_share_their_bytes_are_refused() -> None:
    """Many names for the same packed bytes: together they claim more than the file has."""
    one = zipfile.ZipInfo("word/a.xml")
    one.file_size, one.compress_size, one.header_offset = 1000, 600, 0
    packages._bounded([one], 1000, packages.UNPACKED)
    with pytest.raises(ValidationError) as refused:
        packages._bounded([one, one], 1000, packages.UNPACKED)
    assert refused.value.code == "bomb"


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(sample.docx(more=(("word/big.xml", b"\0" * 1_000_000),)))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    assert refusal(bytes(data), "ก.docx") == "damaged"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "word\\..\\..\\a.xml", "C:/a.xml", "WORD/DOCUMENT.xml"]
)
def test_entries_with_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert refusal(sample.docx(more=((name, b"<a/>"),)), "ก.docx") == "damaged"


def test_a_locked_entry_is_refused() -> None:
    data = bytearray(sample.docx())
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    assert refusal(bytes(data), "ก.docx") == "encrypted"


def test_an_entity_in_a_word_file_is_refused() -> None:
    types = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Types>&a;</Types>'
    assert refusal(repacked(sample.docx(), {"[Content_Types].xml": types}), "ก.docx") == "damaged"


@pytest.mark.parametrize("left_out", ["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
def test_a_package_without_a_part_it_needs_is_refused(left_out: str) -> None:
    assert refusal(repacked(sample.docx(), {left_out: None}), "ก.docx") in ("damaged", "type")


def test_a_plain_zip_is_no_word_file() -> None:
    assert refusal(JAR, "ก.docx") == "damaged"


# --- names -------------------------------------------------------------------------------------------------------


def called(name: str) -> str:
    try:
        return names.clean(name)
    except ValidationError as error:
        return str(error.code)


def test_a_thai_name_stays_as_it_is() -> None:
    for name in ("รายงาน ครั้งที่ ๑ (ฉบับแก้ไข).pdf", sample.LONGEST_NAME, "ภาพ 😀👨‍👩‍👧.jpg", "ก  ข.pdf"):
        assert names.clean(name) == name
    assert names.clean(unicodedata.normalize("NFD", "café.pdf")) == "café.pdf"


def test_folders_before_a_name_are_left_out() -> None:
    for name in ("../../etc/ก.pdf", "..\\..\\ก.pdf", "C:\\Users\\a\\ก.pdf", "/etc/ก.pdf", "a/..//ก.pdf"):
        assert names.clean(name) == "ก.pdf"


@pytest.mark.parametrize("mark", "\u202e\u202d\u202a\u2066\u2067\u2069\u200e\u200f\u061c")
def test_marks_that_turn_a_name_around_are_refused(mark: str) -> None:
    assert called(f"ภาพ{mark}fdp.exe") == called(f"ภาพ{mark}gpj.pdf") == "name"


@pytest.mark.parametrize("hidden", ["\0", "\n", "\x1b", "\x7f", "\x85", "\u2028", "\ud800", "\U000e0041"])
def test_characters_that_cannot_be_shown_are_refused(hidden: str) -> None:
    assert called(f"ก{hidden}ข.pdf") == "name"


def test_breaks_without_width_are_left_out() -> None:
    assert names.clean("ราย\u200bงาน\ufeff.pdf") == "รายงาน.pdf"


def test_a_name_of_256_characters_is_refused_and_told_how_long_it_is() -> None:
    with pytest.raises(ValidationError, match="256 characters; at most 255"):
        names.clean("ก" + sample.LONGEST_NAME)


@pytest.mark.parametrize("name", ["", ".", "..", "../", "...", " ", "a/"])
def test_no_name_is_refused(name: str) -> None:
    assert called(name) == "name"


def test_names_that_mean_devices_or_streams_are_made_harmless() -> None:
    assert (
        names.clean("CON.pdf") == "_CON.pdf"
        and names.clean("lpt1") == "_lpt1"
        and names.clean("nul .pdf") == "_nul .pdf"
    )
    assert names.clean("ก.pdf:run.exe") == "ก.pdf_run.exe"
    assert names.clean("ก.pdf. . ") == "ก.pdf"
    assert names.clean("console.pdf") == "console.pdf"
