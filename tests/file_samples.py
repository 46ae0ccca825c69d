"""Small files of every kind that is taken, whole and valid. The same arguments give the same bytes; others differ."""

import zipfile
from functools import cache
from io import BytesIO

from PIL import Image

PDF_NAME = "รายงานผลการดำเนินงาน.pdf"
PNG_NAME = "ภาพหน้าจอ.png"
JPG_NAME = "ภาพกิจกรรม.jpg"
WEBP_NAME = "ภาพกิจกรรม.webp"
DOCX_NAME = "บันทึกการประชุม.docx"
XLSX_NAME = "แผนการจัดซื้อ.xlsx"
LONGEST_NAME = "ก" * 251 + ".pdf"  # 255 characters, 757 bytes

_EXIF_GPS, _EXIF_ORIENTATION, _EXIF_MODEL = 0x8825, 0x0112, 0x0110
_OOXML = "application/vnd.openxmlformats-officedocument."
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def pdf(words: str = "evidence", *, catalog: str = "", objects: tuple[str, ...] = ()) -> bytes:
    """One page with a line of Latin letters; `catalog` and `objects` (from number 6) are written as they stand."""
    line = f"BT /F1 18 Tf 72 720 Td ({words}) Tj ET"
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(line)} >>\nstream\n{line}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    out, places = BytesIO(), []
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(bodies, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    out.write(f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def png(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> bytes:
    return _saved(_picture(colour, size), "PNG")


def jpg(colour: str = "orange", size: tuple[int, int] = (64, 48), *, gps: bool = False, orientation: int = 1) -> bytes:
    """A photograph; with `gps` it says where it was taken and with which camera."""
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = orientation
    if gps:
        exif[_EXIF_MODEL] = "Camera of the works division"
        exif[_EXIF_GPS] = {1: "N", 2: (8.0, 30.0, 0.0), 3: "E", 4: (99.0, 57.0, 0.0)}
    return _saved(_picture(colour, size), "JPEG", exif=exif.tobytes())


def webp(colour: str = "purple", size: tuple[int, int] = (64, 48)) -> bytes:
    return _saved(_picture(colour, size), "WEBP")


def docx(words: str = "บันทึกการประชุม", *, more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A document of one paragraph; `more`: further entries (name, bytes) of the package."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{main}"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>'
    return _package(
        "word/document.xml", f"{_OOXML}wordprocessingml.document.main+xml", {"word/document.xml": body}, more
    )


def xlsx(words: str = "แผนการจัดซื้อ", *, more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A workbook with one cell."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book = (
        f'<workbook xmlns="{main}" xmlns:r="{_RELATED}"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    )
    sheet = (
        f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{words}</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    related = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATED}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>'
    )
    parts = {"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet, "xl/_rels/workbook.xml.rels": related}
    return _package("xl/workbook.xml", f"{_OOXML}spreadsheetml.sheet.main+xml", parts, more)


def _package(main: str, media_type: str, parts: dict[str, str], more: tuple[tuple[str, bytes], ...]) -> bytes:
    sheet = f"{_OOXML}spreadsheetml.worksheet+xml"
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{media_type}"/>'
        + (f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet}"/>' if "workbook" in main else "")
        + "</Types>"
    )
    related = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATED}/officeDocument"'
        f' Target="{main}"/></Relationships>'
    )
    entries = {"[Content_Types].xml": types, "_rels/.rels": related, **parts}
    return zipped(*((name, text.encode()) for name, text in entries.items()), *more)


def zipped(*entries: tuple[str, bytes]) -> bytes:
    """A ZIP of these entries (name, bytes)."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(zipfile.ZipInfo(name, (2021, 9, 14, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@cache
def _picture(colour: str, size: tuple[int, int]) -> Image.Image:
    """Two halves, so that turning it shows."""
    picture = Image.new("RGB", size, colour)
    picture.paste("white", (0, 0, size[0] // 2, size[1] // 2))
    return picture


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
