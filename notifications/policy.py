"""When someone is told of a deadline. Pure: dates in, a stage out.

Offsets are ranges, so a day of downtime loses nothing: 3 < working days left <= 7 belongs to 7. After the
deadline one letter a week goes to the responsible person, from the second week also to those above.
"""

from dataclasses import dataclass
from datetime import date

from organization.calendar import WorkingDays

#: Working days before the deadline.
AHEAD = (14, 7, 3, 1, 0)
#: Overdue week from which those above are told as well.
ESCALATE_FROM_WEEK = 2


@dataclass(frozen=True)
class Stage:
    """Where a deadline stands: `offset` working days ahead of it (14, 7, 3, 1, 0), or `-n` in overdue week n."""

    offset: int
    working_days: int
    days_late: int
    is_the_day: bool = False

    @property
    def kind(self) -> str:
        """The letter's event. The last working day before a deadline on a day off is not yet the day itself."""
        return "overdue" if self.offset < 0 else "due_today" if self.is_the_day else "due_soon"

    @property
    def escalates(self) -> bool:
        return -self.offset >= ESCALATE_FROM_WEEK


def stage(due_on: date, today: date, days: WorkingDays) -> Stage | None:
    """The stage of a deadline on a day, or None when it is too far away to speak of."""
    if today > due_on:
        late = (today - due_on).days
        return Stage(-((late + 6) // 7), 0, late)
    left = days.until(today, due_on)
    if left > AHEAD[0]:
        return None
    return Stage(min(offset for offset in AHEAD if left <= offset), left, 0, is_the_day=today == due_on)
