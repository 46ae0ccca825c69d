"""What is hidden from the public, and what is not."""

import json
from typing import Any

import pytest

from demo import document
from disclosure import redaction
from disclosure.redaction import MASK, Kind, Shown

SHOWN = Shown.of(
    ["นายธีรวุฒิ กลิ่นกุสุม", "นางสาวดรุณี สุขใจ", "ว่าที่ร้อยตรี มานะ  พากเพียร", "Mr. Somchai Jaidee"], "034-353051, 0 3435 3052"
)


def masked(text: str) -> str:
    return redaction.masked(text, redaction.spans(text, SHOWN))


def kinds(text: str) -> list[Kind]:
    return [one.kind for one in redaction.spans(text, SHOWN)]


@pytest.mark.parametrize(
    "number",
    [
        "0812345678",
        "081_234_5678",
        "081-234-5678",
        "081 234 5678",
        "08-1234-5678",
        "081.234.5678",
        "(081) 234-5678",
        "๐๘๑-๒๓๔-๕๖๗๘",
        "๐๘๑๒๓๔๕๖๗๘",
        "02-123-4567",
        "0 2123 4567",
        "034-123456",
        "0-3412-3456",
        "๐ ๓๔๑๒ ๓๔๕๖",
        "+66 81 234 5678",
        "+66812345678",
        "+66 (0) 81-234-5678",
        "0066 81 234 5678",
        "66-81-234-5678",
        "０８１-２３４-５６７８",
        "081\u200b234\u200b5678",
        "081\u2011234\u20115678",
        "081\u00a0234\u00a05678",
        "081–234–5678",
        "081 - 234 - 5678",
    ],
)
@pytest.mark.parametrize("around", ["โทร {}", "ติดต่อ{}ได้ทุกวัน", "({})", "034-353051/{}", "{}"])
def test_a_phone_however_it_is_written_is_hidden(number: str, around: str) -> None:
    text = around.format(number)
    hidden = masked(text)
    assert MASK in hidden
    assert number not in hidden
    digits = "".join(str(int(one)) for one in hidden.replace("034-353051", "") if one.isdecimal())
    assert digits == ""


@pytest.mark.parametrize("text", ["โทร. 351-234", "โทรศัพท์หมายเลข 34 351 234", "Tel: 81 2345678", "โทรสาร ๓๕๑๒๓๔"])
def test_what_is_called_a_phone_is_one(text: str) -> None:
    assert Kind.PHONE in kinds(text)


