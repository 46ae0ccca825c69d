"""The analysis written from a recorded result: what it says, that the checker agrees with it, and writing it again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import results, rulebook, scoring
from assessments.models import Assessment
from assessments.results import Announced, YearResult
from measures import library
from memo_flow import analysis, checking, drafts
from memo_flow import content as text
from memo_flow.changes import value_at
from memo_flow.models import Draft, Memo, MemoKind
from organization.models import User
from organization.refusals import NotNow, Refused
from tests.cast import DAY, Cast, at
from tests.test_apply import press, saved
from tests.test_findings_page import browser, draft_of, posted
from tests.test_memo_checking import changed, forget_results, real

REAL = "94.86 88.01 92.16 86.95 88.27 97.26 97.83 97.36 79.42 50.00"
LAST = "90.04 83.76 89.15 80.92 85.33 88.21 80.64 84.07 77.50 75.00"
OUTLINE = {
    "sections": [{"id": one, "heading": one} for one in (*analysis.WRITTEN, "other")],
    "report": [{"id": one, "heading": one} for one in analysis.REPORTED],
}


def result(scores: str = REAL, year: int = 2564, announced: Announced | None = None) -> YearResult:
    """A result as it would be recorded."""
    figures = {number: Decimal(score) for number, score in enumerate(scores.split(), 1)}
    return YearResult(year, rulebook.rules_for(year), figures, announced or Announced(), 1, at(), User(name_th="ก"))


ANNOUNCED = Announced(
    Decimal("82.14"), "B", {"IIT": Decimal("90.05"), "EIT": Decimal("97.49"), "OIT": Decimal("64.71")}
)


def facts(now: YearResult, before: YearResult | None = None, **more: Any) -> analysis.Facts:
    arguments = {
        "office": "องค์การบริหารส่วนตำบลกำแพงแสน",
        "division": "สำนักปลัด",
        "divisions": ("op", "fin"),
        "home": "op",
    }
    return analysis.Facts(now, before, **(arguments | more))


def written(of: analysis.Facts, on: date = DAY) -> text.Content:
    blank = text.blank(OUTLINE, to="นายก", agency="สำนักปลัด")
    return text.cleaned(analysis.draft(of, blank, library.published(), on=on))


def findings(of: analysis.Facts, content: text.Content | None = None) -> list[Any]:
    report = checking.checked(
        content or written(of),
        subject=analysis.subject(of.year),
        divisions={"op": "สำนักปลัด", "fin": "กองคลัง"},
        result=of.result,
        before=of.before,
        dated=DAY,
    )
    assert report is not None
    return list(report.findings)


# --- the words ---------------------------------------------------------------------------------------------------


def test_a_passage_says_the_mean_every_score_and_the_lowest_in_thai_digits() -> None:
    assert analysis.instrument_passage(result(announced=ANNOUNCED), "OIT") == (
        "ด้านแบบตรวจการเปิดเผยข้อมูลสาธารณะ (OIT) มีค่าคะแนนเท่ากับ ๖๔.๗๑ คะแนน ประกอบด้วย ๒ ตัวชี้วัด ดังนี้ "
        "ตัวชี้วัดที่ ๙ การเปิดเผยข้อมูล ๗๙.๔๒ คะแนน ตัวชี้วัดที่ ๑๐ การป้องกันการทุจริต ๕๐.๐๐ คะแนน "
        "จากลำดับคะแนนพบว่าตัวชี้วัดที่ ๑๐ การป้องกันการทุจริต มีค่าคะแนนน้อยที่สุด"
    )
    assert analysis.overall(result(announced=ANNOUNCED)) == "มีคะแนนรวม ๘๒.๑๔ คะแนน อยู่ในระดับ B"


def test_what_was_announced_stands_before_what_is_computed() -> None:
    assert "๙๗.๔๙" in analysis.instrument_passage(result(announced=ANNOUNCED), "EIT")
    assert "๙๗.๔๘" in analysis.instrument_passage(result(), "EIT")


def test_ties_are_all_named() -> None:
    tied = result("94.86 86.95 92.16 86.95 88.27 97.26 97.26 97.26 79.42 50.00")
    said = analysis.lowest(tied, "IIT")
    assert "ตัวชี้วัดที่ ๒" in said and "และตัวชี้วัดที่ ๔" in said and said.endswith("น้อยที่สุดเท่ากัน")
    assert analysis.lowest(tied, "EIT") == "ทุกตัวชี้วัดมีค่าคะแนนเท่ากัน"
    assert [row["indicator"] for row in written(facts(tied))["plan"]] == [2, 4, 6, 7, 8, 10]


@pytest.mark.parametrize(
    ("score", "word"),
    [
        ("69.99", "แก้ไข"),
        ("70.00", "ปรับปรุง"),
        ("84.99", "ปรับปรุง"),
        ("85.00", "รักษาระดับ"),
        ("0", "แก้ไข"),
        ("100", "รักษาระดับ"),
    ],
)
def test_judgement_changes_at_70_and_at_85(score: str, word: str) -> None:
    assert analysis.judgement(Decimal(score), rulebook.rules_for(2564)) == word


def test_the_change_on_last_year_is_said_where_last_year_is_known() -> None:
    now, before = result(), result(LAST, 2563)
    gained = scoring.change(now.total, before.total)
    assert gained is not None
    content = written(facts(now, before))
    assert f"เพิ่มขึ้น {analysis.thai_digits(f'{abs(gained):.2f}')} คะแนน" in content["sections"][0]["text"]
    assert "เมื่อเทียบกับ" not in written(facts(now))["sections"][0]["text"]
    assert content["scores"]["before"][0] == {"seq": 1, "score": "90.04"}


def test_items_and_decisions_are_cited_only_where_they_hold() -> None:
    content = written(facts(result()))
    assert "O42" in content["sections"][1]["text"] and "๒๓ มกราคม ๒๕๖๑" in content["sections"][2]["text"]
    later = written(facts(result(year=2566)))
    assert "มติคณะรัฐมนตรี" not in later["sections"][2]["text"]


def test_a_plan_row_ends_before_its_evidence_is_collected() -> None:
    row = written(facts(result()))["plan"][0]
    window = rulebook.rules_for(2565).window
    assert window is not None
    assert (row["period_start"], row["period_end"]) == ("2021-10-01", row["follow_up_due"])
    assert (
        date.fromisoformat(row["follow_up_due"]) < window.opens or date.fromisoformat(row["period_end"]) < window.closes
    )
    late = written(facts(result()), on=date(2022, 6, 1))["plan"][0]
    assert late["period_start"] < late["period_end"] == "2022-09-30"


def test_sections_nobody_writes_from_data_stay_empty() -> None:
    content = written(facts(result()))
    assert content["sections"][4]["text"] == "" and all(one["text"] for one in content["sections"][:4])


# --- the checker agrees ------------------------------------------------------------------------------------------


def test_the_real_result_is_written_without_any_finding() -> None:
    assert findings(facts(result(announced=ANNOUNCED))) == []
    assert findings(facts(result(announced=ANNOUNCED), result(LAST, 2563))) == []


@pytest.mark.parametrize("year", rulebook.years())
def test_nothing_high_is_found_in_what_is_written_of_any_year(year: int) -> None:
    rules = rulebook.rules_for(year)
    now = result(" ".join(f"{70 + one.number * 2.5:.2f}" for one in rules.indicators), year)
    high = [one for one in findings(facts(now)) if one.severity == "high" and one.rule != "R07"]
    assert not high, [(one.rule, one.section, one.th) for one in high]


_SCORE = st.decimals(min_value=0, max_value=100, places=2).map(str)


@given(st.lists(_SCORE, min_size=10, max_size=10), st.lists(_SCORE, min_size=10, max_size=10))
@settings(deadline=None, max_examples=60)
def test_whatever_the_scores_the_words_written_from_them_agree_with_them(now: list[str], before: list[str]) -> None:
    of = facts(result(" ".join(now)), result(" ".join(before), 2563))
    # An invented score need not lie on the lattice of items, which the words cannot help.
    high = [one for one in findings(of) if one.severity == "high" and one.rule != "R07"]
    assert not high, [(one.rule, one.section, one.stated, one.expected, one.th) for one in high]


def test_a_word_changed_afterwards_is_found() -> None:
    of = facts(result(announced=ANNOUNCED))
    wrong = changed(written(of), "sections.0.text", "๘๖.๙๕", "๘๗.๖๕")
    assert ("R01", "sections.0.text") in {(one.rule, one.section) for one in findings(of, wrong)}


# --- the paper's table -------------------------------------------------------------------------------------------


def test_the_table_computes_beside_what_is_stated() -> None:
    content = written(facts(result(announced=ANNOUNCED), result(LAST, 2563)))
    table = analysis.table(content["scores"])
    assert table is not None and table["agrees"] is True
    eit = table["instruments"][1]
    assert (eit["mean"], eit["shown"]) == ("97.49", "97.48")
    assert [row["judgement"] for row in table["instruments"][2]["rows"]] == ["ปรับปรุง", "แก้ไข"]
    assert [row["lowest"] for row in table["instruments"][2]["rows"]] == [False, True]
    assert table["instruments"][0]["rows"][0]["change"] == Decimal("4.82")
    wrong = analysis.table(content["scores"] | {"total": "86.15"})
    assert wrong is not None and wrong["agrees"] is False


def test_a_table_that_cannot_be_computed_is_none() -> None:
    scores = written(facts(result()))["scores"]
    assert analysis.table(scores | {"fiscal_year": 2550}) is None
    assert analysis.table(scores | {"fiscal_year": ""}) is None
    assert analysis.table(scores | {"indicators": []}) is None
    # what is signed is what is printed: no row is dropped, whatever it says
    rows = [
        *scores["indicators"],
        {"seq": 1, "name": "", "score": "10.00"},
        {"seq": 11, "name": "อื่น", "score": "99.00"},
    ]
    odd = analysis.table(scores | {"indicators": [*rows, {"seq": 2, "name": "ว่าง", "score": ""}]})
    assert odd is not None and [(row["number"], row["score"]) for row in odd["others"]] == [(11, Decimal("99.00"))]
    printed = [(row["number"], row["score"]) for one in odd["instruments"] for row in one["rows"]]
    assert len(printed) == 12 and {(1, Decimal("94.86")), (1, Decimal("10.00")), (2, None)} <= set(printed)
    partial = analysis.table(scores | {"indicators": scores["indicators"][:7], "total": ""})
    assert partial is not None and partial["agrees"] is None and partial["computed"].total is None


# --- from result to draft ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_memo_is_written_from_the_result_and_may_be_submitted(cast: Cast) -> None:
    answer = browser(cast.head_of_office).post("/memos/new/from-result/2564/")
    memo = Memo.objects.get(pk=answer["Location"].split("/")[2])
    assert answer["Location"] == f"/memos/{memo.pk}/edit/"
    content = drafts.working_text(memo)
    assert memo.subject == analysis.subject(2564) and memo.author == cast.head_of_office
    assert content["to"] == "นายกองค์การบริหารส่วนตำบลกำแพงแสน"
    assert [row["indicator"] for row in content["plan"]] == [4, 6, 10]
    assert all(row["measures"] and row["steps"] for row in content["plan"])
    assert text.gaps(content, divisions=["op", "fin", "eng", "edu", "phe"], outline=memo.kind.outline) == []
    report = checking.report_on(memo, content, subject=memo.subject, on=DAY)
    assert report is not None and report.findings == ()


@pytest.mark.django_db
def test_an_office_with_one_division_gets_a_plan_of_its_own(cast: Cast) -> None:
    memo = drafts.from_result(2564, by=cast.outsider, now=at())
    assert memo.organization_id == cast.outsider.organization_id
    rows = drafts.working_text(memo)["plan"]
    assert {code for row in rows for code in row["responsible"]} == {"op"}
    assert all(step["responsible"] == ["op"] for row in rows for step in row["steps"])
    assert "๒๕๖๓" in drafts.working_text(memo)["sections"][0]["text"]  # it has last year's


@pytest.mark.django_db
def test_no_result_is_404_and_another_offices_result_is_none(cast: Cast) -> None:
    assert Assessment.objects.filter(fiscal_year=2563).exclude(organization=cast.office).exists()
    count = Memo.objects.count()
    for year in (2563, 2550, 0, 99999):
        assert browser(cast.head_of_office).post(f"/memos/new/from-result/{year}/").status_code == 404
    assert browser(cast.head_of_office).get("/memos/new/from-result/2564/").status_code == 405
    assert Memo.objects.count() == count


@pytest.mark.django_db
def test_who_has_no_seat_in_a_division_is_refused(cast: Cast) -> None:
    assert browser(cast.mayor).post("/memos/new/from-result/2564/").status_code == 403
    with pytest.raises(Refused):
        drafts.from_result(2564, by=cast.mayor, now=at())
    drafts.from_result(2564, by=cast.finance, now=at())  # whoever writes memos may


@pytest.mark.django_db
def test_an_office_without_a_fitting_kind_is_told(cast: Cast) -> None:
    MemoKind.objects.filter(organization=cast.office).update(outline={})
    with pytest.raises(NotNow):
        drafts.from_result(2564, by=cast.head_of_office, now=at())


# --- written again -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_section_is_written_again_and_the_words_come_back_with_undo(cast: Cast) -> None:
    memo = draft_of(cast, real())
    mine = value_at(saved(memo), "sections.0.text")
    press(cast.head_of_office, memo, "generate:sections.0.text")
    assert (
        value_at(saved(memo), "sections.0.text").startswith("ตามที่") and value_at(saved(memo), "sections.0.text") != mine
    )
    assert "๙๗.๓๖" in value_at(saved(memo), "sections.0.text")
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == real()


@pytest.mark.django_db
def test_the_scores_are_taken_from_the_result_and_come_back_with_undo(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), "scores.indicators.1.score", "88.01", "95.01"))
    before = saved(memo)
    press(cast.head_of_office, memo, "generate:scores")
    recorded = results.of_year(cast.office, 2564)
    assert recorded is not None and saved(memo)["scores"] == analysis.scores(recorded, None)
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == before


@pytest.mark.django_db
def test_a_plan_rows_issue_is_written_again(cast: Cast) -> None:
    memo = draft_of(cast, real())
    press(cast.head_of_office, memo, "generate:plan.2.issue")
    assert "๕๐.๐๐" in value_at(saved(memo), "plan.2.issue") and "ต้องแก้ไข" in value_at(saved(memo), "plan.2.issue")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "sections",
        "sections.0",
        "sections.9.text",
        "sections.-1.text",
        "sections.x.text",
        "plan.9.issue",
        "subject",
        "to",
    ],
)
def test_what_is_not_written_from_the_data_is_told_and_typed_words_are_saved(cast: Cast, path: str) -> None:
    memo = draft_of(cast, real())
    typed = changed(real(), "sections.1.text", "ทุก ๆ ปีงบประมาณ", "ทุกปีงบประมาณ")
    client = browser(cast.head_of_office)
    answer = client.post(f"/memos/{memo.pk}/edit/", posted(memo, typed, op=f"generate:{path}"), follow=True)
    assert 'role="alert"' in answer.content.decode() and saved(memo) == text.cleaned(typed)


@pytest.mark.django_db
def test_without_a_result_nothing_is_written_and_no_button_offers_it(cast: Cast) -> None:
    memo = draft_of(cast, real())
    forget_results(cast.office)
    client = browser(cast.head_of_office)
    assert "generate:" not in client.get(f"/memos/{memo.pk}/edit/").content.decode()
    press(cast.head_of_office, memo, "generate:sections.0.text")
    assert saved(memo) == real()


@pytest.mark.django_db
def test_writing_a_draft_takes_as_many_statements_for_many_years(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            drafts.from_result(2564, by=cast.head_of_office, now=at())
        return len(captured)

    statements()
    few = statements()
    for year in (2562, 2563, 2565):
        figures = {number: Decimal(score) for number, score in enumerate(LAST.split(), 1)}
        results.record(cast.office, year, cast.head_of_office, figures, now=at())
    assert statements() == few
    assert Draft.objects.count() > 2


def test_facts_of_another_year_are_written_with_that_year() -> None:
    of = replace(facts(result(year=2565)))
    assert "พ.ศ. ๒๕๖๕" in analysis.subject(of.year) and "พ.ศ. ๒๕๖๖" in written(of)["plan"][0]["title"]
