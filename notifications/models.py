import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.guards import append_only
from organization.models import Acting, Organization, Position

PEOPLE = settings.AUTH_USER_MODEL


class Letter(models.Model):
    """One notice to one person, and the mail that brings it. What it says is frozen in `event` and `context`.

    `key` makes it unique: the same news is never told to the same person twice. `about` names the thing it speaks
    of (`memo:<uuid>`, `step:<id>`, `task:<uuid>`), so that the act that ends the reason can void it.
    `at` is the office's moment; `next_at` is the machine's clock: not before it, and the end of a worker's lease.
    `not_before` is the office's clock: until then the reader's hours keep the mail; null until the post office has
    settled when it goes. `digest` is the letter whose mail brings this one too: it goes, fails and waits with it.
    `unmailed` says why a notice has no mail at all: "stopped" by its reader. It is no less valid in the product.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Every index is paid for at each step of a letter's way: the references have theirs below, with more in them.
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="letters", db_index=False)
    event = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    context = models.JSONField()
    at = models.DateTimeField()

    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    #: The text as a page, made anew for each attempt: it says nothing of its own, so it is not stored.
    html = ""

    not_before = models.DateTimeField(null=True)
    digest = models.ForeignKey("self", models.PROTECT, null=True, related_name="enclosed", db_index=False)
    unmailed = models.CharField(max_length=20, blank=True, default="")
    next_at = models.DateTimeField()
    lease = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    sent_to = models.EmailField(blank=True)
    read_at = models.DateTimeField(null=True)  # by its reader, in the product

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before", "at"],
                condition=Q(digest=None, unmailed="", sent_at=None, voided_at=None, failed_at=None),
                name="letter_due",
            ),
            models.Index(fields=["about"]),
            models.Index(fields=["organization", "-at", "-id"], name="letter_of_office"),
            models.Index(
                fields=["recipient"],
                condition=Q(not_before=None, sent_at=None, voided_at=None, failed_at=None),
                name="letter_unsettled",
            ),
            models.Index(fields=["recipient", "-at", "-id"], name="letter_of_reader"),
            models.Index(
                fields=["recipient", "-at", "-id"], condition=Q(read_at=None, voided_at=None), name="letter_unread"
            ),
            models.Index(
                fields=["organization", "-at", "-id"], condition=Q(failed_at__isnull=False), name="letter_failed"
            ),
            models.Index(fields=["digest"], condition=Q(digest__isnull=False), name="letter_enclosed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="letter_key"),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(failed_at=None), name="letter_sent_or_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.recipient_id}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a mail server can drop a repeat."""
        return f"<{self.id}@memoflow>"


class Bundling(models.TextChoices):
    """How the mails of one person come."""

    REMINDERS = "reminders", _("reminders in one mail in the morning, the rest at once")
    ALL = "all", _("all in one mail in the morning")
    EACH = "each", _("each letter by itself")


class Preference(models.Model):
    """How one person wants their mails; without a row, the defaults. What is in the product is not changed by it.

    `quiet_from` to `quiet_until` on the office's clock, over midnight where the first is later: no mail then.
    `stopped`: the names of the events whose mails the person stopped.
    """

    user = models.OneToOneField(PEOPLE, models.PROTECT, related_name="preference")
    bundling = models.CharField(max_length=9, choices=Bundling.choices, default=Bundling.REMINDERS)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    stopped = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.user_id} {self.bundling}"


@append_only
class Policy(models.Model):
    """When an office reminds of one kind of thing, from `at` until a newer one; `ladder` is ladders.Ladder as data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="policies")
    kind = models.CharField(max_length=10)
    ladder = models.JSONField()
    by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "kind", "-at"], name="policy_in_force")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class ScanRun(models.Model):
    """One look at all deadlines. `at`: the office's moment it looked from; `finished_at` is empty while it runs, and
    stays so where it was cut off. `counts`: {kind: {created, skipped}}. Started and finished by the machine's clock."""

    at = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-at"], condition=Q(finished_at__isnull=False), name="scan_finished")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Bounce(models.Model):
    """An address that takes no mail. It counts while the person still has this address; a new one begins afresh."""

    user = models.OneToOneField(PEOPLE, models.PROTECT, related_name="bounce")
    address = models.EmailField()
    reason = models.CharField(max_length=500)
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address


class Hook(models.Model):
    """An address of the office's own that is called with each of its letters (a webhook). Ended, never deleted.

    `events`: the names of the events it wants; empty wants all. Its secret is derived from `id` and `generation`.
    `since`: letters from this moment of the office on may still lack their call; the later ones surely do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="hooks")
    url = models.URLField(max_length=500)
    events = models.JSONField(default=list)
    generation = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization"], condition=Q(ended_at=None), name="hook_in_use")]

    def __str__(self) -> str:
        return self.url


class Call(models.Model):
    """One letter to one hook: kept until it was answered with a 2xx, with the waits and the lease of a letter."""

    hook = models.ForeignKey(Hook, models.PROTECT, related_name="calls")
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="calls")
    next_at = models.DateTimeField()
    lease = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hook", "letter"], name="call_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(sent_at=None, failed_at=None), name="call_waiting"),
            models.Index(fields=["hook", "-id"], name="call_of_hook"),
            models.Index(fields=["hook", "-id"], condition=Q(failed_at__isnull=False), name="call_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.hook_id} {self.letter_id}"


@append_only
class Nudge(models.Model):
    """Somebody above asked by hand, beside all reminders: about which thing (as a letter's `about`), in which words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    about = models.CharField(max_length=60)
    text = models.TextField(blank=True)
    by = models.ForeignKey(PEOPLE, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["about", "-at"], name="nudge_about"),
            models.Index(fields=["organization", "-at"], name="nudge_of_office"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.at:%Y-%m-%d %H:%M}"


class CalendarFeed(models.Model):
    """A person's private calendar address: the sha256 of its secret. A new secret replaces the old one."""

    user = models.OneToOneField(PEOPLE, models.PROTECT, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}"
