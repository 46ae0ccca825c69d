"""Anyone who holds a paper may ask whether it is genuine, without signing in and without leaving anything behind."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from documents import archive, press, shop, uploads
from documents.models import Paper
from memo_flow.models import Memo
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_visit() -> None:
    """Nobody has asked before: how often one may is counted in the cache."""
    cache.clear()


@pytest.fixture
def memo(cast: Cast) -> Memo:
    memo = cast.endorsed()
    cast.answer(memo, cast.deputy, "approve", now=at(hour=14))
    shop.print_due(now=at(hour=15))
    return memo


def paper_of(memo: Memo, form: str = "memo") -> Paper:
    return Paper.objects.select_related("print").get(about=f"memo:{memo.pk}", form=form)


def file_of(paper: Paper) -> bytes:
    with archive.take(paper.print.sha256) as file:
        return file.read()


def asked(client: Client, pdf: bytes, code: str = "", name: str = "บันทึก.pdf") -> str:
    address = f"/verify/{code}/" if code else "/verify/"
    answer = client.post(address, {"file": SimpleUploadedFile(name, pdf)}, secure=True)
    assert answer.status_code in (200, 404)
    return answer.content.decode()


def verdict(page: str) -> str:
    return next((word for word in ("intact", "other", "changed", "unknown") if f"verdict {word}" in page), "")


def test_a_code_tells_what_was_approved_when_and_by_which_positions(client: Client, memo: Memo, cast: Cast) -> None:
    page = client.get(f"/verify/{paper_of(memo).code}/", secure=True)
    said = page.content.decode()
    assert page.status_code == 200
    assert memo.entry.number in said and memo.subject in said
    assert "ปลัดองค์การบริหารส่วนตำบลกำแพงแสน" in said and "รักษาราชการแทน" in said
    assert "14 ก.ย. 2564 เวลา 14.00 น." in said
    for person in cast.people.values():
        assert person.name_th not in said, "positions, not names"


def test_a_code_is_found_however_it_is_typed(client: Client, memo: Memo) -> None:
    code = paper_of(memo).code
    answer = client.get("/verify/", {"code": f"{code[:5].lower()}-{code[5:]} "}, secure=True)
    assert answer.status_code == 302 and answer["Location"] == f"/verify/{code}/"


@pytest.mark.parametrize("code", ["0000000000", "x", "-", "A" * 60])
def test_a_code_nobody_issued_is_404_and_says_so(client: Client, memo: Memo, code: str) -> None:
    assert client.get(f"/verify/{code}/", secure=True).status_code == 404


def test_an_empty_or_foreign_code_in_the_form_leads_nowhere_bad(client: Client) -> None:
    asks_again = client.get("/verify/", {"code": "ๆๆๆ"}, secure=True)
    assert asks_again.status_code == 200 and 'role="alert"' in asks_again.content.decode()
    assert client.get("/verify/", {"code": "../../admin"}, secure=True)["Location"].startswith("/verify/")


def test_the_address_beside_the_code_is_taken_for_the_code(client: Client, memo: Memo) -> None:
    paper = paper_of(memo)
    answer = client.get("/verify/", {"code": paper.data["verify"]}, secure=True)
    assert answer["Location"] == f"/verify/{paper.code}/"


def test_what_is_known_of_a_changed_file_is_not_called_genuine(client: Client, memo: Memo) -> None:
    pdf = file_of(paper_of(memo)) + b"\n% a note"
    assert "เอกสารจริง: รหัสนี้" in asked(client, file_of(paper_of(memo)))
    assert "เอกสารจริง: รหัสนี้" not in asked(client, pdf)


def test_the_fingerprints_of_the_certificate_can_be_compared(client: Client, memo: Memo) -> None:
    certificate = paper_of(memo, "certificate")
    page = client.get(f"/verify/{certificate.code}/", secure=True).content.decode()
    body = certificate.data["body"]
    told = [body["chain"]["head"], *(one["digest"] for one in body["texts"] + body["papers"])]
    assert [one for one in told if one not in page] == []


def test_a_change_of_language_leads_back_also_after_a_file(client: Client, memo: Memo) -> None:
    assert 'name="next" value="/verify/"' in asked(client, b"%PDF-1.7")


@pytest.mark.parametrize("form", ["memo", "report", "notice", "certificate"])
def test_every_printed_paper_is_intact(client: Client, memo: Memo, form: str) -> None:
    paper = paper_of(memo, form)
    assert verdict(asked(client, file_of(paper))) == "intact"
    assert verdict(asked(client, file_of(paper), paper.code)) == "intact"


def test_a_paper_with_a_byte_changed_is_changed(client: Client, memo: Memo) -> None:
    pdf = bytearray(file_of(paper_of(memo)))
    pdf[len(pdf) // 3] ^= 1
    assert verdict(asked(client, bytes(pdf))) in ("changed", "unknown")
    pdf = bytearray(file_of(paper_of(memo)) + b"\n% a note")
    assert verdict(asked(client, bytes(pdf))) == "changed"


def test_the_paper_of_another_code_is_named_so(client: Client, memo: Memo) -> None:
    assert verdict(asked(client, file_of(paper_of(memo, "report")), paper_of(memo).code)) == "other"


@pytest.mark.parametrize("pdf", [b"%PDF-1.7 of somebody else", b"\x00" * 5000, "บันทึก".encode()])
def test_a_strangers_file_is_unknown(client: Client, memo: Memo, pdf: bytes) -> None:
    assert verdict(asked(client, pdf)) == "unknown"


def test_no_file_and_an_empty_file_are_asked_for_again(client: Client) -> None:
    for given in ({}, {"file": SimpleUploadedFile("x.pdf", b"")}, {"file": "text"}):
        page = client.post("/verify/", given, secure=True).content.decode()
        assert 'role="alert"' in page and not verdict(page)


def test_a_file_that_is_too_large_is_refused_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 100_000)
    page = asked(client, b"%PDF-" + b"x" * 300_000)
    assert 'role="alert"' in page and not verdict(page)


def test_a_file_is_not_written_anywhere(client: Client, memo: Memo, tmp_path: Path, settings: Any) -> None:
    """Also one larger than Django would keep in memory."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    before = sorted(Path(conf.DATA_DIR).rglob("*.pdf"))
    assert verdict(asked(client, b"%PDF-1.7" + b"x" * 5_000_000)) == "unknown"
    assert list(tmp_path.iterdir()) == []
    assert sorted(Path(conf.DATA_DIR).rglob("*.pdf")) == before


