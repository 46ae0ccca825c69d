"""The next year's draft goes on with what was left, and says which scores moved beside which measures."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import results
from measures import closing, library, work
from measures.models import DivisionTask, PlanRow
from memo_flow import analysis, checking, drafts
from memo_flow import content as text
from memo_flow.models import Memo, MemoKind
from organization.models import User
from tests.cast import Cast, at
from tests.test_analysis import ANNOUNCED, LAST, REAL, facts, findings, result, written
from tests.test_editor import Fields

pytestmark = pytest.mark.django_db

YEAR, AFTER = 2565, date(2022, 10, 3)
#: Indicator 4 rises, 6 stays, 10 falls; they are the lowest of their instruments.
SCORES = "94.86 88.01 92.16 87.95 88.27 97.26 97.83 97.36 79.42 48.50"
MARK = "(ดำเนินการต่อเนื่องจากปีงบประมาณ พ.ศ. ๒๕๖๕)"


def announced(cast: Cast, scores: str = SCORES, year: int = YEAR) -> None:
    figures = {number: Decimal(score) for number, score in enumerate(scores.split(), 1)}
    results.record(cast.office, year, cast.head_of_office, figures, now=at(AFTER))


def finished(cast: Cast, *tasks: DivisionTask) -> None:
    """Started, reported and accepted, each by whom it belongs to."""
    for task in tasks:
        work.start(task.pk, by=cast.worker_of(task), now=at(hour=14))
        cast.finish(task)
        by = cast.permanent_secretary if task.division.code == "op" else cast.head_of_office
        work.accept(task.pk, by=by, now=at(hour=16))


def all_tasks() -> list[DivisionTask]:
    tasks = DivisionTask.objects.select_related("division", "measure__row")
    return list(tasks.order_by("measure_id", "division__order"))


def left_of(cast: Cast, task: DivisionTask) -> library.Known:
    """What is left of a task's measure."""
    rows = library.unfinished(cast.office.pk, YEAR)
    return next(one for row in rows for one in row.measures if one.key == f"own-{task.measure_id}")


def draft(cast: Cast, year: int = YEAR) -> text.Content:
    memo = drafts.from_result(year, by=cast.head_of_office, now=at(AFTER))
    return drafts.working_text(memo)


def carried(content: text.Content) -> list[tuple[int, str, tuple[str, ...]]]:
    """Indicator, words and divisions of every measure that goes on."""
    return [
        (row["indicator"], measure["text"], tuple(row["responsible"]))
        for row in content["plan"]
        for measure in row["measures"]
        if "ต่อเนื่อง" in measure["text"]
    ]


# --- what was left -----------------------------------------------------------------------------------------------


def test_what_is_unfinished_is_in_the_next_draft_marked_and_with_those_who_have_not_finished(cast: Cast) -> None:
    cast.approved()
    tasks = all_tasks()
    left = [tasks[0], *[t for t in tasks if t.measure_id == tasks[-1].measure_id]]
    finished(cast, *[t for t in tasks if t not in left])
    announced(cast)
    closing.close_year(YEAR, by=cast.head_of_office, now=at(AFTER))
    found = carried(draft(cast))
    assert found == [
        (t.measure.row.indicator, f"{t.measure.text} {MARK}", codes)
        for t, codes in ((tasks[0], ("op",)), (left[1], tuple(t.division.code for t in left[1:])))
    ]


def test_nothing_goes_on_where_everything_was_accepted(cast: Cast) -> None:
    cast.approved()
    finished(cast, *all_tasks())
    announced(cast)
    assert carried(draft(cast)) == []


def test_cancelled_work_does_not_go_on(cast: Cast) -> None:
    cast.approved()
    one, *others = all_tasks()
    finished(cast, *others)
    work.cancel(one.pk, by=cast.head_of_office, text="ไม่ต้องทำแล้ว", now=at(hour=16))
    announced(cast)
    assert carried(draft(cast)) == []


def test_a_secret_memos_work_is_not_told(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=True)
    assert library.unfinished(cast.office.pk, YEAR) == []


def test_another_offices_work_is_not_ours(cast: Cast) -> None:
    cast.approved()
    assert library.unfinished(cast.outsider.organization_id, YEAR) == []  # type: ignore[arg-type]
    assert library.unfinished(cast.office.pk, 2564) == []


