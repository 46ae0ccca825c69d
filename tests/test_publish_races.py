"""Two who publish or withdraw at once: one act counts, the other is told so."""

import pytest

from audit import chain
from disclosure import publishing
from disclosure.models import Page, Publication, Withdrawal
from measures import work
from measures.models import DivisionTask
from organization.refusals import NotNow, Stale
from tests.cast import Cast, at
from tests.public import publish
from tests.test_races import overtaken, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_the_same_page_is_published_once(cast: Cast) -> None:
    memo, by = cast.approved(), cast.head_of_office
    digest = publishing.preview(memo.pk, Page.MEASURES, by=by, now=at(hour=13)).digest

    def act() -> Publication:
        return publishing.publish(memo.pk, Page.MEASURES, by=by, digest=digest, now=at(hour=13))

    answers = together(act, act)
    assert sorted(type(one).__name__ for one in answers) == ["NotNow", "Publication"]
    assert Publication.objects.count() == 1 and not list(chain.verify())


def test_the_same_publication_is_withdrawn_once(cast: Cast) -> None:
    one, by = publish(cast, cast.approved()), cast.head_of_office

    def act() -> Withdrawal:
        return publishing.withdraw(one.pk, by=by, reason="คลาดเคลื่อน", now=at(hour=14))

    first, second = overtaken(act, act)
    assert isinstance(first, Withdrawal) and isinstance(second, NotNow)
    assert Withdrawal.objects.count() == 1 and not list(chain.verify())


def test_work_that_goes_on_while_somebody_publishes_is_published_whole_or_not_at_all(cast: Cast) -> None:
    memo, by = cast.approved(), cast.head_of_office
    task = DivisionTask.objects.filter(division__code="fin").order_by("due_on", "measure_id")[0]
    digest = publishing.preview(memo.pk, Page.PROGRESS, by=by, now=at(hour=13)).digest
    answers = together(
        lambda: publishing.publish(memo.pk, Page.PROGRESS, by=by, digest=digest, now=at(hour=13)),
        lambda: work.start(task.pk, by=cast.finance, now=at(hour=13)),
    )
    states = [
        each["state"]
        for one in Publication.objects.all()
        for row in one.data["rows"]
        for measure in row["measures"]
        for each in measure["tasks"]
    ]
    assert isinstance(answers[0], Stale) or set(states) == {"assigned"}