@pytest.mark.parametrize("text", ["โทร. 034-353051", "โทรศัพท์ ๐๓๔-๓๕๓๐๕๑", "โทร 0 3435 3051", "โทร. 034353052"])
def test_the_offices_own_phone_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("อีเมล somchai.j+ita@example.co.th นะ", Kind.EMAIL),
        ("อีเมลsomchai@example.com", Kind.EMAIL),
        ("SOMCHAI@EXAMPLE.COM", Kind.EMAIL),
        ("somchai＠example.com", Kind.EMAIL),
        ("somchai [at] example [dot] com", Kind.EMAIL),
        ("somchai @ example.com", Kind.EMAIL),
        ("เลข 1234567890123", Kind.CITIZEN),
        ("1-2345-67890-12-3", Kind.CITIZEN),
        ("๑-๒๓๔๕-๖๗๘๙๐-๑๒-๓", Kind.CITIZEN),
        ("1 2345 67890 12 3", Kind.CITIZEN),
        ("1–2345–67890–12–3", Kind.CITIZEN),
        ("1.2345.67890.12.3", Kind.CITIZEN),
        ("1_2345_67890_12_3", Kind.CITIZEN),
        ("1.2345-67890.12 3", Kind.CITIZEN),
        ("บัตรประชาชน 12345678901", Kind.CITIZEN),
        ("123-4-56789-0", Kind.ACCOUNT),
        ("เลขที่บัญชี 1234567890", Kind.ACCOUNT),
        ("บัญชีธนาคารกรุงไทย สาขากำแพงแสน 123 4 56789 0", Kind.ACCOUNT),
        ("บ้านเลขที่ 12/3 หมู่ 4", Kind.ADDRESS),
        ("(ลงชื่อ) สมหมาย ใจซื่อ", Kind.SIGNATURE),
        ("ลงชื่อ......สมหมาย ใจซื่อ......ผู้ร้อง", Kind.SIGNATURE),
    ],
)
def test_numbers_and_addresses_of_people_are_hidden(text: str, kind: Kind) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "name",
    [
        "นายสมหมาย ใจซื่อ",
        "นาย สมหมาย ใจซื่อ",
        "นางสมศรี ใจซื่อ",
        "นางสาวสมศรี ใจซื่อ",
        "น.ส.สมศรี ใจซื่อ",
        "น.ส. สมศรี ใจซื่อ",
        "น. ส. สมศรี ใจซื่อ",
        "เด็กชายสมหมาย ใจซื่อ",
        "ด.ช.สมหมาย ใจซื่อ",
        "ด.ญ. สมศรี ใจซื่อ",
        "ว่าที่ร้อยตรีสมหมาย ใจซื่อ",
        "ว่าที่ ร.ต.สมหมาย ใจซื่อ",
        "ว่าที่ร้อยตรีหญิงสมศรี ใจซื่อ",
        "ดร.สมหมาย ใจซื่อ",
        "นาย ดร. สมหมาย ใจซื่อ",
        "ผศ.ดร.สมหมาย ใจซื่อ",
        "พ.ต.อ.สมหมาย ใจซื่อ",
        "ร.ต.ท. สมหมาย ใจซื่อ",
        "จ.ส.อ.สมหมาย ใจซื่อ",
        "ดาบตำรวจสมหมาย ใจซื่อ",
        "คุณสมหมาย ใจซื่อ",
        "นายกมล ใจซื่อ",
        "นายกิตติ ใจซื่อ",
        "นายเอกชัย ใจซื่อ",
        "นายส\u200bมหมาย ใจซื่อ",
        "นาย\u00a0สมหมาย\u00a0ใจซื่อ",
        "Mr. Sommai Jaisue",
        "Miss Somsri Jaisue",
        "Mr.Sommai Jaisue",
        "MR. SOMMAI JAISUE",
        "นายสมหมาย_ใจซื่อ",
        "ส.ต.ท.หญิง สมศรี ใจซื่อ",
        "ร้อยตำรวจเอกหญิง สมศรี ใจซื่อ",
        "จ่าสิบเอกหญิงสมศรี ใจซื่อ",
        "ม.ล.สมหมาย ใจซื่อ",
        "ม.ร.ว. สมหมาย ใจซื่อ",
        "หม่อมหลวงสมหมาย ใจซื่อ",
        "นายสมหมาย-ใจซื่อ",
        "นายสมหมาย\nใจซื่อ",
        "Mr. Sommai\nJaisue",
        "mr. sommai Jaisue",
        "mrs somsri Jaisue",
        "นายธีรวุฒิ-ใจซื่อ",
        "นายธีรวุฒิ ใจซื่อ",
        "นายธีรวุฒิ",
        "นายธีรวุฒิ กลิ่นกุสุมา",
    ],
)
@pytest.mark.parametrize("before", ["", "ร้องโดย", "แจ้งโดย ", "("])
def test_a_name_of_somebody_without_an_office_is_hidden(name: str, before: str) -> None:
    hidden = masked(f"{before}{name} แจ้งว่า")
    assert "ใจซื่อ" not in hidden and "สมหมาย" not in hidden and "Jaisue" not in hidden and "ธีรวุฒิ" not in hidden
    assert MASK in hidden


@pytest.mark.parametrize(
    "text",
    [
        "เสนอโดย นายธีรวุฒิ กลิ่นกุสุม หัวหน้าสำนักปลัด",
        "นาย ธีรวุฒิ   กลิ่นกุสุม",
        "น.ส.ดรุณี สุขใจ เจ้าหน้าที่",
        "ว่าที่ร้อยตรีมานะ พากเพียร",
        "ดร.ธีรวุฒิ กลิ่นกุสุม",
        "by Mr. Somchai Jaidee, Head",
    ],
)
def test_the_name_of_an_office_holder_stays(text: str) -> None:
    assert masked(text) == text


def test_after_an_office_holder_the_next_name_is_hidden() -> None:
    text = "นายธีรวุฒิ กลิ่นกุสุม และนายสมหมาย ใจซื่อ ร่วมกัน"
    assert masked(text).startswith("นายธีรวุฒิ กลิ่นกุสุม และ" + MASK)


@pytest.mark.parametrize(
    "text",
    [
        "ผู้ร้องเรียนคือ สมหมาย ใจซื่อ",
        "ผู้ร้อง: สมหมาย ใจซื่อ",
        "ผู้ร้องเรียน (สมหมาย ใจซื่อ) แจ้งว่า",
        "ผู้ร้อง สมหมาย ใจซื่อ แจ้งว่า",
        "ผู้แจ้งเบาะแสชื่อสมหมาย ใจซื่อ",
        "ผู้ถูกร้องเรียนได้แก่ นายสมหมาย ใจซื่อ",
        "ผู้ร้องเรียน นายสมหมาย ใจซื่อ",
    ],
)
def test_a_complainant_is_hidden(text: str) -> None:
    hidden = masked(text)
    assert "สมหมาย" not in hidden and "ใจซื่อ" not in hidden


def test_a_complainant_is_hidden_also_when_it_is_an_office_holder() -> None:
    assert "ธีรวุฒิ" not in masked("ผู้ร้องเรียนคือ นายธีรวุฒิ กลิ่นกุสุม")


