"""The post office's pages and commands: what failed and goes again, its health, and the banner for who can mend it."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from audit import chain
from notifications import bounces, delivery, hooks, operations, outbox
from notifications.models import Call, Letter, ScanRun
from notifications.reasons import plain
from organization import doorbell
from organization.models import User
from organization.refusals import Refused
from tests.cast import Browse, Cast, at

pytestmark = pytest.mark.django_db

NOW = at(hour=18)  # as_ signs in at this hour
FAILED = "SMTPRecipientsRefused({'works@kps-sao.example': (550, b'no')})"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    cache.clear()
    with translation.override("en"):
        yield
    cache.clear()


def post(cast: Cast, key: str, to: User | None = None, at_: Any = NOW, **more: Any) -> Letter:
    facts = {"subject": "ลับมาก", "number": "1", "path": "/memos/1/", "organization": "อบต.", "by": "นายก"}
    who = to or cast.works
    drafts = [outbox.Draft(who.organization_id, who.pk, "memo_approved", "test", key, facts)]  # type: ignore[arg-type]
    (pk,) = outbox.post(drafts, at=at_)
    Letter.objects.filter(pk=pk).update(**more)
    return Letter.objects.select_related("recipient").get(pk=pk)


def failed(cast: Cast, key: str, to: User | None = None, **more: Any) -> Letter:
    return post(cast, key, to, **{"failed_at": NOW, "attempts": 1, "error": FAILED, "not_before": NOW, **more})


def is_waiting(letter: Letter) -> bool:
    letter.refresh_from_db()
    return letter.failed_at is None and letter.attempts == 0 and letter.error == "" and letter.voided_at is None


def english(user: User) -> User:
    User.objects.filter(pk=user.pk).update(language="en")
    return User.objects.get(pk=user.pk)


# --- what failed


def test_what_failed_is_listed_with_its_reason_and_to_whom(cast: Cast, as_: Browse) -> None:
    failed(cast, "one")
    page = as_(english(cast.head_of_office)).get(reverse("letters-failed")).content.decode()
    assert "The mail server refused the address." in page
    assert cast.works.email in page
    assert "ลับมาก" not in page  # who looks after the post need not be on the route


def test_nothing_failed_is_said_kindly(cast: Cast, as_: Browse) -> None:
    page = as_(english(cast.head_of_office)).get(reverse("letters-failed")).content.decode()
    assert "Everything was delivered" in page


def test_it_asks_before_it_sends_and_sends_only_what_was_chosen(cast: Cast, as_: Browse) -> None:
    first, second = failed(cast, "1"), failed(cast, "2")
    browser, page = as_(english(cast.head_of_office)), reverse("letters-again")
    asked = browser.post(page, {"letter": [str(first.pk)]})
    assert "1 mail" in asked.content.decode()
    assert not is_waiting(first)
    browser.post(page, {"letter": [str(first.pk)], "confirmed": "1"})
    assert is_waiting(first)
    assert not is_waiting(second)
    browser.post(page, {"all": "1", "confirmed": "1"})
    assert is_waiting(second)


def test_what_goes_again_leaves(cast: Cast, as_: Browse) -> None:
    letter = failed(cast, "1")
    as_(cast.head_of_office).post(reverse("letters-again"), {"letter": [str(letter.pk)], "confirmed": "1"})
    assert delivery.send_due(now=NOW) == 1


def test_who_sent_again_stands_in_the_chain_and_nobody_else_may(cast: Cast) -> None:
    letter = failed(cast, "1")
    for stranger in (cast.works, cast.mayor):
        with pytest.raises(Refused):
            operations.send_again(operations.failed_letters(operations.EVERYWHERE), by=stranger, now=NOW)
        with pytest.raises(Refused):
            operations.call_again(operations.failed_calls(operations.EVERYWHERE), by=stranger, now=NOW)
    elsewhere = operations.failed_letters(operations.EVERYWHERE)
    assert operations.send_again(elsewhere, by=cast.outsider, now=NOW) == 0 and not is_waiting(letter)
    assert operations.send_again(operations.failed_letters(operations.EVERYWHERE), by=cast.head_of_office, now=NOW) == 1
    event = chain.history_of(cast.office)[-1]
    assert (event.verb, event.by_id, event.data) == ("mails_sent_again", cast.head_of_office.pk, {"count": 1})


def test_where_nothing_was_chosen_there_is_nothing_to_confirm(cast: Cast, as_: Browse) -> None:
    page = as_(english(cast.head_of_office)).post(reverse("letters-again"), {}).content.decode()
    assert "Nothing was chosen" in page and "Go back and choose" in page
    assert 'method="post"' in page and "Send again</button>" not in page.replace("\n", "")


def test_a_digest_takes_along_what_it_encloses_and_is_listed_once(cast: Cast, as_: Browse) -> None:
    outer = failed(cast, "outer")
    inner, void = failed(cast, "inner", digest=outer), failed(cast, "void", digest=outer, voided_at=NOW)
    assert list(operations.failed_letters(operations.EVERYWHERE)) == [outer]
    assert operations.send_again(operations.failed_letters(operations.EVERYWHERE), by=None, now=at()) == 1
    assert is_waiting(outer)
    assert is_waiting(inner)
    void.refresh_from_db()
    assert void.voided_at


def test_what_is_no_longer_needed_does_not_go_again(cast: Cast, as_: Browse) -> None:
    letter = failed(cast, "1", voided_at=NOW)
    browser = as_(cast.head_of_office)
    browser.post(reverse("letters-again"), {"letter": [str(letter.pk)], "confirmed": "1"})
    letter.refresh_from_db()
    assert letter.failed_at


def test_another_offices_letters_are_neither_shown_nor_sent(cast: Cast, as_: Browse) -> None:
    theirs = failed(cast, "theirs", cast.outsider)
    browser = as_(cast.head_of_office)
    assert cast.outsider.email not in browser.get(reverse("letters-failed")).content.decode()
    browser.post(reverse("letters-again"), {"letter": [str(theirs.pk)], "confirmed": "1"})
    browser.post(reverse("letters-again"), {"all": "1", "confirmed": "1"})
    assert not is_waiting(theirs)


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("head_of_office", 200),
        ("permanent_secretary", 200),
        ("outsider", 200),
        ("mayor", 403),
        ("deputy", 403),
        ("works", 403),
        ("office_staff", 403),
    ],
)
def test_whose_pages_they_are(cast: Cast, as_: Browse, who: str, answer: int) -> None:
    letter = failed(cast, "1")
    browser = as_(cast.people[who])
    for name in ("letters-failed", "hooks", "post-office"):
        assert browser.get(reverse(name)).status_code == answer
    sent = browser.post(reverse("letters-again"), {"letter": [str(letter.pk)], "confirmed": "1"})
    assert sent.status_code == (302 if answer == 200 else 403)
    assert is_waiting(letter) == (answer == 200 and who != "outsider")
    assert browser.post(reverse("post-office-test")).status_code == (302 if answer == 200 else 403)


def test_a_stranger_is_asked_to_sign_in(cast: Cast, client: Any) -> None:
    for name in ("letters-failed", "hooks", "post-office"):
        assert client.get(reverse(name)).status_code == 302


def test_a_deactivated_head_of_office_looks_after_nothing(cast: Cast) -> None:
    from notifications import rights

    User.objects.filter(pk=cast.head_of_office.pk).update(is_active=False)
    assert rights.reach(User.objects.get(pk=cast.head_of_office.pk), on=NOW.date()) is None


def test_a_superuser_without_an_office_sees_all_and_sends_no_test(cast: Cast, as_: Browse) -> None:
    failed(cast, "ours")
    failed(cast, "theirs", cast.outsider)
    root = User.objects.create(username="root", name_th="root", is_superuser=True, is_staff=True)
    browser = as_(root)
    page = browser.get(reverse("letters-failed")).content.decode()
    assert cast.works.email in page
    assert cast.outsider.email in page
    assert browser.get(reverse("post-office")).status_code == 200
    assert browser.post(reverse("post-office-test")).status_code == 403


@pytest.mark.parametrize(
    "said",
    [{}, {"letter": ["x", "๕", "\x00", str(uuid4())]}, {"call": ["-1", "๕", "1e5", "9" * 40]}, {"letter": [""] * 3000}],
)
def test_odd_choices_send_nothing(cast: Cast, as_: Browse, said: dict[str, list[str]]) -> None:
    letter = failed(cast, "1")
    browser = as_(cast.head_of_office)
    for more in ({}, {"confirmed": "1"}):
        assert browser.post(reverse("letters-again"), {**said, **more}).status_code in (200, 302)
    assert not is_waiting(letter)


def test_the_list_keeps_its_statements_and_pages_by_key(cast: Cast, as_: Browse, settings: Any) -> None:
    settings.MEMOFLOW_HOOK_HOSTS = ["hooks.example.go.th"]
    hooks.add("https://hooks.example.go.th/a", [], by=cast.head_of_office, now=NOW)
    browser = as_(cast.head_of_office)

    def counted() -> int:
        hooks.write_calls(now=NOW)
        Call.objects.update(failed_at=NOW)
        with CaptureQueriesContext(connection) as seen:
            browser.get(reverse("letters-failed"))
        return len(seen)

    bounces.refused(post(cast, "b", cast.health), 550, "5.1.1 unknown", NOW)
    failed(cast, "0")
    few = counted()
    for n in range(1, 45):
        failed(cast, str(n), [cast.works, cast.finance, cast.education][n % 3])
    bounces.refused(post(cast, "c", cast.education), 550, "5.1.1 unknown", NOW)
    assert counted() == few
    page = browser.get(reverse("letters-failed")).context["letters"]
    rest = browser.get(reverse("letters-failed") + page.older).context["letters"]
    assert len(page.rows) + len(rest.rows) == 45
    assert not {x.pk for x in page.rows} & {x.pk for x in rest.rows}


# --- the command


def command(name: str, *arguments: str) -> Any:
    out = io.StringIO()
    try:
        call_command(name, "--json", *arguments, stdout=out)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return json.loads(out.getvalue()), code


def test_the_command_sends_one_or_all_since(cast: Cast) -> None:
    old = failed(cast, "old", failed_at=NOW - timedelta(days=3))
    first, second = failed(cast, "1"), failed(cast, "2", cast.outsider)
    assert command("send_again", "--letter", str(first.pk)) == ({"letters": 1, "calls": 0}, 0)
    assert (is_waiting(first), is_waiting(second)) == (True, False)
    assert command("send_again", "--all", "--since", "2021-09-14")[0]["letters"] == 1
    assert (is_waiting(second), is_waiting(old)) == (True, False)
    assert command("send_again", "--all")[0]["letters"] == 1
    assert command("send_again", "--all")[0]["letters"] == 0


@pytest.mark.parametrize(
    "wrong", [(), ("--letter", "x"), ("--all", "--since", "yesterday"), ("--all", "--letter", "x")]
)
def test_the_command_refuses_nonsense(cast: Cast, wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("send_again", *wrong)


# --- the health page


def test_all_is_well_and_then_it_is_not(cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "workers", lambda: doorbell.Workers(0, True))
    browser = as_(english(cast.head_of_office))
    assert "Mail is on time." in browser.get(reverse("post-office")).content.decode()
    post(cast, "1", at_=NOW - timedelta(hours=3), error="ConnectionRefusedError(111, 'refused')")
    page = browser.get(reverse("post-office")).content.decode()
    assert "the oldest 3 hours late" in page
    assert "The mail server does not answer." in page
    assert "EMAIL_URL" in page


@pytest.mark.parametrize(
    ("workers", "advice"),
    [
        (doorbell.Workers(0, False), "No worker answers"),
        (doorbell.Workers(), "The broker (Redis or Valkey) does not answer"),
        (doorbell.Workers(3, True), "look at their log"),
    ],
)
def test_it_says_what_to_do(
    cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch, workers: doorbell.Workers, advice: str
) -> None:
    monkeypatch.setattr(doorbell, "workers", lambda: workers)
    post(cast, "1", at_=NOW - timedelta(hours=3))
    assert advice in as_(english(cast.head_of_office)).get(reverse("post-office")).content.decode()


def test_the_last_looks_are_shown(cast: Cast, as_: Browse) -> None:
    wall = timezone.now()
    counts = {"tasks": {"created": 3, "skipped": 1}, "decisions": {"created": 4, "skipped": 0}}
    ScanRun.objects.create(at=NOW - timedelta(hours=2), started_at=wall, finished_at=wall, counts=counts)
    page = as_(english(cast.head_of_office)).get(reverse("post-office")).content.decode()
    assert "7 reminders written" in page
    assert "It looks each quarter of an hour." in page


def test_a_test_letter_goes_the_way_of_every_letter(cast: Cast, as_: Browse, mailoutbox: list[Any]) -> None:
    browser = as_(english(cast.head_of_office))
    browser.post(reverse("post-office-test"))
    assert "still waits" in browser.get(reverse("post-office")).content.decode()
    assert delivery.send_due(now=NOW) == 1
    assert mailoutbox[0].to == [cast.head_of_office.email]
    assert "The last one left" in browser.get(reverse("post-office")).content.decode()


def test_the_command_says_it_and_ends_with_one_when_mail_is_stuck(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.clock(NOW)
    monkeypatch.setattr(doorbell, "workers", lambda: doorbell.Workers(0, True))
    said, code = command("post_office")
    assert (said["is_stuck"], said["due"], code) == (False, 0, 0)
    post(cast, "1", at_=NOW - timedelta(minutes=16))
    said, code = command("post_office")
    assert (said["is_stuck"], said["seconds_behind"], code) == (True, 960.0, 1)
    Letter.objects.update(sent_at=NOW)
    monkeypatch.setattr(doorbell, "workers", lambda: doorbell.Workers(0, False))
    assert command("post_office")[1] == 1


# --- the banner


@pytest.mark.parametrize("who", ["head_of_office", "office_staff", "mayor", "permanent_secretary", "works", "outsider"])
def test_the_banner_is_for_who_can_mend_it(cast: Cast, as_: Browse, who: str) -> None:
    User.objects.filter(pk=cast.office_staff.pk).update(is_staff=True)
    post(cast, "1", at_=NOW - timedelta(minutes=20))
    person = english(cast.people[who])
    shown = "mail has been waiting" in as_(person).get(reverse("inbox")).content.decode()
    assert shown == (who in ("head_of_office", "office_staff"))


@pytest.mark.parametrize(
    ("minutes", "more", "shown"),
    [
        (16, {}, True),
        (14, {}, False),
        (600, {"not_before": NOW + timedelta(hours=14)}, False),
        (600, {"not_before": NOW - timedelta(minutes=5)}, False),
        (600, {"not_before": NOW - timedelta(minutes=16)}, True),
        (600, {"sent_at": NOW}, False),
        (600, {"voided_at": NOW}, False),
        (600, {"failed_at": NOW}, False),
        (600, {"not_before": NOW - timedelta(hours=9), "unmailed": "stopped"}, False),
        (16, {"error": "ConnectionRefusedError()", "next_at": timezone.now() + timedelta(hours=1)}, True),
        (600, {"error": "SMTPDataError(451, b'greylisted')", "attempts": 3, "not_before": NOW}, False),
    ],
)
def test_the_banner_is_shown_while_mail_is_stuck(
    cast: Cast, as_: Browse, minutes: int, more: dict[str, Any], shown: bool
) -> None:
    post(cast, "1", at_=NOW - timedelta(minutes=minutes), **more)
    page = as_(english(cast.head_of_office)).get(reverse("inbox")).content.decode()
    assert ("mail has been waiting" in page) == shown
    assert ("Nothing is lost" in page) == shown


def test_one_address_that_takes_no_mail_for_now_is_no_stuck_server_but_several_are(cast: Cast) -> None:
    people = [cast.works, cast.finance, cast.education, cast.health, cast.mayor]
    for n, person in enumerate(people):
        found = operations.figures(operations.EVERYWHERE, now=NOW)
        assert (found.is_stuck, found.refused, found.due) == (False, n, 0)
        assert operations.complaint(operations.EVERYWHERE) == ""
        refused = {"attempts": 2, "error": "SMTPDataError(451, b'later')", "not_before": NOW - timedelta(hours=2)}
        post(cast, str(n), to=person, at_=NOW - timedelta(hours=2), **refused)
    assert operations.figures(operations.EVERYWHERE, now=NOW).is_stuck
    assert operations.stuck_since(operations.EVERYWHERE, now=NOW)


def test_the_banner_costs_one_statement_and_then_none(cast: Cast, settings: Any) -> None:
    settings.MEMOFLOW_BANNER_SECONDS = 60
    from notifications.rights import Reach

    post(cast, "1", at_=NOW - timedelta(minutes=20))
    for statements in (1, 0):
        with CaptureQueriesContext(connection) as seen:
            assert operations.stuck_since(Reach(cast.office.pk), now=NOW)
        assert len(seen) == statements
    cache.clear()
    Letter.objects.update(sent_at=NOW)
    for statements in (1, 0):
        with CaptureQueriesContext(connection) as seen:
            assert operations.stuck_since(Reach(cast.office.pk), now=NOW) is None
        assert len(seen) == statements


def test_a_division_head_asks_nothing_for_the_banner(cast: Cast, as_: Browse) -> None:
    browser = as_(cast.works)
    browser.get(reverse("inbox"))
    with CaptureQueriesContext(connection) as seen:
        browser.get(reverse("inbox"))
    assert not [one for one in seen if "COALESCE" in one["sql"] and "notifications_letter" in one["sql"]]


# --- plain reasons


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("", ""),
        (repr(bounces.Barred()), "The address takes no mail; nothing is sent to it until it is changed or freed."),
        (FAILED, "The mail server refused the address."),
        ("ValueError('the recipient has no e-mail address')", "The person has no e-mail address."),
        ("ConnectionRefusedError(111, 'Connection refused')", "The mail server does not answer."),
        ("gaierror(-2, 'Name or service not known')", "The name of the mail server is not known."),
        ("bounced: 5.1.1 no such user", "The mail was returned: it could not be delivered."),
        ("it answered 503", "The server answered 503."),
        ("it cannot be reached", "The server cannot be reached."),
        ("550 5.1.1 The account does not exist", "The mail server knows no such address."),
        ("TemplateDoesNotExist('mails/x.txt')", "It could not be written or sent; the administrators’ log says why."),
    ],
)
def test_every_kept_error_is_said_in_plain_words(error: str, said: str) -> None:
    assert plain(error) == said