def test_the_days_are_the_same_one_year_later(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    rows = {row.indicator: row for row in PlanRow.objects.all()}
    for row in draft(cast)["plan"]:
        then = rows[row["indicator"]]
        assert row["period_start"] == "2023-01-01"
        assert row["period_end"] == then.period_end.replace(year=then.period_end.year + 1).isoformat()
        assert row["follow_up_due"] == then.follow_up_due.replace(year=then.follow_up_due.year + 1).isoformat()
        assert analysis.thai_digits(analysis.thai_date(date.fromisoformat(row["follow_up_due"]))) in row["follow_up"]


def test_work_whose_days_have_begun_begins_today(cast: Cast) -> None:
    cast.approved()
    left = tuple(library.unfinished(cast.office.pk, YEAR))
    of = facts(result(SCORES, YEAR), divisions=("op", "fin", "eng", "edu", "phe"), unfinished=left)
    assert {row["period_start"] for row in written(of, on=date(2023, 2, 1))["plan"]} == {"2023-02-01"}


def test_a_report_whose_day_has_passed_is_due_at_the_end(cast: Cast) -> None:
    """Written on 10 May, the row does not promise a report by 31 March, before its work begins."""
    cast.approved()
    left = tuple(library.unfinished(cast.office.pk, YEAR))
    of = facts(result(SCORES, YEAR), divisions=("op", "fin", "eng", "edu", "phe"), unfinished=left)
    for row in written(of, on=date(2023, 5, 10))["plan"]:
        assert row["period_start"] <= row["follow_up_due"] == row["period_end"]
        assert analysis.thai_digits(analysis.thai_date(date.fromisoformat(row["follow_up_due"]))) in row["follow_up"]


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 10, 1), date(2024, 10, 1)),
        (date(2024, 9, 30), date(2025, 9, 30)),
        (date(2024, 10, 31), date(2025, 9, 30)),  # a follow-up after the year's end comes to its last day
        (date(2023, 8, 1), date(2024, 10, 1)),
    ],
)
def test_days_of_2567_in_2568(day: date, later: date) -> None:
    assert analysis._within(2568, analysis._years_on(day, 1)) == later


def test_steps_that_are_done_are_not_done_again(cast: Cast) -> None:
    cast.approved()
    task = next(one for one in all_tasks() if one.steps.count() > 1)
    work.start(task.pk, by=cast.worker_of(task), now=at(hour=14))
    first, *others = list(task.steps.select_related("step"))
    work.tick(task.pk, by=cast.worker_of(task), done=[first.pk], now=at(hour=15))
    steps = dict(left_of(cast, task).steps)
    assert task.division.code not in steps.get(first.step.text, ())
    assert all(task.division.code in steps[other.step.text] for other in others)


def test_work_whose_steps_are_all_done_keeps_them(cast: Cast) -> None:
    task = cast.reported("fin")
    mine = [words for words, codes in left_of(cast, task).steps if "fin" in codes]
    assert len(mine) == task.steps.count() > 0


