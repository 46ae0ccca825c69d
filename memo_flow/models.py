"""A memo, its texts, its route, and the decisions on it.

One truth each: `Memo.state` says what it is, the newest Revision what it says, the open Steps whose turn it is,
the Decisions what was decided by whom on which text. A Draft exists only while somebody writes.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit import chain
from audit.guards import append_only
from memo_flow.lifecycle import FSMField, State, Transitions
from organization.models import Acting, Division, Organization, Position, bilingual

User = settings.AUTH_USER_MODEL


class Action(models.TextChoices):
    """What a step asks of its position."""

    ENDORSE = "endorse", _("opinion")
    APPROVE = "approve", _("approval")


class Outcome(models.TextChoices):
    """The paper form's ticks, and the two acts on a memo that answer no step's question."""

    ENDORSE = "endorse", _("Endorsed")
    OBJECT = "object", _("Objected")
    APPROVE = "approve", _("Approved")
    REJECT = "reject", _("Rejected")
    RETURN = "return", _("Returned for changes")
    WITHDRAW = "withdraw", _("Withdrawn")
    REASSIGN = "reassign", _("Passed to another position")

    @property
    def verb(self) -> str:
        """How the chain names the act."""
        past = {"return": "returned", "object": "objected", "reject": "rejected", "withdraw": "withdrawn"}
        return past.get(self.value, f"{self.value.removesuffix('e')}ed")


#: What a person deciding on a step of each action may tick.
OUTCOMES = {
    Action.ENDORSE: (Outcome.ENDORSE, Outcome.OBJECT, Outcome.RETURN),
    Action.APPROVE: (Outcome.APPROVE, Outcome.REJECT, Outcome.RETURN),
}
#: Outcomes that say nothing without a reason.
REASONED = (Outcome.OBJECT, Outcome.REJECT, Outcome.RETURN, Outcome.WITHDRAW, Outcome.REASSIGN)


class OnObjection(models.TextChoices):
    NEXT = "next", _("goes on to the next step")
    RETURN = "return", _("returns to the author")


class Route(models.Model):
    """A way through the office, as data. Copied into Steps at submission; edits never touch a memo on its way."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="routes")
    name_th = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return bilingual(self.name_th, self.name_en)


class _Asked(models.Model):
    """What a place on a route asks; the same on the route and on a memo's own copy of it."""

    group = models.PositiveSmallIntegerField()
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    action = models.CharField(max_length=10, choices=Action.choices)
    days = models.PositiveSmallIntegerField(default=3)  # to answer in
    working_days = models.BooleanField(default=True)  # else days of the calendar
    needed = models.PositiveSmallIntegerField(null=True, blank=True)  # answers that settle the group; null = all
    on_objection = models.CharField(max_length=10, choices=OnObjection.choices, default=OnObjection.NEXT)
    same_person = models.BooleanField(default=False)  # may one person decide here and on another step too?

    class Meta:
        abstract = True


class RouteStep(_Asked):
    route = models.ForeignKey(Route, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "group", "position"], name="route_step_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.action}"


class MemoKind(models.Model):
    """What kinds of memo an office writes. `outline` holds the sections' ids and headings, and what else it has."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memo_kinds")
    code = models.SlugField()
    name_th = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    route = models.ForeignKey(Route, models.PROTECT, related_name="kinds")
    outline = models.JSONField(default=dict)
    secret = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="memo_kind_code")]

    def __str__(self) -> str:
        return bilingual(self.name_th, self.name_en)


class FollowUp(models.TextChoices):
    """Which report on a memo's measures a follow-up memo is."""

    INTERIM = "interim", _("interim")
    FINAL = "final", _("final")


