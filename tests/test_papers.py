"""A memo's papers: frozen by the decision, printed after it, seen by those who may see the memo."""

import csv
import hashlib
import io
import json
import os
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import chain, guards
from demo import document
from documents import archive, orders, press, shop
from documents.models import Form, Job, Paper, Print, Seal
from documents.typesetting import Unprinted
from memo_flow import decisions, drafts, manuscripts
from memo_flow.models import Decision, Memo
from memo_flow.queries import newest_revision
from organization.refusals import NotNow, Refused
from organization.seats import seats_of
from tests.cast import Cast, at, fresh

pytestmark = pytest.mark.django_db
LATER = at(hour=15)


def papers(memo: Memo) -> dict[str, Paper]:
    return {paper.form: paper for paper in Paper.objects.filter(about=f"memo:{memo.pk}").order_by("at", "form")}


def printed(memo: Memo, form: str = "memo") -> Paper:
    shop.print_due(now=LATER)
    return Paper.objects.select_related("print", "organization").filter(form=form, about=f"memo:{memo.pk}").latest("at")


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


# --- frozen


def test_approval_freezes_memo_report_notice_and_certificate(cast: Cast) -> None:
    memo = cast.approved("ให้ทุกกองรายงาน")
    mine = papers(memo)
    assert sorted(mine) == ["certificate", "memo", "notice", "report"]
    for paper in mine.values():
        assert paper.digest == chain.digest(paper.data)
        assert paper.sealed
        assert paper.data["code"] == paper.code
        assert paper.data["verify"].endswith(f"/verify/{paper.code}/")
        assert paper.job.attempts == 0
    assert mine["notice"].data["body"]["orders"] == ["ให้ทุกกองรายงาน"]


def test_the_frozen_memo_is_the_approved_text_with_its_decisions(cast: Cast) -> None:
    memo = cast.approved()
    body, revision = papers(memo)["memo"].data["body"], newest_revision(memo)
    assert revision is not None
    assert body["digest"] == revision.digest
    assert [one["text"] for one in body["sections"]] == [one["text"] for one in revision.content["sections"]]
    assert body["number"] == memo.entry.number
    opinion, approval = body["blocks"]
    assert [tick["ticked"] for tick in opinion["ticks"]] == [True, False]
    assert opinion["comment"] == "เห็นควร"
    assert opinion["signature"]["name"] == cast.permanent_secretary.name_th
    assert approval["signature"]["at"].startswith("2021-09-14T")


def test_an_acting_official_stands_there_with_the_order(cast: Cast) -> None:
    memo = cast.endorsed()
    cast.answer(memo, cast.deputy, "approve")
    signature = papers(memo)["memo"].data["body"]["blocks"][1]["signature"]
    assert signature["name"] == cast.deputy.name_th
    assert any("รักษาราชการแทน" in line for line in signature["lines"])
    assert any("287/2564" in line for line in signature["lines"])


def test_a_rejection_freezes_memo_and_certificate_alone(cast: Cast) -> None:
    memo = cast.rejected()
    mine = papers(memo)
    assert sorted(mine) == ["certificate", "memo"]
    block = mine["memo"].data["body"]["blocks"][1]
    assert block["reason"] == "งบประมาณไม่พอ"
    assert [tick["ticked"] for tick in block["ticks"]] == [False, True]
    assert mine["certificate"].data["body"]["state"] == "rejected"


@pytest.mark.parametrize("state", ["submitted", "endorsed", "returned", "withdrawn"])
def test_nothing_is_frozen_before_the_last_decision(cast: Cast, state: str) -> None:
    getattr(cast, state)()
    assert not Paper.objects.exists()


def test_the_certificate_names_the_head_of_the_chain_and_the_other_papers(cast: Cast) -> None:
    memo = cast.approved()
    mine = papers(memo)
    body = mine["certificate"].data["body"]
    head = chain.history_of(memo)[-1]
    assert body["chain"] == {"length": head.seq, "head": head.hash, "at": body["chain"]["at"]}
    assert {one["form"]: one["code"] for one in body["papers"]} == {
        form: paper.code for form, paper in mine.items() if form != "certificate"
    }
    assert [one["outcome"] for one in body["decisions"]] == ["endorse", "approve"]
    assert {one["digest"] for one in body["decisions"]} == {body["texts"][0]["digest"]}


