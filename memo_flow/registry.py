"""The register of numbers: gapless for each division and calendar year; a cancelled number is kept as cancelled."""

from datetime import datetime

from django.db.models import Max

from memo_flow.models import Memo, RegisterEntry
from organization.calendar import arabic_digits, buddhist_year, day_of
from organization.models import Division


def enter(memo: Memo, *, at: datetime) -> RegisterEntry:
    """Give the memo its number, within the submitting transaction. The division's row is the register's lock."""
    division = Division.objects.select_for_update(no_key=True).get(pk=memo.division_id)
    year = buddhist_year(day_of(at))
    last = RegisterEntry.objects.filter(division=division, year=year).aggregate(last=Max("running"))["last"] or 0
    return RegisterEntry.objects.create(
        division=division,
        year=year,
        running=last + 1,
        number=f"{arabic_digits(division.book_code)}/{last + 1}",
        memo=memo,
        at=at,
    )


def cancel(memo: Memo, *, at: datetime) -> None:
    """A withdrawn memo keeps its number in the register, as cancelled."""
    RegisterEntry.objects.filter(memo=memo).update(cancelled_at=at)