class Memo(Transitions, models.Model):
    """บันทึกข้อความ. Its subject stands here and is frozen into each Revision; its body is never a column."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memos")
    kind = models.ForeignKey(MemoKind, models.PROTECT, related_name="memos")
    division = models.ForeignKey(Division, models.PROTECT, related_name="memos")
    author = models.ForeignKey(User, models.PROTECT, related_name="memos")
    author_position = models.ForeignKey(Position, models.PROTECT, related_name="memos")
    subject = models.CharField(max_length=500)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="follow_ups"
    )  # whose measures it reports
    follow_up = models.CharField(max_length=10, choices=FollowUp.choices, blank=True)
    state = FSMField(choices=State.choices, default=State.DRAFT, protected=True)
    round = models.PositiveSmallIntegerField(default=0)
    process = models.OneToOneField("viewflow.Process", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)  # the first time; the memo's own date
    closed_at = models.DateTimeField(null=True)  # approved, rejected or withdrawn

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="memo_list"),
            models.Index(fields=["author", "-created_at", "-id"], name="memo_of_author"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["follows", "follow_up"],
                condition=Q(follows__isnull=False) & ~Q(state__in=["rejected", "withdrawn"]),
                name="memo_one_follow_up",
            ),
            models.CheckConstraint(
                condition=Q(follows=None, follow_up="") | (Q(follows__isnull=False) & ~Q(follow_up="")),
                name="memo_follow_up_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def open_subject(self) -> str:
        """The subject as those may read it who are not on the route: a secret memo's is not told."""
        return str(_("A confidential memo")) if self.kind.secret else self.subject


class Draft(models.Model):
    """The working text of a memo that is being written or revised; gone once it is submitted."""

    memo = models.OneToOneField(Memo, models.CASCADE, primary_key=True, related_name="draft")
    content = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    undo = models.JSONField(null=True)  # changes.Change: puts back what the newest save's button replaced
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.memo_id} v{self.version}"


@append_only
class Revision(models.Model):
    """The text as submitted: canonical JSON (content.py gives its shape) and its sha256. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    memo = models.ForeignKey(Memo, models.PROTECT, related_name="revisions")
    round = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["memo", "round"], name="revision_one_a_round")]

    def __str__(self) -> str:
        return f"{self.memo_id} round {self.round}"


class Step(_Asked):
    """One position's turn on one round of a memo. Open from `opened_at` until `closed_at`."""

    memo = models.ForeignKey(Memo, models.PROTECT, related_name="steps")
    round = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    task = models.ForeignKey("viewflow.Task", models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")  # by reassign()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["memo", "round", "group", "position"], condition=Q(replaces=None), name="step_once"
            ),
            models.UniqueConstraint(
                fields=["memo", "group", "position"],
                condition=Q(opened_at__isnull=False, closed_at=None),
                name="step_open_once",
            ),
            models.CheckConstraint(condition=Q(opened_at=None) | Q(due_on__isnull=False), name="step_open_has_due"),
        ]
        indexes = [
            models.Index(
                fields=["position", "due_on", "id"],
                condition=Q(opened_at__isnull=False, closed_at=None),
                name="step_inbox",
            ),
            models.Index(fields=["due_on"], condition=Q(opened_at__isnull=False, closed_at=None), name="step_due"),
        ]

    def __str__(self) -> str:
        return f"{self.memo_id} {self.round}.{self.group} {self.action}"

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None


@append_only
class Decision(models.Model):
    """What was decided, by whom, in which seat, on which text. `order` is the approver's order to the divisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    memo = models.ForeignKey(Memo, models.PROTECT, related_name="decisions")
    step = models.OneToOneField(Step, models.PROTECT, null=True, related_name="decision")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    comment = models.TextField(blank=True)
    order = models.TextField(blank=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="decisions")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-at", "-id"], name="decision_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome__in=["object", "reject", "return", "withdraw", "reassign"]) | ~Q(comment=""),
                name="decision_has_its_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.memo_id} {self.outcome}"

    @property
    def words(self) -> str:
        """What the chain keeps of the words: their digest."""
        return chain.digest([self.comment, self.order])


class RegisterEntry(models.Model):
    """A number in a division's register of one calendar year (พ.ศ.): gapless; a cancelled one is kept."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    running = models.PositiveIntegerField()
    number = models.CharField(max_length=60)  # as given that day, e.g. นฐ 71201/1; Arabic digits
    memo = models.OneToOneField(Memo, models.PROTECT, related_name="entry")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "year", "running"], name="register_number_once")]

    def __str__(self) -> str:
        return self.number


class Circulation(models.Model):
    """แจ้งเวียนให้ทราบ: one row for each division head after approval; acknowledging it blocks nobody."""

    memo = models.ForeignKey(Memo, models.PROTECT, related_name="circulations")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["memo", "position"], name="circulation_once")]

    def __str__(self) -> str:
        return f"{self.memo_id} {self.position_id}"