def test_a_returned_round_stays_in_the_certificate(cast: Cast) -> None:
    memo = cast.returned()
    decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้แล้ว", now=at(hour=12))
    cast.answer(memo, cast.permanent_secretary, "endorse", now=at(hour=13))
    cast.answer(memo, cast.mayor, "approve", now=at(hour=14))
    mine = papers(memo)
    assert [one["round"] for one in mine["certificate"].data["body"]["texts"]] == [1, 2]
    assert [one["outcome"] for one in mine["certificate"].data["body"]["decisions"]] == ["return", "endorse", "approve"]
    assert mine["memo"].data["body"]["blocks"][0]["reason"] == ""


def test_a_decision_that_is_rolled_back_leaves_no_paper(cast: Cast) -> None:
    memo = cast.endorsed()
    with pytest.raises(RuntimeError), transaction.atomic():
        cast.answer(memo, cast.mayor, "approve")
        raise RuntimeError
    assert not Paper.objects.exists() and not Job.objects.exists()


def test_what_is_frozen_does_not_follow_a_name_that_changes(cast: Cast) -> None:
    memo = cast.approved()
    before = papers(memo)["memo"].data["body"]["blocks"][1]["signature"]["name"]
    cast.mayor.name_th = "นายอื่น ชื่ออื่น"
    cast.mayor.save()
    assert before in json.dumps(printed(memo).data, ensure_ascii=False)


def test_freezing_costs_the_same_however_long_the_plan(cast: Cast) -> None:
    counts = []
    for rows in (1, 3):
        memo = cast.endorsed()
        revision = newest_revision(memo)
        assert revision is not None
        body = {**revision.content, "plan": revision.content["plan"][:rows]}
        revision.content = body
        memo, last = fresh(memo), chain.history_of(memo)[-1]
        with CaptureQueriesContext(connection) as statements, transaction.atomic():
            memo.__dict__["state"] = "approved"
            manuscripts.freeze(memo, revision, steps=[], last=last, by=cast.mayor, seat=_seat(cast), at=at())
            transaction.set_rollback(True)
        counts.append(len([q for q in statements if not q["sql"].startswith(("SAVEPOINT", "ROLLBACK", "RELEASE"))]))
    assert counts[0] == counts[1] <= 13


def _seat(cast: Cast) -> Any:
    return seats_of(cast.mayor, at().date())[0]


# --- printed


def test_the_shop_prints_seals_and_stores(cast: Cast) -> None:
    memo = cast.approved()
    assert shop.print_due(now=LATER) == 4
    assert not Job.objects.exists()
    for paper in papers(memo).values():
        assert archive.holds(paper.print.sha256)
        assert paper.print.seal == Seal.objects.get(organization=cast.office, retired_at=None)
    assert shop.print_due(now=LATER) == 0
    assert list(chain.verify()) == []


def test_the_pages_under_the_seal_are_the_same_each_time(cast: Cast) -> None:
    paper = printed(cast.approved())
    with archive.take(paper.print.sha256) as file:
        stored = file.read()
    assert stored.startswith(press.print_paper(paper.data))


def test_a_failed_print_says_why_waits_and_blocks_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = cast.approved()
    right = press.print_paper

    def stumbles(data: dict[str, Any], **more: Any) -> bytes:
        if data["form"] == "report":
            raise Unprinted("หน้ากระดาษไม่พอ")
        return right(data, **more)

    monkeypatch.setattr(press, "print_paper", stumbles)
    assert shop.print_due(now=LATER) == 3
    job = papers(memo)["report"].job
    assert (job.attempts, job.error) == (1, "หน้ากระดาษไม่พอ")
    assert job.next_at > timezone.now() + timedelta(seconds=30)
    monkeypatch.undo()
    assert shop.print_due(now=LATER) == 0, "not before its time"
    orders.again(papers(memo)["report"])
    assert shop.print_due(now=LATER) == 1