@pytest.mark.parametrize(
    "text",
    [
        "นายกองค์การบริหารส่วนตำบลกำแพงแสน พิจารณา",
        "รองนายก อบต. และนายกเทศมนตรี",
        "เรียน นายก",
        "นายกฯ สั่งการ",
        "นายอำเภอกำแพงแสน และนายทะเบียน",
        "นายช่างโยธา นายแพทย์สาธารณสุข",
        "พัฒนางานบริการ พัฒนายกระดับคุณภาพ พัฒนายุทธศาสตร์",
        "คุณธรรมและความโปร่งใส คุณภาพการดำเนินงาน คุณสมบัติ",
        "ขอบคุณ ประชาชน ที่ร่วมมือ",
        "ทนายความ และเจ้านาย",
        "คุ้มครองผู้ร้องเรียน และพยาน",
        "ผู้ร้องเรียน สามารถติดตาม ผลได้",
        "แจ้งผลให้ผู้ร้องเรียนทราบภายใน 15 วัน",
        "ลงชื่อเข้าใช้ระบบ",
        "14 กันยายน 2564 และ ๑๔ กันยายน ๒๕๖๔",
        "05-10-2564 06-11-2564",
        "2021-09-14 2021-10-11",
        "2021-09-14T10:00:00+07:00",
        "เวลา 08.30-16.30 น. 09.00 - 12.00 13.00",
        "งบประมาณ 1,234,567.89 บาท และ 10000000 บาท",
        "คะแนน 97.36 97.40 50.00 82.14",
        "0.5 0.25 0.75 0.85",
        "ที่ นฐ 71201/412 และ มท 0808.2/ว3749",
        "หนังสือ ปปช 0004/ว 0019 ลงวันที่ 1 ตุลาคม 2564",
        "พ.ศ. 2564 พ.ร.บ. ข้อมูลข่าวสาร ส.ค. ต.ค.",
        "ปีงบประมาณ 2564 2565 2566 2567",
        "ข้อ O1 - O43 รวม 43 ข้อ",
        "สายด่วน 1676 และ 1205",
        "รหัสโครงการ 65047123456",
        "ร.ร.วัดกำแพงแสน ต.กำแพงแสน อ.กำแพงแสน จ.นครปฐม",
        "ศ.ดร. และ อ.บ.ต.",
        "คะแนน IIT EIT OIT @ 2564",
        "ปริมาณ 500 ม.ล. บรรจุขวด และ 250ม.ล. บรรจุกล่อง",
        "miss the deadline, MS Word, dr drive",
        "ข้อ 1.2345.67890 และ 10.1234.5678",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert masked(text) == text


def test_the_real_document_stays_word_for_word() -> None:
    memo = document.imported()
    found = redaction.of_data(memo.content | {"subject": memo.subject}, Shown.of([], "034-353051"))
    assert found.hidden == []
    assert found.data == memo.content | {"subject": memo.subject}


def test_only_the_phone_of_the_transcription_would_be_hidden_of_another_office() -> None:
    source = json.loads(json.dumps(document.source(), default=str))
    assert {one.kind for one in redaction.of_data(source, Shown()).hidden} == {Kind.PHONE}


def test_codes_are_no_numbers_of_people() -> None:
    data = {"papers": [{"form": "memo", "code": "0812345678"}], "digest": "1234567890123"}
    assert redaction.of_data(data, SHOWN).data == data


def test_data_tells_where_something_was_hidden() -> None:
    data = {"plan": [{"measures": ["ติดต่อ 081-234-5678"]}], "year": 2565, "late": True, "nothing": None}
    found = redaction.of_data(data, SHOWN)
    assert [(one.path, one.kind, one.words) for one in found.hidden] == [
        ("plan.0.measures.0", Kind.PHONE, "081-234-5678")
    ]
    assert found.data == data | {"plan": [{"measures": [f"ติดต่อ {MASK}"]}]}


def test_what_is_hidden_once_is_not_hidden_again() -> None:
    once = masked("นายสมหมาย ใจซื่อ โทร 081-234-5678")
    assert masked(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "0 " * 20_000,
        "นาย" * 20_000,
        "ผู้ร้อง " * 10_000,
        "1-" * 20_000,
        "a.@" * 10_000,
        "(ลงชื่อ)" * 5_000,
        "ดร." * 4_000,
        "น.ส. " * 4_000,
        "mr. " * 5_000,
        "นายก-" * 5_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    import time

    start = time.process_time()
    redaction.spans(text, SHOWN)
    assert time.process_time() - start < 1.5


@pytest.mark.parametrize("value", ["", " ", "ก", "\u200b", "๐"])
def test_next_to_nothing_is_nothing(value: Any) -> None:
    assert redaction.spans(value, SHOWN) == []
