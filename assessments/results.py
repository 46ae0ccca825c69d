"""An office's results of the years: recording them, and reading them with what they amount to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import policies, scoring
from assessments.document import Scores, Stated
from assessments.figures import why_no_score
from assessments.models import Assessment, IndicatorScore
from assessments.rulebook import INSTRUMENTS, Indicator, Rules, UnknownYear, rules_for, years
from assessments.scoring import Interval, Result
from audit import chain
from organization import years as fiscal_years
from organization.calendar import day_of
from organization.models import Organization, User, bilingual
from organization.refusals import NotNow, Stale

CORRECTED_BELOW = Decimal(70)
NOTHING: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True)
class Announced:
    """What the assessor published of a year: total, level, instrument code -> mean; what was not is empty."""

    total: Decimal | None = None
    level: str = ""
    means: Mapping[str, Decimal] = field(default_factory=lambda: NOTHING)
    day: date | None = None

    def __bool__(self) -> bool:
        return self.total is not None or bool(self.level or self.means)


@dataclass(frozen=True)
class Figures:
    """One year as it is to be recorded: indicator number -> score, and what was announced."""

    year: int
    scores: Mapping[int, Decimal]
    announced: Announced = Announced()


@dataclass(frozen=True)
class Changes:
    """Points gained on the year before; None where either figure is missing or the two years do not ask the same."""

    indicators: dict[int, Decimal | None]
    instruments: dict[str, Decimal | None]
    total: Decimal | None


@dataclass(frozen=True)
class Difference:
    """An announced figure outside what the scores allow. `what` is an instrument's code, "total" or "level"."""

    what: str
    announced: str
    computed: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class YearResult:
    """A recorded year: the scores given, what was announced, and what the scores amount to by the year's rules."""

    year: int
    rules: Rules
    scores: dict[int, Decimal]
    announced: Announced
    version: int
    saved_at: datetime
    saved_by: User

    @cached_property
    def computed(self) -> Result:
        return scoring.compute(self.rules, self.scores)

    @property
    def day(self) -> date | None:
        """The day it was announced."""
        return self.announced.day

    @property
    def level(self) -> str | None:
        """The level that stands: the announced one, else the computed one."""
        return self.announced.level or self.computed.level

    @property
    def total(self) -> Decimal | None:
        """The total that stands: the announced one, else the computed one."""
        return self.computed.total if self.announced.total is None else self.announced.total

    def mean(self, code: str) -> Decimal | None:
        """An instrument's mean that stands: the announced one, else the computed one."""
        announced = self.announced.means.get(code)
        return self.computed.instruments.get(code) if announced is None else announced

    def changes(self, previous: "YearResult | None") -> Changes:
        """Against the result of another year, usually the one before."""
        before = comparable(previous, self.rules)
        return Changes(
            {n: scoring.change(score, before.get(n)) for n, score in self.scores.items()},
            {c: scoring.change(self.mean(c), previous.mean(c) if previous else None) for c in self.rules.by_code},
            scoring.change(self.total, previous.total if previous else None),
        )


def comparable(previous: YearResult | None, rules: Rules) -> dict[int, Decimal]:
    """Another year's scores of what `rules` ask too: numbers move between years, so the instrument must be the same."""
    if previous is None:
        return {}
    then = previous.rules.by_number
    same = {n for n, one in rules.by_number.items() if n in then and then[n].instrument == one.instrument}
    return {n: score for n, score in previous.scores.items() if n in same}


# Reading


def of_year(organization: Organization | UUID | None, year: int) -> YearResult | None:
    """The result of one fiscal year; None where none is recorded. Two statements."""
    return next(iter(_results(organization, fiscal_year=year)), None)


def with_previous(organization: Organization | UUID | None, year: int) -> tuple[YearResult | None, YearResult | None]:
    """The result of a fiscal year and of the year before it. Two statements."""
    known = [one for one in years() if one in (year, year - 1)]
    found = {one.year: one for one in _results(organization, fiscal_year__in=known)} if known else {}
    return found.get(year), found.get(year - 1)


def trend(organization: Organization | UUID | None) -> list[YearResult]:
    """All recorded years, the oldest first. Two statements, however many years there are."""
    return _results(organization)


def _results(organization: Organization | UUID | None, **which: Any) -> list[YearResult]:
    rows = Assessment.objects.filter(organization=organization, **which).select_related("saved_by")
    return [_result(row) for row in rows.order_by("fiscal_year").prefetch_related("scores")]


def _result(row: Assessment) -> YearResult:
    return YearResult(
        year=row.fiscal_year,
        rules=rules_for(row.fiscal_year),
        scores={one.number: one.score for one in row.scores.all()},
        announced=_announced(row),
        version=row.version,
        saved_at=row.saved_at,
        saved_by=row.saved_by,
    )


