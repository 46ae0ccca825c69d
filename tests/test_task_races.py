"""Two at once on one task: exactly one answer to a request counts, and every act is on the chain."""

from datetime import date

import pytest

from audit import chain
from measures import comments, extensions, sharing
from measures.models import Comment, DivisionTask, Extension
from notifications.models import Letter
from tests.cast import Cast, at
from tests.test_races import Act, names, overtaken, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LATER, LAST = date(2022, 5, 31), date(2022, 9, 30)


def asked_by_the_office(cast: Cast) -> Extension:
    """A request that the head of office and the permanent secretary may answer."""
    task = cast.started("op")
    return extensions.ask(task.pk, by=cast.office_staff, until=LATER, reason="ช้า", now=at(hour=15))


def granting(asked: Extension, cast: Cast, who: str, until: date = LATER) -> Act:
    return lambda: extensions.grant(
        asked.task_id, by=cast.people[who], extension=asked.pk, until=until, now=at(hour=16)
    )


def refusing(asked: Extension, cast: Cast, who: str) -> Act:
    return lambda: extensions.refuse(
        asked.task_id, by=cast.people[who], extension=asked.pk, text="ยังทัน", now=at(hour=16)
    )


def whole(asked: Extension) -> None:
    """The date, the answer and the letters say the same, and the chain holds."""
    asked = Extension.objects.select_related("task").get(pk=asked.pk)
    assert asked.task.due_on == (asked.granted_until or asked.due_before)
    event = "task_extension_granted" if asked.granted else "task_extension_refused"
    told = set(
        Letter.objects.filter(event__startswith="task_extension_", voided_at=None).values_list("event", flat=True)
    )
    assert told == {event}
    assert not list(chain.verify())


def test_granted_and_refused_at_once_is_answered_once(cast: Cast) -> None:
    asked = asked_by_the_office(cast)
    results = together(granting(asked, cast, "head_of_office"), refusing(asked, cast, "permanent_secretary"))
    assert names(results) == {"Extension": 1, "NotNow": 1}
    whole(asked)


def test_two_days_granted_at_once_make_one_date(cast: Cast) -> None:
    asked = asked_by_the_office(cast)
    acts = [
        granting(asked, cast, who, day) for who in ("head_of_office", "permanent_secretary") for day in (LATER, LAST)
    ]
    assert names(together(*acts)) == {"Extension": 1, "NotNow": 3}
    whole(asked)


def test_an_answer_waits_for_the_report_that_makes_it_needless(cast: Cast) -> None:
    asked = asked_by_the_office(cast)
    _report, late = overtaken(
        lambda: cast.finish(asked.task, by=cast.office_staff, now=at(hour=16)), granting(asked, cast, "head_of_office")
    )
    assert type(late).__name__ == "NotNow"
    asked.refresh_from_db()
    assert asked.lapsed and DivisionTask.objects.get(pk=asked.task_id).due_on == asked.due_before
    assert not list(chain.verify())


def test_a_double_click_asks_once(cast: Cast) -> None:
    task = cast.started("fin")

    def ask() -> Extension:
        return extensions.ask(task.pk, by=cast.finance, until=LATER, reason="ช้า", now=at(hour=15))

    assert names(together(ask, ask, ask)) == {"Extension": 1, "NotNow": 2}
    assert Letter.objects.filter(event="task_extension_asked").count() == 1


def test_comments_and_hand_overs_at_once_all_count_in_an_order(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "fin")
    task = cast.started("fin")

    def say() -> Comment:
        return comments.comment(task.pk, by=cast.mayor, text="@eng", now=at(hour=15))

    def give() -> DivisionTask:
        return sharing.hand_over(task.pk, by=cast.finance, to=clerk.pk, now=at(hour=15))

    assert names(together(say, give, say, give)) == {"Comment": 2, "DivisionTask": 2}
    assert [one.verb for one in chain.history_of(task)].count("handed_over") == 1
    assert Letter.objects.filter(event="task_handed_over").count() == 1
    assert not list(chain.verify())
