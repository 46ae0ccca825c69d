"""Which tasks an address asks for: the filters of the board, of the year and of their exports, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.lifecycle import AT_WORK, State
from measures.models import DivisionTask, Extension, TaskStep
from measures.queries import fiscal_years, overdue, sees_all, visible_to
from organization import years as closed_years
from organization.calendar import arabic_digits, fiscal_year
from organization.models import ClosedYear, Division, User
from organization.seats import seats_of

INDICATORS = range(1, 11)
NOBODY = "none"
DUE = {
    "7": gettext_lazy("Due within 7 days"),
    "30": gettext_lazy("Due within 30 days"),
    "extended": gettext_lazy("Deadline extended"),
}


@dataclass(frozen=True)
class Selection:
    """A fiscal year's tasks that this person may see, by the filters of the address.

    `chosen`: name of a filter -> what was asked, empty where nothing was; what is not among the choices is no filter.
    """

    user: User
    today: date  # of a closed year the day of its closing: it is shown as it stood
    closing: ClosedYear | None
    sees_all: bool
    year: int
    years: list[int]
    chosen: dict[str, str]
    late: bool
    divisions: list[Division]
    officers: list[User]
    seen: QuerySet[DivisionTask]

    @classmethod
    def of(cls, asked: Mapping[str, str], user: User, today: date) -> Selection:
        """Six statements: the seats (two), the divisions, the officers, the years, the closing of the year."""
        seats = seats_of(user, today)
        divisions = list(Division.objects.filter(organization=user.organization_id))
        years = fiscal_years(user.organization_id)
        year = _year(asked.get("year", ""), years, fiscal_year(today))
        seen = visible_to(user, today, seats, mentioned=False).filter(measure__row__fiscal_year=year)
        officers = list(_with_work(user, seen))
        chosen = _chosen(asked, divisions, officers)
        closing = closed_years.closing(user.organization_id, year)
        today = closed_years.as_of(closing, today)
        return cls(
            user,
            today,
            closing,
            sees_all(seats),
            year,
            years,
            chosen,
            asked.get("overdue") == "1",
            divisions,
            officers,
            seen,
        )

    @property
    def tasks(self) -> QuerySet[DivisionTask]:
        """What was asked for, without an order."""
        tasks, chosen = self.seen.filter(*self._wanted()), self.chosen
        if chosen["officer"]:
            tasks = tasks.filter(_of_officer(chosen["officer"]))
        return overdue(tasks, self.today) if self.late else tasks

    def _wanted(self) -> list[Q]:
        chosen, wanted = self.chosen, []
        if chosen["division"]:
            wanted.append(Q(division=self.division))
        if chosen["state"]:
            wanted.append(Q(state=chosen["state"]))
        if chosen["indicator"]:
            wanted.append(Q(measure__row__indicator=int(chosen["indicator"])))
        if chosen["due"]:
            wanted.append(_due(chosen["due"], self.today))
        if chosen["q"]:
            wanted.append(Q(measure__text__icontains=chosen["q"]))
        return wanted

    @property
    def division(self) -> Division | None:
        return next((one for one in self.divisions if one.code == self.chosen["division"]), None)

    @property
    def officer(self) -> User | None:
        return next((one for one in self.officers if str(one.pk) == self.chosen["officer"]), None)

    @property
    def narrowed(self) -> bool:
        """Does any filter leave something out?"""
        return self.late or any(self.chosen.values())

    @property
    def spoken(self) -> list[str]:
        """The filters in words, for the head of a printed board."""
        chosen, said = self.chosen, []
        if self.division:
            said.append(str(self.division))
        if chosen["state"]:
            said.append(str(State(chosen["state"]).label))
        if chosen["indicator"]:
            said.append(_("Indicator %(number)s") % {"number": chosen["indicator"]})
        if chosen["officer"]:
            said.append(str(self.officer) if self.officer else _("No officer named"))
        if chosen["due"]:
            said.append(str(DUE[chosen["due"]]))
        if self.late:
            said.append(_("Only overdue"))
        return said + ([_("Words: “%(words)s”") % {"words": chosen["q"]}] if chosen["q"] else [])

    def address(self, **also: str) -> str:
        """The query of an address that asks for the same again, and for what else is given."""
        asked = {"year": str(self.year)} | self.chosen | {"overdue": "1" if self.late else ""} | also
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def _year(asked: str, years: list[int], this_year: int) -> int:
    """The year asked for, else this one, else the newest with work in it."""
    named = {str(year): year for year in years}
    newest = years[0] if years and this_year not in years else this_year
    return named.get(arabic_digits(asked), newest)


def _chosen(asked: Mapping[str, str], divisions: list[Division], officers: list[User]) -> dict[str, str]:
    choices = {
        "division": [one.code for one in divisions],
        "state": State.values,
        "indicator": [str(number) for number in INDICATORS],
        "officer": [NOBODY, *(str(one.pk) for one in officers)],
        "due": list(DUE),
    }
    words = asked.get("q", "").replace("\x00", "").strip()[:200]
    found = {name: asked.get(name, "") for name in choices}
    return {name: value if value in choices[name] else "" for name, value in found.items()} | {"q": words}


def _with_work(user: User, seen: QuerySet[DivisionTask]) -> QuerySet[User]:
    """The colleagues to whom one of these tasks, or a step of one, was given. Each list is read once, not for each."""
    tasks = seen.order_by().filter(officer__isnull=False).values("officer")
    steps = TaskStep.objects.order_by().filter(officer__isnull=False, task__in=seen.order_by().values("pk"))
    given = Q(pk__in=tasks) | Q(pk__in=steps.values("officer"))
    return User.objects.filter(given, organization=user.organization_id).order_by("name_th", "pk")


def _of_officer(asked: str) -> Q:
    """Whose the task is, or one of its steps."""
    if asked == NOBODY:
        return Q(officer=None)
    return Q(officer=int(asked)) | Q(Exists(TaskStep.objects.filter(task=OuterRef("pk"), officer=int(asked))))


def _due(asked: str, today: date) -> Q:
    if asked == "extended":
        return Q(Exists(Extension.objects.filter(task=OuterRef("pk"), granted=True)))
    return Q(state__in=AT_WORK, due_on__range=(today, today + timedelta(days=int(asked))))