def _announced(row: Assessment) -> Announced:
    means = {code: getattr(row, f"announced_{code.lower()}") for code in INSTRUMENTS}
    known = {code: mean for code, mean in means.items() if mean is not None}
    return Announced(row.announced_total, row.announced_level, known, row.announced_on)


def scores_of(result: YearResult) -> Scores:
    """The result as the checker takes it: what was announced, and where nothing was, what is computed."""
    figures: dict[int | str, Stated] = {n: Stated(score, "result") for n, score in result.scores.items()}
    standing = {**{code: result.mean(code) for code in result.rules.by_code}, "total": result.total}
    figures |= {key: Stated(value, "result") for key, value in standing.items() if value is not None}
    return Scores(figures, result.level or "", "result")


class Judgement(models.TextChoices):
    """What a score asks of the office in the year that follows, as analysis memos say it."""

    FIX = "fix", gettext_lazy("To be corrected")
    IMPROVE = "improve", gettext_lazy("To be improved")
    KEEP = "keep", gettext_lazy("To be kept up")


def judgement(score: Decimal, rules: Rules) -> Judgement:
    if score < CORRECTED_BELOW:
        return Judgement.FIX
    return Judgement.IMPROVE if score < rules.target else Judgement.KEEP


def differences(result: YearResult) -> list[Difference]:
    """Announced figures that cannot come of the scores, even when each was rounded before it was published."""
    found = []
    for code, stated in result.announced.means.items():
        scores = [result.scores[n] for n in result.rules.numbers_of[code] if n in result.scores]
        allowed = scoring.mean_interval(scores)
        if stated not in allowed:
            found.append(_difference(code, stated, result.computed.instruments[code], allowed))
    means = {code: mean for code in result.rules.by_code if (mean := result.mean(code)) is not None}
    if result.announced.total is not None and scoring.weighted(result.rules, {**means}) is not None:
        allowed = scoring.total_interval(result.rules, means)
        if result.announced.total not in allowed:
            found.append(_difference("total", result.announced.total, result.computed.total, allowed))
    if result.announced.level and result.total is not None:
        possible = scoring.levels_possible(result.rules, result.total, {**means})
        if result.announced.level not in possible:
            found.append(Difference("level", result.announced.level, ", ".join(sorted(possible))))
    return found


def _difference(what: str, stated: Decimal, computed: Decimal | None, allowed: Interval) -> Difference:
    shown = allowed.published()
    return Difference(what, str(stated), "" if computed is None else str(computed), shown.low, shown.high)


# Recording


@transaction.atomic
def record(
    organization: Organization | UUID,
    year: int,
    by: User,
    scores: Mapping[int, Decimal],
    announced: Announced = Announced(),
    *,
    now: datetime,
    version: int | None = None,
) -> Assessment:
    """Keep a year's result. `version` is the one its writer started from; None: there was none.

    Raises Assessment.DoesNotExist (another organization's), Refused, NotNow (the result of a closed year stands; one
    that is missing may still be added), ValidationError with {field: messages} (score_<number>, announced_total,
    announced_<code>, announced_level, year), or Stale when somebody else saved meanwhile: `current` is their
    Assessment.
    """
    (saved,) = _record(organization, [Figures(year, scores, announced)], by=by, now=now, versions={year: version})
    return saved


@transaction.atomic
def record_all(
    organization: Organization | UUID, figures: Iterable[Figures], *, by: User, now: datetime, replace: bool = False
) -> list[Assessment]:
    """Keep several years or none of them; a year that is recorded already only when it is to be replaced.

    A closed year whose figures are the same is passed over: a file of all years stays a file that can be taken.
    Raises as `record` does, and NotNow naming the recorded years without `replace`.
    """
    taken = sorted(figures, key=lambda one: one.year)
    unchanged = _unchanged(organization, taken)
    taken = [one for one in taken if one.year not in unchanged]
    standing = _versions(organization, [one.year for one in taken])
    if standing and not replace:
        raise NotNow(
            _("Already recorded: %(years)s. Tick “Replace” to put the file's figures in their place.")
            % {"years": ", ".join(map(str, sorted(standing)))}
        )
    return _record(organization, taken, by=by, now=now, versions=standing)