def test_the_paper_that_waited_longest_comes_first(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.approved()
    for hours, form in enumerate(("notice", "certificate", "memo", "report"), 1):
        Job.objects.filter(paper__form=form).update(next_at=timezone.now() - timedelta(hours=10 - hours))
    order, right = list[str](), press.print_paper
    monkeypatch.setattr(press, "print_paper", lambda data, **more: order.append(data["form"]) or right(data, **more))
    shop.print_due(now=LATER)
    assert order == ["notice", "certificate", "memo", "report"]


def test_a_printed_paper_is_not_printed_again(cast: Cast) -> None:
    paper = printed(cast.approved())
    with pytest.raises(NotNow):
        orders.again(paper)


def test_without_a_seal_papers_wait_and_say_what_is_missing(cast: Cast) -> None:
    Seal.objects.update(retired_at=timezone.now())
    memo = cast.approved()
    assert shop.print_due(now=LATER) == 0
    assert "make_seal" in papers(memo)["memo"].job.error
    assert not Print.objects.exists()


def test_two_shops_print_a_paper_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second takes over when the first's lease has ended; who comes last records nothing."""
    memo = cast.approved()
    right, taken = press.print_paper, []

    def slow(data: dict[str, Any], **more: Any) -> bytes:
        pdf = right(data, **more)
        if not taken:
            taken.append(data["code"])
            Job.objects.filter(paper__code=data["code"]).update(next_at=timezone.now() - timedelta(seconds=1))
            shop.print_due(now=LATER)
        return pdf

    monkeypatch.setattr(press, "print_paper", slow)
    shop.print_due(now=LATER)
    assert Print.objects.count() == 4
    assert len(chain.history_of(Paper.objects.get(code=taken[0]))) == 2
    assert papers(memo)


def test_a_shop_that_is_killed_leaves_the_paper_to_the_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.approved()

    def killed(*args: Any, **kwargs: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(press, "print_paper", killed)
    with pytest.raises(KeyboardInterrupt):
        shop.print_due(now=LATER)
    monkeypatch.undo()
    assert shop.print_due(now=LATER) == 3, "its lease still holds the fourth"
    Job.objects.update(next_at=timezone.now())
    assert shop.print_due(now=LATER) == 1


def test_a_half_written_file_is_replaced(cast: Cast) -> None:
    sha256 = archive.keep(b"%PDF-1.7 whole")
    path = storages["papers"].path(f"{sha256[:2]}/{sha256}.pdf")
    os.truncate(path, 3)
    assert not archive.holds(sha256)
    assert archive.keep(b"%PDF-1.7 whole") == sha256
    assert archive.holds(sha256)


# --- the audit


def test_a_changed_paper_and_a_changed_file_are_found(cast: Cast) -> None:
    paper = printed(cast.approved())
    path = storages["papers"].path(f"{paper.print.sha256[:2]}/{paper.print.sha256}.pdf")
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(b"X")
    assert any("file" in problem.message for problem in chain.verify())
    guards.remove_all()
    try:
        data = {**paper.data, "title": "อื่น"}
        Paper.objects.filter(pk=paper.pk).update(data=data)
        found = [problem.message for problem in chain.verify() if problem.subject_id == str(paper.pk)]
        assert any("frozen" in message for message in found)
    finally:
        guards.install_all()


def test_papers_and_prints_cannot_be_changed(cast: Cast) -> None:
    paper = printed(cast.approved())
    for change in (
        lambda: Paper.objects.filter(pk=paper.pk).update(code="X"),
        lambda: Print.objects.filter(pk=paper.pk).update(sha256="0" * 64),
        lambda: Print.objects.filter(pk=paper.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- drawn up as things stand


def test_the_notice_is_drawn_up_with_who_has_acknowledged(cast: Cast) -> None:
    memo = cast.approved()
    decisions.acknowledge(memo.pk, by=cast.finance, now=at(hour=13))
    paper = manuscripts.draw_up(memo.pk, form="notice", by=cast.head_of_office, now=at(hour=14))
    names = [one["name"] for one in paper.data["body"]["acknowledged"] if one["at"]]
    assert names == [cast.finance.name_th]
    assert manuscripts.draw_up(memo.pk, form="notice", by=cast.head_of_office, now=LATER) == paper


@pytest.mark.parametrize("who", ["finance", "mayor", "office_staff"])
def test_others_draw_up_nothing(cast: Cast, who: str) -> None:
    memo = cast.approved()
    with pytest.raises(Refused):
        manuscripts.draw_up(memo.pk, form="notice", by=getattr(cast, who), now=LATER)


def test_nothing_is_drawn_up_before_approval_or_for_another_office(cast: Cast) -> None:
    memo = cast.endorsed()
    with pytest.raises(NotNow):
        manuscripts.draw_up(memo.pk, form="notice", by=cast.head_of_office, now=LATER)
    with pytest.raises(Memo.DoesNotExist):
        manuscripts.draw_up(memo.pk, form="notice", by=cast.outsider, now=LATER)


@pytest.mark.parametrize("form", ["memo", "follow_up", "follow_up.interim", ""])
def test_a_paper_that_is_none_is_refused(cast: Cast, form: str) -> None:
    memo = cast.approved()
    with pytest.raises(ValidationError):
        manuscripts.draw_up(memo.pk, form=form, by=cast.head_of_office, now=LATER)


def test_a_memo_that_orders_nothing_has_neither_report_nor_notice(cast: Cast, client: Client) -> None:
    """And a paper that is none is refused in words."""
    text = {**document.imported().content, "plan": [], "report": []}
    memo = drafts.create(kind=cast.kind, by=cast.head_of_office, subject="ไม่มีแผน", content=text, now=at())
    decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=10))
    cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    assert sorted(papers(memo)) == ["certificate", "memo"]
    client.force_login(cast.head_of_office)
    page = client.get(f"/memos/{memo.pk}/papers/", secure=True).content.decode()
    assert "draw-up" not in page and "papers/report/" not in page
    answer = client.post(f"/memos/{memo.pk}/papers/draw-up/", {"paper": "notice"}, secure=True, follow=True)
    assert answer.status_code == 200 and "flash bad" in answer.content.decode()


# --- previews


@pytest.mark.parametrize(
    "state,mark",
    [
        ("draft", "ร่าง"),
        ("submitted", "ระหว่างพิจารณา"),
        ("returned", "ส่งกลับแก้ไข"),
        ("withdrawn", "ยกเลิก"),
        ("approved", ""),
    ],
)
def test_a_preview_says_what_it_is(cast: Cast, client: Client, state: str, mark: str, monkeypatch: Any) -> None:
    memo, seen = getattr(cast, state)(), []
    right = press.print_paper
    monkeypatch.setattr(press, "print_paper", lambda data, **more: seen.append(data) or right(data, **more))
    client.force_login(cast.head_of_office)
    for form in ("memo", "report"):
        answer = client.get(f"/memos/{memo.pk}/papers/{form}/", secure=True)
        assert answer.status_code == 200
        assert content(answer).startswith(b"%PDF-")
        assert answer["Cache-Control"] == "no-store"
        assert seen[-1]["mark"] == mark
        assert "ยังไม่ได้ลงตรา" in seen[-1]["note"]
        assert seen[-1]["code"] == seen[-1]["verify"] == ""
    assert not Print.objects.exists()


def test_an_earlier_text_is_marked_as_superseded(cast: Cast, client: Client, monkeypatch: Any) -> None:
    memo = cast.returned()
    decisions.submit(memo.pk, by=cast.head_of_office, reason="แก้แล้ว", now=at(hour=12))
    seen: list[dict[str, Any]] = []
    right = press.print_paper
    monkeypatch.setattr(press, "print_paper", lambda data, **more: seen.append(data) or right(data, **more))
    client.force_login(cast.head_of_office)
    assert client.get(f"/memos/{memo.pk}/papers/memo/?round=1", secure=True).status_code == 200
    assert seen[0]["mark"] == "ถูกแทนที่"
    assert seen[0]["body"]["blocks"][0]["signature"]["name"] == cast.permanent_secretary.name_th
    for wrong in ("9", "x", "-1", "๑"):
        assert client.get(f"/memos/{memo.pk}/papers/memo/?round={wrong}", secure=True).status_code == 404


def test_a_preview_that_cannot_be_printed_says_why(cast: Cast, client: Client, monkeypatch: Any) -> None:
    def fails(data: dict[str, Any], **more: Any) -> bytes:
        raise Unprinted("It took longer than 60 seconds <b>")

    monkeypatch.setattr(press, "print_paper", fails)
    memo = cast.submitted()
    client.force_login(cast.mayor)
    answer = client.get(f"/memos/{memo.pk}/papers/memo/", secure=True)
    assert answer.status_code == 503
    assert "It took longer than 60 seconds &lt;b&gt;" in answer.content.decode()


# --- seen by whom


def test_papers_are_for_those_who_see_the_memo(cast: Cast, client: Client) -> None:
    memo = cast.approved()
    paper = printed(memo)
    address = f"/memos/{memo.pk}/papers/{paper.pk}/"
    assert client.get(address, secure=True).status_code == 302
    for who, status in (("head_of_office", 200), ("mayor", 200), ("finance", 200), ("outsider", 404)):
        client.force_login(getattr(cast, who))
        answer = client.get(address, secure=True)
        assert answer.status_code == status
        if status == 200:
            assert sha256_of(content(answer)) == paper.print.sha256
            assert answer["Content-Type"] == "application/pdf"
            assert answer["X-Content-Type-Options"] == "nosniff"
        for part in ("papers/", "papers/memo/", "papers/report/"):
            assert client.get(f"/memos/{memo.pk}/{part}", secure=True).status_code == status
        assert client.post(f"{address}again/", secure=True).status_code == {200: 409}.get(status, status)


def sha256_of(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()


def test_a_paper_is_not_found_under_another_memo(cast: Cast, client: Client) -> None:
    paper, other = printed(cast.approved()), cast.approved()
    client.force_login(cast.mayor)
    assert client.get(f"/memos/{other.pk}/papers/{paper.pk}/", secure=True).status_code == 404


def test_a_browser_that_has_the_paper_is_told_so(cast: Cast, client: Client) -> None:
    memo = cast.approved()
    paper = printed(memo)
    client.force_login(cast.mayor)
    address = f"/memos/{memo.pk}/papers/{paper.pk}/"
    shown = client.get(address, secure=True)
    saved = client.get(f"{address}?download=1", secure=True)
    assert content(shown) == content(saved)
    assert "inline" in shown["Content-Disposition"] and "attachment" in saved["Content-Disposition"]
    assert client.get(address, secure=True, headers={"If-None-Match": shown["ETag"]}).status_code == 304


def test_the_list_of_papers_costs_the_same_with_more(cast: Cast, client: Client) -> None:
    memo = cast.approved()
    client.force_login(cast.head_of_office)
    counts = []
    for round_ in range(2):
        with CaptureQueriesContext(connection) as statements:
            assert client.get(f"/memos/{memo.pk}/papers/", secure=True).status_code == 200
        counts.append(len(statements))
        for person in (cast.finance, cast.works, cast.education, cast.health)[2 * round_ :][:2]:
            decisions.acknowledge(memo.pk, by=person, now=at(hour=13))
            client.post(f"/memos/{memo.pk}/papers/draw-up/", {"paper": "notice"}, secure=True)
    assert counts[0] == counts[1]


def test_while_papers_are_printed_the_page_asks_again_and_then_no_more(cast: Cast, client: Client) -> None:
    memo = cast.approved()
    client.force_login(cast.mayor)
    page = client.get(f"/memos/{memo.pk}/", secure=True).content.decode()
    assert "hx-get" in page and "<progress" in page
    shop.print_due(now=LATER)
    fragment = client.get(f"/memos/{memo.pk}/papers/", secure=True, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in fragment and "<progress" not in fragment
    assert fragment.count("/papers/") >= 4


# --- a year's papers


def test_a_year_comes_as_a_zip_with_its_index(cast: Cast, client: Client) -> None:
    memo = cast.approved()
    shop.print_due(now=LATER)
    client.force_login(cast.mayor)
    assert "/memos/years/2564.zip" in client.get("/memos/years/", secure=True).content.decode()
    pack = zipfile.ZipFile(io.BytesIO(content(client.get("/memos/years/2564.zip", secure=True))))
    assert pack.testzip() is None
    rows = list(csv.DictReader(io.StringIO(pack.read("index.csv").decode("utf-8-sig"))))
    assert len(rows) == 4
    for row in rows:
        assert sha256_of(pack.read(row["file"])) == row["sha256"]
        assert row["number"] == memo.entry.number
        assert row["file"] in pack.read("index.html").decode()


def test_a_zip_holds_what_its_reader_may_see(cast: Cast, client: Client) -> None:
    cast.approved()
    shop.print_due(now=LATER)
    client.force_login(cast.outsider)
    assert client.get("/memos/years/2564.zip", secure=True).status_code == 404
    client.force_login(cast.mayor)
    assert client.get("/memos/years/2563.zip", secure=True).status_code == 404


def test_a_formula_in_a_subject_stays_text_in_the_index(cast: Cast, client: Client) -> None:
    text = document.imported().content
    memo = drafts.create(kind=cast.kind, by=cast.head_of_office, subject="=1+1", content=text, now=at())
    decisions.submit(memo.pk, by=cast.head_of_office, reason="ตามต้นฉบับ ตรวจแล้ว", now=at(hour=10))
    cast.answer(memo, cast.permanent_secretary, "endorse")
    cast.answer(memo, cast.mayor, "approve")
    shop.print_due(now=LATER)
    client.force_login(cast.mayor)
    pack = zipfile.ZipFile(io.BytesIO(content(client.get("/memos/years/2564.zip", secure=True))))
    assert "'=1+1" in pack.read("index.csv").decode("utf-8-sig")


# --- secrets


def test_a_secret_memo_has_no_notice_and_tells_nothing_in_public(cast: Cast) -> None:
    cast.kind.secret = True
    cast.kind.save()
    memo = cast.approved()
    mine = papers(memo)
    assert "notice" not in mine
    with pytest.raises(ValidationError):
        manuscripts.draw_up(memo.pk, form="notice", by=cast.permanent_secretary, now=LATER)
    for paper in mine.values():
        assert paper.data["public"] == {"secret": True}
        assert paper.data["secrecy"] == "ลับ"


def test_every_code_is_another_one() -> None:
    codes = {orders.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == orders.LENGTH and set(code) <= set(orders.ALPHABET) for code in codes)


@pytest.mark.parametrize("typed", ["7k3m9-qpx2t", " 7K3M9 QPX2T ", "๗K๓M๙QPX๒T", "7K3M9QPX2T"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert orders.code_as_typed(typed) == "7K3M9QPX2T"


def test_letters_that_are_misread_are_read_right() -> None:
    assert orders.code_as_typed("OIL0I1O") == "0110110"


def test_a_decision_stands_when_the_print_shop_is_down(cast: Cast, settings: Any) -> None:
    """No broker, no press, no key: nothing of it reaches the one who decides."""
    settings.MEMOFLOW_SEAL_KEYS = []
    memo = cast.approved()
    assert Decision.objects.filter(memo=memo, outcome="approve").exists()
    assert shop.print_due(now=LATER) == 0
    assert all(Job.objects.values_list("error", flat=True))
    assert Form.MEMO in papers(memo)