def test_a_file_made_to_hang_is_unknown_and_the_next_is_answered(
    client: Client, memo: Memo, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = press.examine

    def hangs(pdf: bytes, **more: Any) -> list[Any]:
        raise press.Unanswered("It took longer than 15 seconds and was stopped.")

    monkeypatch.setattr(press, "examine", hangs)
    page = asked(client, b"%PDF-1.7 a bomb")
    assert 'role="alert"' in page and not verdict(page), "no answer is no verdict"
    monkeypatch.setattr(press, "examine", right)
    assert verdict(asked(client, file_of(paper_of(memo)))) == "intact"


def test_a_secret_paper_is_only_called_genuine(client: Client, cast: Cast) -> None:
    cast.kind.secret = True
    cast.kind.save()
    memo = cast.approved()
    shop.print_due(now=at(hour=15))
    paper = paper_of(memo)
    for page in (
        client.get(f"/verify/{paper.code}/", secure=True).content.decode(),
        asked(client, file_of(paper), paper.code),
        asked(client, file_of(paper)),
    ):
        assert memo.subject not in page and memo.entry.number not in page
        assert str(cast.office.name_th) not in page.split("<main")[1]
        assert "เป็นเอกสารลับ" in page


def test_a_name_of_a_file_stays_text(client: Client) -> None:
    assert "<script>" not in asked(client, b"%PDF-1.7", name="<script>alert(1)</script>.pdf")


def test_who_asks_too_often_is_asked_to_wait(client: Client, settings: Any) -> None:
    codes = [client.get("/verify/0000000000/", secure=True).status_code for _try in range(121)]
    assert codes[:120] == [404] * 120 and codes[120] == 429


def test_verification_is_never_cached(client: Client, memo: Memo) -> None:
    assert "no-cache" in client.get(f"/verify/{paper_of(memo).code}/", secure=True)["Cache-Control"]