def _record(
    organization: Organization | UUID,
    figures: list[Figures],
    *,
    by: User,
    now: datetime,
    versions: Mapping[int, int | None],
) -> list[Assessment]:
    home = organization.pk if isinstance(organization, Organization) else organization
    seat = policies.require(by, "record", home, on=day_of(now))
    for one in figures:
        validate(one)
    # Two who record a new year at once have no row of it to lock: they meet at the organization's.
    fiscal_years.hold(home)
    rows = {row.fiscal_year: row for row in Assessment.objects.filter(organization=home)}
    fiscal_years.require_open(home, *(one.year for one in figures if one.year in rows))
    saved = []
    for one in figures:
        row = rows.get(one.year)
        if (row.version if row else None) != versions.get(one.year):
            raise Stale(_("Somebody else has saved the result of %(year)s meanwhile.") % {"year": one.year}, row)
        row = _keep(row or Assessment(organization_id=home, fiscal_year=one.year, version=0), one, by=by, now=now)
        facts = {"year": one.year, "version": row.version, "figures": digest_of(row, one.scores)}
        chain.record(row, "recorded", by=by, seat=seat, at=now, **facts)
        saved.append(row)
    return saved


def _unchanged(organization: Organization | UUID, figures: list[Figures]) -> set[int]:
    """The closed years that are recorded with just these figures."""
    home = organization.pk if isinstance(organization, Organization) else organization
    shut = fiscal_years.closed(home)
    wanted = {one.year: one for one in figures if one.year in shut}
    rows = Assessment.objects.filter(organization=home, fiscal_year__in=wanted).prefetch_related("scores")
    kept = {row.fiscal_year: row for row in rows}
    return {year for year, row in kept.items() if _same(row, wanted[year])}


def _same(row: Assessment, figures: Figures) -> bool:
    scores = {one.number: one.score for one in row.scores.all()}
    return scores == dict(figures.scores) and _announced(row) == figures.announced


def _versions(organization: Organization | UUID, wanted: list[int]) -> dict[int, int | None]:
    rows = Assessment.objects.filter(organization=organization, fiscal_year__in=wanted)
    return dict(rows.values_list("fiscal_year", "version"))


def _keep(row: Assessment, figures: Figures, *, by: User, now: datetime) -> Assessment:
    row.announced_total, row.announced_level = figures.announced.total, figures.announced.level
    for code in INSTRUMENTS:
        setattr(row, f"announced_{code.lower()}", figures.announced.means.get(code))
    row.announced_on = figures.announced.day
    row.version, row.saved_at, row.saved_by = row.version + 1, now, by
    row.save()
    row.scores.all().delete()
    IndicatorScore.objects.bulk_create(
        IndicatorScore(assessment=row, number=number, score=score) for number, score in sorted(figures.scores.items())
    )
    return row


def digest_of(row: Assessment, scores: Mapping[int, Decimal]) -> str:
    """Of all figures of a year, as the chain keeps it."""
    announced = _announced(row)
    return chain.digest(
        {
            "scores": {str(number): f"{score:.2f}" for number, score in scores.items()},
            "total": "" if announced.total is None else f"{announced.total:.2f}",
            "level": announced.level,
            "means": {code: f"{mean:.2f}" for code, mean in announced.means.items()},
            "day": announced.day.isoformat() if announced.day else "",
        }
    )


def validate(figures: Figures) -> None:
    """Raises ValidationError with {field: messages}, each a sentence for the screen."""
    try:
        rules = rules_for(figures.year)
    except UnknownYear:
        raise ValidationError({"year": unknown_year(figures.year)}) from None
    wrong = {f"score_{n}": said for n, score in figures.scores.items() if (said := why_no_score(score))}
    for number in figures.scores.keys() - rules.by_number.keys():
        wrong[f"score_{number}"] = _("The assessment of %(year)s has no indicator %(number)s.") % {
            "year": figures.year,
            "number": number,
        }
    for number in rules.by_number.keys() - figures.scores.keys():
        wrong[f"score_{number}"] = missing(rules.by_number[number])
    announced = {"total": figures.announced.total, **figures.announced.means}
    for key, value in announced.items():
        if key not in ("total", *rules.by_code):
            wrong["announced_total"] = _("There is no instrument %(code)s.") % {"code": key}
        elif value is not None and (said := why_no_score(value)):
            wrong[f"announced_{key.lower()}"] = said
    if figures.announced.level and figures.announced.level not in rules.levels:
        wrong["announced_level"] = _("“%(level)s” is no level of %(year)s. Levels: %(levels)s.") % {
            "level": figures.announced.level,
            "year": figures.year,
            "levels": ", ".join(rules.levels),
        }
    if wrong:
        raise ValidationError(wrong)


def missing(indicator: Indicator) -> str:
    name = bilingual(indicator.th, indicator.en)
    return _("The score of indicator %(number)s, %(name)s, is missing.") % {"number": indicator.number, "name": name}


def unknown_year(year: int) -> str:
    known = ", ".join(map(str, years()))
    return _("There are no rules for fiscal year %(year)s. Known years: %(known)s.") % {"year": year, "known": known}
