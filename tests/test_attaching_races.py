"""Attaching while something else happens to the same task or memo: one waits for the other, nothing comes too late."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from audit import chain
from demo import document
from files import store
from files.models import Attachment
from measures import evidence
from measures.models import DivisionTask
from memo_flow import attachments, decisions, follow_ups
from memo_flow.models import Revision
from organization.refusals import NotNow
from tests import file_samples as samples
from tests.cast import Cast, at
from tests.test_races import overtaken, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def pdf(words: str = "evidence") -> SimpleUploadedFile:
    return SimpleUploadedFile(samples.PDF_NAME, samples.pdf(words), "application/pdf")


def attaching(cast: Cast, task: DivisionTask) -> Any:
    try:
        return evidence.attach(task.pk, pdf(), by=cast.finance, now=at(hour=15))
    except ValidationError as refused:
        return refused


def test_nothing_is_attached_to_work_that_was_reported_meanwhile(cast: Cast) -> None:
    task = cast.started()
    _said, late = overtaken(lambda: cast.finish(task), lambda: attaching(cast, task))
    assert isinstance(late, NotNow) and not Attachment.objects.exists()


def test_the_same_file_twice_at_once_is_attached_once(cast: Cast) -> None:
    task = cast.started()
    done = together(lambda: attaching(cast, task), lambda: attaching(cast, task))
    assert {type(one) for one in done} == {Attachment, ValidationError}
    assert Attachment.objects.count() == 1 and list(chain.verify()) == []


def test_what_is_attached_first_goes_with_the_submission_that_waits(cast: Cast) -> None:
    memo = cast.draft()

    def attach() -> Any:
        return attachments.attach(memo.pk, pdf(), by=cast.head_of_office, now=at(hour=9))

    def submit() -> Any:
        return decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=10))

    one, _memo = overtaken(attach, submit)
    assert [held["id"] for held in Revision.objects.get(memo=memo).content["attachments"]] == [str(one.pk)]


def test_what_comes_after_the_submission_is_not_attached(cast: Cast) -> None:
    memo = cast.draft()

    def attach() -> Any:
        return attachments.attach(memo.pk, pdf(), by=cast.head_of_office, now=at(hour=11))

    def submit() -> Any:
        return decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=10))

    _memo, late = overtaken(submit, attach)
    assert isinstance(late, NotNow) and not Attachment.objects.exists()


@pytest.mark.parametrize("removed_first", [True, False])
def test_evidence_is_removed_before_a_follow_up_names_it_for_good_or_is_kept(cast: Cast, removed_first: bool) -> None:
    task = cast.started()
    one = attaching(cast, task)
    memo = follow_ups.draw_up(task.measure.row.memo_id, kind="interim", by=cast.head_of_office, now=at(hour=16))

    def remove() -> Any:
        return evidence.remove(task.pk, one.pk, by=cast.finance, now=at(hour=17))

    def submit() -> Any:
        try:
            return decisions.submit(memo.pk, by=cast.head_of_office, reason=document.REASON, now=at(hour=17))
        except ValidationError as refused:
            return refused

    _first, late = overtaken(remove, submit) if removed_first else overtaken(submit, remove)
    assert isinstance(late, ValidationError if removed_first else Attachment)
    assert (Attachment.objects.get().frozen_at is None) == removed_first
    assert store.there(one.sha256) != removed_first and list(chain.verify()) == []
