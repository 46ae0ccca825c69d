"""What an approved memo orders. Rows exist only after approval, spawned from the approved Revision."""

import uuid
from datetime import UTC, datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.guards import append_only
from measures.lifecycle import AT_WORK, OPEN, FSMField, State, Transitions
from organization import years
from organization.models import Acting, ClosedYear, Division, Organization, Position

User = settings.AUTH_USER_MODEL


class PlanRow(models.Model):
    """One table of the plan: an instrument, its weakest indicator, a period, and when the result is followed up.

    Its responsible divisions are those of its tasks. `order` is the approver's order, as given.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    memo = models.ForeignKey("memo_flow.Memo", models.PROTECT, related_name="plan_rows")
    seq = models.PositiveSmallIntegerField()
    fiscal_year = models.PositiveSmallIntegerField()  # Buddhist; the year the work belongs to
    instrument = models.CharField(max_length=10)
    indicator = models.PositiveSmallIntegerField(null=True)
    issue = models.TextField(blank=True)
    period_start = models.DateField()
    period_end = models.DateField()
    follow_up = models.TextField(blank=True)
    follow_up_due = models.DateField()
    order = models.TextField(blank=True)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["memo", "seq"], name="plan_row_once")]
        indexes = [
            models.Index(fields=["organization", "fiscal_year"], name="plan_row_year"),
            models.Index(fields=["fiscal_year", "organization"], condition=Q(seq=1), name="plan_row_first"),
        ]

    def __str__(self) -> str:
        return f"{self.memo_id} {self.instrument}"


class Measure(models.Model):
    """มาตรการ/แนวทาง."""

    row = models.ForeignKey(PlanRow, models.PROTECT, related_name="measures")
    seq = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["row", "seq"], name="measure_once")]

    def __str__(self) -> str:
        return self.text


class PlanStep(models.Model):
    """ขั้นตอนหรือวิธีการดำเนินการ. Serves as many measures as its TaskSteps say."""

    row = models.ForeignKey(PlanRow, models.PROTECT, related_name="steps")
    seq = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["row", "seq"], name="plan_step_once")]

    def __str__(self) -> str:
        return self.text


class DivisionTask(Transitions, models.Model):
    """One measure as the work of one division, due on its plan row's follow-up date until that is extended.

    `officer` is the colleague whose work it is; nobody's in particular until it is handed over. A person, because
    the officers of a division share one position; it counts while they sit in the division (queries.colleagues).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="tasks")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="tasks")
    division = models.ForeignKey(Division, models.PROTECT, related_name="tasks")
    state = FSMField(choices=State.choices, default=State.ASSIGNED, protected=True)
    percent = models.PositiveSmallIntegerField(default=0)  # the newest report's, written with it; 100 once accepted
    due_on = models.DateField()
    officer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # accepted or cancelled

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "division"], name="task_once")]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state__in=[*OPEN]), name="task_due"),
            models.Index(fields=["division", "due_on", "id"], condition=Q(state__in=[*OPEN]), name="task_mine"),
            models.Index(fields=["organization", "division", "due_on", "id"], name="task_board"),
            models.Index(fields=["organization"], condition=Q(state="reported"), name="task_to_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} / {self.division}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def at_work(self) -> bool:
        """Does the division still have to act? Only such work can be overdue."""
        return self.state in AT_WORK

    @cached_property
    def closing(self) -> ClosedYear | None:
        """Who closed the year it belongs to; None while that is open. Asked once of each loaded task."""
        return years.closing(self.organization_id, self.measure.row.fiscal_year)


class TaskStep(models.Model):
    """A step of the plan as this division's own to tick. `officer`: whose it is, where the task is shared."""

    task = models.ForeignKey(DivisionTask, models.PROTECT, related_name="steps")
    step = models.ForeignKey(PlanStep, models.PROTECT, related_name="task_steps")
    ticked_at = models.DateTimeField(null=True)
    ticked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["step__seq"]
        constraints = [models.UniqueConstraint(fields=["task", "step"], name="task_step_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.step_id}"


class ReportKind(models.TextChoices):
    STARTED = "started", _("Started")
    PROGRESS = "progress", _("Progress")
    FINISHED = "finished", _("Reported finished")
    ACCEPTED = "accepted", _("Accepted")
    SENT_BACK = "sent_back", _("Sent back")
    CANCELLED = "cancelled", _("Cancelled")


@append_only
class Report(models.Model):
    """What was said about a task, in order: progress in percent and words, and the answers to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(DivisionTask, models.PROTECT, related_name="reports")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ReportKind.choices)
    percent = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    obstacles = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["task", "seq"], name="report_one_at_a_place"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="report_percent"),
            models.CheckConstraint(
                condition=~Q(kind__in=["sent_back", "cancelled"]) | ~Q(text=""), name="report_has_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.kind} {self.percent}%"


@append_only
class Comment(models.Model):
    """What was said about a task beside its reports; the divisions it names may see the task."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(DivisionTask, models.PROTECT, related_name="comments")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["task", "-at", "-id"], name="comment_of_task")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.at:%Y-%m-%d %H:%M}"


@append_only
class Mention(models.Model):
    """A division named in a comment on another division's task."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="mentions")
    task = models.ForeignKey(DivisionTask, models.PROTECT, related_name="mentions")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "division"], name="mention_once")]
        indexes = [models.Index(fields=["division", "task"], name="mention_of_division")]

    def __str__(self) -> str:
        return f"{self.comment_id} @{self.division_id}"


class Extension(models.Model):
    """A division asks for more time; the head of office grants or refuses it with a reason.

    The date first ordered stays on the plan row; `due_before` is what held when this was asked, `granted_until` what
    held after a grant. A request that ended without an answer, because the task closed first, is refused in nobody's
    words (`lapsed`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(DivisionTask, models.PROTECT, related_name="extensions")
    due_before = models.DateField()
    asked_for = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    granted = models.BooleanField(null=True)  # null: not answered yet
    granted_until = models.DateField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    answered_acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(granted=None), name="extension_one_open"),
            models.CheckConstraint(condition=Q(asked_for__gt=F("due_before")), name="extension_asks_for_more"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_its_reason"),
            models.CheckConstraint(
                condition=Q(granted=None, answered_at=None) | Q(granted__isnull=False, answered_at__isnull=False),
                name="extension_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(granted_until=None)
                | Q(granted__isnull=False, granted=True, granted_until__gt=F("due_before")),
                name="extension_until_is_granted",
            ),
            models.CheckConstraint(
                condition=Q(granted=None) | Q(granted=False) | Q(granted_until__isnull=False),
                name="extension_granted_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.asked_for}"

    @property
    def lapsed(self) -> bool:
        """Did it end without anybody's answer?"""
        return self.granted is False and not self.answer

    def said(self) -> list[str]:
        """All that was asked and answered, by whom, in which seat and when, for the chain's digest."""
        asked = (self.due_before, self.asked_for, self.reason, self.by_id, self.position_id, self.acting_id, self.at)
        answered = (self.granted, self.granted_until, self.answer, self.answered_by_id)
        where = (self.answered_position_id, self.answered_acting_id, self.answered_at)
        return [_said(fact) for fact in (*asked, *answered, *where)]


def _said(fact: object) -> str:
    """A moment in one zone, whichever it was read in."""
    return fact.astimezone(UTC).isoformat() if isinstance(fact, datetime) else str(fact)
