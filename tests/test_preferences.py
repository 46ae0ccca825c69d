"""How a person's mails come: chosen by themselves, within what is sensible, and stopped by one click of a mail."""

import threading
from datetime import time
from typing import Any

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from notifications import events, preferences
from notifications.models import Bundling, Preference
from organization.refusals import Refused
from tests.cast import Browse, Cast

pytestmark = pytest.mark.django_db
PAGE = "/notices/preferences/"
CHOICE: dict[str, Any] = {"bundling": "all", "quiet_from": None, "quiet_until": None, "stopped": []}


def stop_path(user: Any, event: str = "task_due_soon") -> str:
    return f"/notices/stop/{preferences.token(user.pk, event)}/"


# --- the service


def test_without_a_choice_the_defaults_hold_and_nothing_is_stored(cast: Cast) -> None:
    assert preferences.of(cast.finance).bundling == Bundling.REMINDERS
    assert Preference.objects.count() == 0


def test_a_choice_is_kept_and_changed_in_its_one_row(cast: Cast) -> None:
    preferences.change(cast.finance, **CHOICE | {"quiet_from": time(18), "quiet_until": time(7)})
    preferences.change(cast.finance, **CHOICE | {"bundling": "each", "stopped": ["task_due_soon"]})
    kept = Preference.objects.get()
    assert (kept.bundling, kept.quiet_from, kept.stopped) == ("each", None, ["task_due_soon"])
    assert preferences.of(cast.works).bundling == Bundling.REMINDERS


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"bundling": "never"}, "bundling"),
        ({"quiet_from": time(18)}, "quiet_until"),
        ({"quiet_until": time(7)}, "quiet_from"),
        ({"quiet_from": time(7), "quiet_until": time(7)}, "quiet_until"),
        ({"quiet_from": time(8), "quiet_until": time(17)}, "quiet_until"),  # no hour of the office's left
        ({"quiet_from": time(16, 31), "quiet_until": time(16)}, "quiet_until"),  # over midnight, half an hour left
        ({"stopped": ["memo_waits"]}, "stopped"),
        ({"stopped": ["task_due_soon", "no such mail"]}, "stopped"),
    ],
)
def test_what_would_silence_the_office_is_refused(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        preferences.change(cast.finance, **CHOICE | given)
    assert list(refused.value.message_dict) == [field]
    assert not Preference.objects.exists()


@pytest.mark.parametrize(("begins", "ends"), [(time(18), time(7)), (time(8, 30), time(15, 30)), (time(12), time(13))])
def test_quiet_hours_that_leave_an_hour_of_the_office_s_stand(cast: Cast, begins: time, ends: time) -> None:
    assert preferences.change(cast.finance, **CHOICE | {"quiet_from": begins, "quiet_until": ends}).quiet_from == begins


# --- the page


def test_the_page_shows_what_holds_and_keeps_what_is_chosen(cast: Cast, as_: Browse) -> None:
    browser = as_(cast.finance)
    shown = browser.get(PAGE)
    assert shown.status_code == 200
    form = shown.context["form"]
    assert form["bundling"].value() == "reminders"
    assert form["wanted"].value() == [one.name for one in preferences.stoppable()]
    answer = browser.post(
        PAGE, {"bundling": "all", "quiet_from": "18:00", "quiet_until": "07:00", "wanted": ["step_due_soon"]}
    )
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    kept = Preference.objects.get(user=cast.finance)
    assert (kept.bundling, kept.quiet_from, kept.quiet_until) == ("all", time(18), time(7))
    assert set(kept.stopped) == {one.name for one in preferences.stoppable()} - {"step_due_soon"}
    assert browser.get(PAGE).context["form"]["wanted"].value() == ["step_due_soon"]


def test_a_mistake_is_shown_at_its_field_and_nothing_is_lost(cast: Cast, as_: Browse) -> None:
    answer = as_(cast.finance).post(PAGE, {"bundling": "each", "quiet_from": "18:00", "wanted": ["memo_circulated"]})
    assert answer.status_code == 200
    form = answer.context["form"]
    assert list(form.errors) == ["quiet_until"]
    assert form["quiet_from"].value() == "18:00" and form["wanted"].value() == ["memo_circulated"]
    assert 'value="18:00"' in answer.content.decode()
    for wrong in ({"bundling": "every"}, {"bundling": "each", "quiet_from": "25:99"}, {}):
        assert as_(cast.finance).post(PAGE, wrong).status_code == 200
    forged = as_(cast.finance).post(PAGE, {"bundling": "each", "wanted": ["memo_waits"]})
    assert list(forged.context["form"].errors) == ["wanted"]
    assert not Preference.objects.exists()


def test_the_page_is_for_who_is_signed_in_and_linked_from_the_account(cast: Cast, as_: Browse, client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert f'href="{PAGE}"' in as_(cast.finance).get("/account/").content.decode()


# --- one click


def test_a_get_asks_and_stops_nothing(cast: Cast, client: Client) -> None:
    asked = client.get(stop_path(cast.finance))
    assert asked.status_code == 200 and not Preference.objects.exists()
    page = asked.content.decode()
    assert str(events.of("task_due_soon").label) in page and cast.finance.get_full_name() in page
    assert client.head(stop_path(cast.finance)).status_code == 200 and not Preference.objects.exists()
    assert asked["Cache-Control"].startswith("max-age=0") and "no-store" in asked["Cache-Control"]
    assert "sessionid" not in asked.cookies


def test_the_post_of_a_mail_program_stops_without_cookie_csrf_or_redirect(cast: Cast) -> None:
    program = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = program.post(stop_path(cast.finance), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert Preference.objects.get(user=cast.finance).stopped == ["task_due_soon"]
    bare = program.post(stop_path(cast.finance, "memo_circulated"), "", content_type="text/plain")
    assert bare.status_code == 200
    assert Preference.objects.get(user=cast.finance).stopped == ["memo_circulated", "task_due_soon"]


def test_a_person_s_click_leads_back_and_the_same_page_lets_them_come_again(cast: Cast, client: Client) -> None:
    path = stop_path(cast.finance)
    assert client.post(path, {"act": "stop"})["Location"] == path
    assert 'value="resume"' in client.get(path).content.decode()
    assert client.post(path, {"act": "resume"})["Location"] == path
    assert Preference.objects.get().stopped == []
    assert 'value="stop"' in client.get(path).content.decode()


def test_stopping_one_kind_leaves_everything_else_as_it_was(cast: Cast, client: Client) -> None:
    chosen = {"bundling": "each", "quiet_from": time(18), "quiet_until": time(7), "stopped": ["memo_circulated"]}
    preferences.change(cast.finance, **chosen)
    client.post(stop_path(cast.finance), {"act": "stop"})
    kept = Preference.objects.get()
    assert (kept.bundling, kept.quiet_from) == ("each", time(18))
    assert kept.stopped == ["memo_circulated", "task_due_soon"]
    assert not Preference.objects.exclude(user=cast.finance).exists()


def test_the_page_is_in_the_language_of_the_mail(cast: Cast, client: Client) -> None:
    cast.finance.language = "en"
    cast.finance.save()
    asked = client.get(stop_path(cast.finance))
    assert "Stop these mails?" in asked.content.decode() and asked["Content-Language"] == "en"


def test_an_address_that_we_never_wrote_is_nothing(cast: Cast, client: Client) -> None:
    good = preferences.token(cast.finance.pk, "task_due_soon")
    elsewhere = signing.Signer(salt="something.else").sign(f"{cast.finance.pk}:task_due_soon")
    other = good.replace(f"{cast.finance.pk}:", f"{cast.works.pk}:", 1)
    foreign = preferences.token(cast.finance.pk, "no_such_event")
    nobody = preferences.token(999_999, "task_due_soon")
    for token in (good[:-1], good + "x", elsewhere, other, foreign, nobody, "ก", "a:b:c", ":::", "%00"):
        for answer in (client.get(f"/notices/stop/{token}/"), client.post(f"/notices/stop/{token}/")):
            assert answer.status_code == 404, token
    assert not Preference.objects.exists()


def test_somebody_who_left_has_nothing_to_stop(cast: Cast, client: Client) -> None:
    cast.finance.is_active = False
    cast.finance.save()
    assert client.post(stop_path(cast.finance)).status_code == 404


def test_what_may_not_be_stopped_is_refused_though_it_is_signed(cast: Cast, client: Client) -> None:
    for event in ("memo_waits", "task_overdue", "digest", "memo_approved"):
        with pytest.raises(Refused):
            preferences.read(preferences.token(cast.finance.pk, event))
        assert client.post(stop_path(cast.finance, event)).status_code == 403
    assert not Preference.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_both_count(cast: Cast) -> None:
    kinds = [one.name for one in preferences.stoppable()]
    start = threading.Barrier(len(kinds))

    def click(kind: str) -> None:
        start.wait()
        preferences.stop(cast.finance, events.of(kind))
        connection.close()

    clicks = [threading.Thread(target=click, args=[kind]) for kind in kinds]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert Preference.objects.get(user=cast.finance).stopped == sorted(kinds)