def test_what_goes_on_is_not_proposed_a_second_time(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    content = draft(cast)
    words = [library.bare(measure["text"]) for row in content["plan"] for measure in row["measures"]]
    assert len(words) == len(set(words)) == 7
    assert all(row["measures"] for row in content["plan"])


def test_what_was_finished_is_proposed_beside_what_goes_on(cast: Cast) -> None:
    cast.approved()
    tasks = all_tasks()
    low = [t for t in tasks if t.measure.row.indicator == 10]
    done = [t for t in low if t.measure_id == low[0].measure_id]
    finished(cast, *done)
    announced(cast)
    rows = [row for row in draft(cast)["plan"] if row["indicator"] == 10]
    assert [m["text"] for m in rows[0]["measures"]] == [done[0].measure.text]
    assert done[0].measure.text not in {library.bare(m["text"]) for row in rows[1:] for m in row["measures"]}


def test_the_draft_may_set_out_and_its_measures_are_marked_once_for_ever(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    memo = drafts.from_result(YEAR, by=cast.head_of_office, now=at(AFTER))
    content = drafts.working_text(memo)
    codes = [d.code for d in cast.office.divisions.all()]
    gaps = text.gaps({**content, "subject": memo.subject}, divisions=codes, outline=memo.kind.outline)
    assert [gap.path for gap in gaps if gap.path.startswith("plan")] == []
    assert library.marked(library.marked("งาน", 2565), 2566) == library.marked("งาน", 2565)
    assert library.bare(library.marked("งาน", 2565)) == "งาน"


def test_a_draft_saved_in_the_editor_as_it_is_stays_as_it_is_and_may_set_out(cast: Cast, client: Client) -> None:
    cast.approved()
    finished(cast, *all_tasks()[:4])
    announced(cast)
    memo = drafts.from_result(YEAR, by=cast.head_of_office, now=at(AFTER))
    before = drafts.working_text(memo)
    assert 1 in {len(row["measures"]) for row in before["plan"]}
    client.force_login(cast.head_of_office)
    page = client.get(f"/memos/{memo.pk}/edit/", secure=True).content.decode()
    answer = client.post(f"/memos/{memo.pk}/edit/", {**Fields(page, "editor").found, "op": "save"}, secure=True)
    assert answer.status_code == 302
    after = drafts.working_text(memo)
    assert after["plan"] == before["plan"]
    codes = [d.code for d in cast.office.divisions.all()]
    gaps = text.gaps({**after, "subject": memo.subject}, divisions=codes, outline=memo.kind.outline)
    assert [gap.path for gap in gaps if gap.path.startswith("plan")] == []


def test_the_checker_finds_nothing_in_what_goes_on(cast: Cast) -> None:
    cast.approved()
    finished(cast, *all_tasks()[:4])
    announced(cast, SCORES, YEAR)
    memo = drafts.from_result(YEAR, by=cast.head_of_office, now=at(AFTER))
    report = checking.report_on(memo, drafts.working_text(memo), subject=memo.subject, on=AFTER)
    assert report is not None
    high = [one for one in report.findings if one.severity == "high" and one.rule != "R07"]
    assert not high, [(one.rule, one.section, one.stated, one.th) for one in high]


def test_an_indicator_that_is_asked_no_more_keeps_its_words(cast: Cast) -> None:
    cast.approved()
    PlanRow.objects.filter(indicator=10).update(indicator=77, issue="เรื่องเดิม")
    announced(cast)
    rows = [row for row in draft(cast)["plan"] if row["issue"] == "เรื่องเดิม"]
    assert rows and {(row["instrument"], row["indicator"]) for row in rows} == {("OIT", "")}


def test_a_division_that_is_no_more_leaves_its_work_to_the_author(cast: Cast) -> None:
    cast.approved()
    left = library.unfinished(cast.office.pk, YEAR)
    of = facts(result(SCORES, YEAR), divisions=("op",), home="op", unfinished=tuple(left))
    for row in written(of, on=AFTER)["plan"]:
        assert row["responsible"] == ["op"]


def test_what_goes_on_is_kept_before_what_is_new(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.approved()
    left = library.unfinished(cast.office.pk, YEAR)[-1:]
    of = facts(result(SCORES, YEAR), divisions=("op", "fin", "eng", "edu", "phe"), unfinished=tuple(left))
    assert len(written(of, on=AFTER)["plan"]) > 2
    monkeypatch.setitem(text.MOST, "plan", 2)
    plan = written(of, on=AFTER)["plan"]
    assert len(plan) == 2 and MARK in plan[-1]["measures"][0]["text"]


def test_a_plan_holds_no_more_rows_than_a_plan_may(cast: Cast) -> None:
    cast.approved()
    left = library.unfinished(cast.office.pk, YEAR) * 20
    of = facts(result(SCORES, YEAR), divisions=("op", "fin", "eng", "edu", "phe"), unfinished=tuple(left))
    assert len(written(of, on=AFTER)["plan"]) == text.MOST["plan"]


def test_it_takes_as_many_statements_for_many_tasks_as_for_few(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            library.unfinished(cast.office.pk, YEAR)
        return len(captured)

    cast.approved()
    few = statements()
    cast.approved()
    assert statements() == few == 2


# --- which scores moved ------------------------------------------------------------------------------------------


def measures(*went: tuple[int, int, int]) -> tuple[Any, ...]:
    """A measure of the year for each (indicator, tasks, of them done)."""
    return tuple(library.Ordered(number, library.Totals(tasks=tasks, done=done)) for number, tasks, done in went)


def said_of_the_year(cast: Cast, year: int = YEAR) -> str:
    return next(one["text"] for one in draft(cast, year)["sections"] if one["id"] == "facts")


def test_a_measure_of_no_indicator_counts_among_those_of_the_year(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    PlanRow.objects.filter(indicator=10).update(indicator=None)
    assert "๗ มาตรการ แล้วเสร็จ ๐ มาตรการ" in said_of_the_year(cast)


def test_the_years_figures_stay_when_the_next_year_orders_the_same(cast: Cast) -> None:
    """The library offers each text once, the newest; the year's own figures are of all it ordered."""
    cast.approved()
    announced(cast)
    before = said_of_the_year(cast)
    known = {row.pk for row in PlanRow.objects.all()}
    cast.approved()
    PlanRow.objects.exclude(pk__in=known).update(fiscal_year=YEAR + 1)
    assert "๗ มาตรการ" in before and "มาตรการดังกล่าว" in before
    assert said_of_the_year(cast) == before


def test_what_a_closed_year_had_late_does_not_grow_later(cast: Cast) -> None:
    cast.approved()
    DivisionTask.objects.update(due_on=date(2022, 12, 1))
    closing.close_year(YEAR, by=cast.head_of_office, now=at(AFTER))
    went = [one.went for one in library.ordered(cast.office.pk, YEAR, date(2023, 6, 1))]
    assert len(went) == 7 and sum(one.overdue for one in went) == 0


def test_what_a_plan_cannot_hold_is_said(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.approved()
    announced(cast)
    client.force_login(cast.head_of_office)
    assert "cannot hold" not in begun(client)
    monkeypatch.setitem(text.MOST, "plan", 1)
    assert "unfinished measures are not in it" in begun(client)


def begun(client: Client) -> str:
    """The draft as it opens, in English."""
    User.objects.update(language="en")
    return client.post(f"/memos/new/from-result/{YEAR}/", follow=True).content.decode()


def test_the_facts_name_the_scores_that_moved_beside_measures_and_no_cause() -> None:
    of = facts(result(SCORES, YEAR), result(REAL, 2564), last=measures((4, 2, 2), (4, 1, 0), (6, 1, 1), (10, 3, 1)))
    said = analysis.sections(of)["facts"]
    name = of.result.rules.by_number[4].th
    assert f"เพิ่มขึ้น ได้แก่ ตัวชี้วัดที่ ๔ {name} (เพิ่มขึ้น ๑.๐๐ คะแนน มาตรการแล้วเสร็จ ๑ จาก ๒)" in said
    assert "ลดลง ได้แก่ ตัวชี้วัดที่ ๑๐" in said and "เท่าเดิม ได้แก่ ตัวชี้วัดที่ ๖" in said
    assert "เหตุอื่น" in said and "ตัวชี้วัดที่ ๗" not in said


@pytest.mark.parametrize("scores", [SCORES, REAL, LAST])
def test_the_checker_agrees_with_what_moved(scores: str) -> None:
    last = measures(*((number, 2, number % 3) for number in range(1, 11)))
    of = facts(result(scores, 2564, ANNOUNCED if scores == REAL else None), result(LAST, 2563), last=last)
    high = [one for one in findings(of) if one.severity == "high" and one.rule != "R07"]
    assert not high, [(one.rule, one.section, one.stated, one.th) for one in high]


def test_without_the_year_before_nothing_is_said_to_have_moved() -> None:
    assert analysis._moved(facts(result(SCORES, YEAR), last=measures((4, 1, 1)))) == ""
    assert analysis._moved(facts(result(SCORES, YEAR), result(REAL, 2564))) == ""


def test_a_draft_of_the_next_year_is_of_a_year_that_is_open(cast: Cast) -> None:
    cast.approved()
    announced(cast)
    closing.close_year(YEAR, by=cast.head_of_office, now=at(AFTER))
    rows = draft(cast)["plan"]
    assert {analysis.year_bounds(2566)[0].isoformat() <= row["period_start"] for row in rows} == {True}
    assert Memo.objects.filter(state="draft").count() == 1 + 1
