"""Who sits where. Names live on User alone; everything else refers to positions."""

import uuid
from datetime import time
from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.guards import append_only


def bilingual(thai: str, english: str) -> str:
    """The text in the reader's language; Thai when there is no English."""
    return english if english and (get_language() or "th").startswith("en") else thai


class DayOffRule(models.TextChoices):
    """Where a deadline goes that falls on a day off."""

    AFTER = "after", _("to the next working day")
    BEFORE = "before", _("to the working day before")
    STAY = "stay", _("it stays")


class Organization(models.Model):
    """A local government, e.g. องค์การบริหารส่วนตำบลกำแพงแสน. `opens` and `closes`: its hours on the office's clock.

    `email` is where a reply to a letter goes; without it a letter says that replies are read by nobody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(unique=True)
    name_th = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    short_th = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    opens = models.TimeField(default=time(8, 30))
    closes = models.TimeField(default=time(16, 30))
    day_off_rule = models.CharField(max_length=6, choices=DayOffRule.choices, default=DayOffRule.AFTER)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="office_closes_after_it_opens")]

    def __str__(self) -> str:
        return bilingual(self.name_th, self.name_en)

    @property
    def organization_id(self) -> uuid.UUID:
        """Its own, so that the office is a subject of the audit as every other thing is."""
        return self.pk

    @cached_property
    def divisions_by_code(self) -> "dict[str, Division]":
        """Its divisions in the office's order. Asked once of each loaded organization."""
        return {one.code: one for one in self.divisions.all()}

    @property
    def names_of_divisions(self) -> dict[str, str]:
        """Code -> name in Thai, for the paper."""
        return {code: one.name_th for code, one in self.divisions_by_code.items()}


class Division(models.Model):
    """สำนัก or กอง. `book_code` is the part of a memo's number before the slash, e.g. นฐ ๗๑๒๐๑."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="divisions")
    code = models.SlugField()
    name_th = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    book_code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)  # the office has it no more; its memos and papers keep it

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="division_code")]

    def __str__(self) -> str:
        return bilingual(self.name_th, self.name_en)


class User(AbstractUser):
    """A person. Deactivated, never deleted; what someone may do comes from the seats they hold, not from here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="people")
    name_th = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=[("th", "ไทย"), ("en", "English")], default="th")

    REQUIRED_FIELDS = ["email", "name_th"]

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return bilingual(self.name_th, self.name_en) or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


class Role(models.TextChoices):
    MAYOR = "mayor", _("Mayor")
    DEPUTY_MAYOR = "deputy_mayor", _("Deputy mayor")
    PERMANENT_SECRETARY = "permanent_secretary", _("Permanent secretary")
    DEPUTY_PERMANENT_SECRETARY = "deputy_permanent_secretary", _("Deputy permanent secretary")
    HEAD_OF_OFFICE = "head_of_office", _("Head of office")
    DIVISION_HEAD = "division_head", _("Division head")
    OFFICER = "officer", _("Officer")
    AUDITOR = "auditor", _("Auditor")


#: Roles that lead the division they belong to.
HEADS = (Role.HEAD_OF_OFFICE, Role.DIVISION_HEAD)
#: Roles that see everything of their organization that is not secret.
OVERSEERS = (Role.MAYOR, Role.PERMANENT_SECRETARY, Role.AUDITOR)


class Position(models.Model):
    """A chair. One person sits in it at a time, except in an officer's or an auditor's."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="positions")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="positions")
    role = models.CharField(max_length=40, choices=Role.choices)
    title_th = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    ended_on = models.DateField(null=True, blank=True)  # nobody is appointed any more; memos and papers keep it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "role"],
                condition=Q(role__in=["mayor", "permanent_secretary", "head_of_office"]),
                name="position_one_of_a_kind",
            ),
            models.UniqueConstraint(fields=["division", "role"], name="position_one_of_a_kind_in_a_division"),
        ]

    def __str__(self) -> str:
        return bilingual(self.title_th, self.title_en)

    @property
    def shared(self) -> bool:
        """May several people sit here at once?"""
        return self.role in (Role.OFFICER, Role.AUDITOR)


class _Dated(models.Model):
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the last day, included
    order_number = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True


class Appointment(_Dated):
    """This person sits in this position from one day to another."""

    position = models.ForeignKey(Position, models.PROTECT, related_name="appointments")
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_it_starts"
            )
        ]
        indexes = [models.Index(fields=["user", "position"]), models.Index(fields=["position", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.position_id} {self.user_id} {self.starts_on}"


class ActingKind(models.TextChoices):
    """How one person signs for another's position; printed under the signature."""

    ACTING_FOR = "acting_for", _("acting for")
    ON_BEHALF = "on_behalf", _("on behalf of")
    IN_POSITION = "in_position", _("acting in the position of")


class Acting(_Dated):
    """This person may act for this position on these days, by this order.

    A delegation (ปฏิบัติราชการแทน) names the codes of the memo kinds it covers; the others cover all.
    """

    position = models.ForeignKey(Position, models.PROTECT, related_name="actings")
    user = models.ForeignKey(User, models.PROTECT, related_name="actings")
    kind = models.CharField(max_length=20, choices=ActingKind.choices, default=ActingKind.ACTING_FOR)
    memo_kinds = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="acting_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(order_number=""), name="acting_names_its_order"),
        ]
        indexes = [models.Index(fields=["user", "position"]), models.Index(fields=["position", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.position_id} {self.user_id} {self.starts_on}"

    def covers(self, memo_kind: str | None) -> bool:
        """May this acting official decide on a memo of this kind? None asks for powers that no kind limits."""
        return self.kind != ActingKind.ON_BEHALF or memo_kind in self.memo_kinds


class Off(models.TextChoices):
    """What of a day is off. Half days end or begin at noon; an open day is worked though the calendar has it off."""

    DAY = "day", _("all day off")
    MORNING = "morning", _("off until noon")
    AFTERNOON = "afternoon", _("off from noon")
    OPEN = "open", _("open as usual")


class HolidaySource(models.TextChoices):
    CABINET = "cabinet", _("special day of the cabinet")
    LOCAL = "local", _("local day")


class Holiday(models.Model):
    """What an office's calendar has beside the national one, e.g. a special day of the cabinet or a local one."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=200)
    off = models.CharField(max_length=9, choices=Off.choices, default=Off.DAY)
    source = models.CharField(max_length=7, choices=HolidaySource.choices, default=HolidaySource.LOCAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "date"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


@append_only
class ClosedYear(models.Model):
    """A fiscal year (Buddhist) the office has closed: its work and its result are no longer changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="closed_years")
    fiscal_year = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    acting = models.ForeignKey(Acting, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "fiscal_year"], name="year_closed_once")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.fiscal_year}"
