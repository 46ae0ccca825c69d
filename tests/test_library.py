"""The library of measures: what an office has approved and how it went, what is published, and taking one."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures import library
from measures.models import DivisionTask, Measure, PlanRow
from memo_flow import analysis, drafts
from memo_flow import content as text
from memo_flow.models import MemoKind
from tests.cast import DAY, Cast, at
from tests.test_analysis import facts, result
from tests.test_apply import press, saved
from tests.test_findings_page import browser, draft_of
from tests.test_memo_checking import changed, real

pytestmark = pytest.mark.django_db
LATE = date(2022, 6, 1)  # after the follow-up date of the real plan's rows of March


def own(cast: Cast, on: date = DAY) -> list[library.Known]:
    return [one for one in library.known(cast.office.pk, on) if one.went is not None]


# --- what there is -----------------------------------------------------------------------------------------------


def test_every_office_has_the_published_measures_each_with_its_indicator_and_steps(cast: Cast) -> None:
    known = library.known(cast.outsider.organization_id, DAY)  # type: ignore[arg-type]
    assert [(one.instrument, one.indicator) for one in known] == [
        ("IIT", 4),
        ("IIT", 4),
        ("EIT", 6),
        ("EIT", 6),
        ("OIT", 10),
        ("OIT", 10),
        ("OIT", 10),
    ]
    assert all(one.steps and one.responsible and one.source for one in known)
    assert not any("กำแพงแสน" in one.text + "".join(step for step, _codes in one.steps) for one in known)


def test_approved_measures_are_the_offices_own_and_stand_in_for_the_published_ones(cast: Cast) -> None:
    assert own(cast) == []
    cast.approved()
    mine = own(cast)
    assert len(mine) == 7 and {one.fiscal_year for one in mine} == {2565}
    assert len(library.known(cast.office.pk, DAY)) == 7  # the same texts are not offered twice
    first = next(one for one in mine if one.indicator == 4)
    assert first.responsible == ("op", "fin", "eng", "edu", "phe") and len(first.steps) == 3
    assert all(one.went is None for one in library.known(cast.outsider.organization_id, DAY))  # type: ignore[arg-type]


def test_a_memo_on_its_way_gives_nothing_yet(cast: Cast) -> None:
    cast.endorsed()
    assert own(cast) == []


def test_how_it_went_is_told(cast: Cast) -> None:
    task = cast.reported("op")
    measure = task.measure_id
    before = next(one for one in own(cast, LATE) if one.key == f"own-{measure}")
    assert before.went is not None and not before.is_done and before.went.overdue > 0
    others = DivisionTask.objects.filter(measure=measure)
    went = next(one for one in own(cast) if one.key == f"own-{measure}").went
    assert went is not None and went.tasks == others.count() and went.percent == round(100 / others.count())


def test_the_same_text_of_two_years_is_one_measure_the_newest(cast: Cast) -> None:
    cast.approved()
    cast.approved()
    row = PlanRow.objects.order_by("pk").last()
    assert row is not None
    PlanRow.objects.filter(memo=row.memo_id).update(fiscal_year=2566)
    mine = own(cast)
    assert len(mine) == 7 and {one.fiscal_year for one in mine} == {2566}


def test_measures_of_a_secret_memo_are_not_shown(cast: Cast) -> None:
    cast.approved()
    MemoKind.objects.filter(pk=cast.kind.pk).update(secret=True)
    assert own(cast) == []


def test_the_library_takes_as_many_statements_for_many_measures(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            library.known(cast.office.pk, DAY)
        return len(captured)

    cast.approved()
    few = statements()
    for _n in range(3):
        cast.approved()
    assert Measure.objects.count() == 28 and statements() == few <= 4


# --- proposed ----------------------------------------------------------------------------------------------------


def test_the_newest_own_measures_are_proposed_before_the_published_ones(cast: Cast) -> None:
    cast.approved()
    last = own(cast)[0]
    PlanRow.objects.filter(pk=Measure.objects.get(pk=int(last.key[4:])).row_id).update(indicator=9)
    known = library.known(cast.office.pk, DAY)
    plan = analysis.plan(facts(result(), divisions=("op", "fin", "eng", "edu", "phe")), known, on=DAY)
    by_indicator = {row["indicator"]: [one["text"] for one in row["measures"]] for row in plan}
    assert set(by_indicator) == {4, 6, 10} and all(by_indicator.values())


def test_last_years_measures_and_how_they_went_stand_in_the_new_memo(cast: Cast) -> None:
    cast.approved()
    PlanRow.objects.update(fiscal_year=2564)
    content = drafts.working_text(drafts.from_result(2564, by=cast.head_of_office, now=at()))
    assert "๗ มาตรการ แล้วเสร็จ ๐ มาตรการ ยังไม่แล้วเสร็จ ๗ มาตรการ" in content["sections"][1]["text"]
    page = browser(cast.head_of_office).get(f"/memos/{draft_of(cast, real()).pk}/edit/").content.decode()
    assert own(cast)[0].text in page


# --- taken -------------------------------------------------------------------------------------------------------


def keys_on(page: Any) -> list[str]:
    return [piece.split('"')[0] for piece in page.content.decode().split('value="take:')[1:]]


def test_a_measure_is_offered_for_its_indicators_row_and_taken_with_its_steps(cast: Cast) -> None:
    content = real()
    content["plan"][0]["measures"] = content["plan"][0]["measures"][:1]
    content["plan"][0]["steps"] = content["plan"][0]["steps"][:1]
    content["plan"] = content["plan"][:1]
    memo = draft_of(cast, text.cleaned(content))
    page = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/")
    assert [one.key for one in page.context["choices"][0]] == ["published-IIT-M2"]
    assert set(keys_on(page)) == {"published-IIT-M2", *(one.key for one in page.context["others"])}
    answer = press(cast.head_of_office, memo, "take:published-IIT-M2")
    assert answer["Location"].endswith("#plan.0.measures")
    row = saved(memo)["plan"][0]
    assert len(row["measures"]) == 2 and [step["measures"] for step in row["steps"]] == [[1, 2], [2], [2]]
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == text.cleaned(content)


def test_a_measure_of_another_indicator_begins_a_row(cast: Cast) -> None:
    content = text.cleaned(real() | {"plan": real()["plan"][:1]})
    memo = draft_of(cast, content)
    press(cast.head_of_office, memo, "take:published-EIT-M2")
    row = saved(memo)["plan"][1]
    assert (row["instrument"], row["indicator"], row["responsible"]) == ("EIT", 6, ["op"])
    assert row["measures"] == [{"text": "หน่วยงานต้องจัดทำการให้บริการ ณ จุดเดียว (one stop service)"}]
    assert "๙๗.๒๖" in row["issue"]


def test_a_measure_that_stands_there_already_is_not_taken_twice(cast: Cast) -> None:
    memo = draft_of(cast, text.cleaned(real() | {"plan": []}))
    press(cast.head_of_office, memo, "take:published-OIT-M2")
    press(cast.head_of_office, memo, "take:published-OIT-M2")
    assert len(saved(memo)["plan"]) == 1 and len(saved(memo)["plan"][0]["measures"]) == 1


@pytest.mark.parametrize("key", ["", "x", "own-1", "own-", "published-", "published-IIT-M9", f"own-{9**20}"])
def test_what_is_not_in_the_library_is_told_and_typed_words_are_saved(cast: Cast, key: str) -> None:
    memo = draft_of(cast, real())
    typed = changed(real(), "sections.1.text", "ทุก ๆ ปีงบประมาณ", "ทุกปีงบประมาณ")
    assert press(cast.head_of_office, memo, f"take:{key}", typed).status_code == 302
    assert saved(memo) == text.cleaned(typed)


def test_another_offices_measure_cannot_be_taken(cast: Cast) -> None:
    cast.approved()
    theirs = own(cast)[0].key
    memo = drafts.from_result(2564, by=cast.outsider, now=at())
    before = saved(memo)
    press(cast.outsider, memo, f"take:{theirs}")
    assert saved(memo) == before


def test_divisions_the_office_does_not_have_become_the_authors_own() -> None:
    row = analysis.row_for(facts(result()), 4, on=DAY)
    known = library.published()[0]
    taken = analysis.with_measure(row, known, ("op", "fin"), "op")
    assert taken["responsible"] == ["op", "fin"]
    assert analysis.with_measure(row, known, ("health",), "health")["responsible"] == ["health"]


def test_a_row_that_has_every_measure_of_the_library_says_so(cast: Cast) -> None:
    memo = drafts.from_result(2564, by=cast.head_of_office, now=at())
    page = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/")
    assert page.context["choices"] == {0: [], 1: [], 2: []}
    assert page.content.decode().count('<details class="choices">') == 3
