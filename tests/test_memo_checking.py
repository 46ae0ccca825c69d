"""What the checker reads of a draft, what it is held against, and that the places it names are the draft's own."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import results
from assessments.document import HIGH
from assessments.models import Assessment, IndicatorScore
from demo import document
from memo_flow import analysis, checking, drafts
from memo_flow import content as text
from memo_flow.changes import Change, Gone, value_at
from memo_flow.findings import panel, place_of
from memo_flow.models import Memo
from organization.models import Organization
from tests.cast import DAY, Cast, at

DIVISIONS = {"op": "สำนักปลัด", "fin": "กองคลัง"}


def real() -> text.Content:
    """The office's real memo as a draft."""
    return text.cleaned(document.imported().content)


def changed(content: text.Content, path: str, before: str, after: str) -> text.Content:
    """The draft with one passage replaced, which must stand there."""
    start = str(value_at(content, path)).index(before)
    return Change.put(path, start, before, after).on(content)


def found(content: text.Content, **more: Any) -> list[tuple[str, str, str]]:
    """Rule, section and marked words of everything that is found."""
    arguments = {"subject": "", "divisions": DIVISIONS, "result": None, "dated": DAY}
    report = checking.checked(content, **(arguments | more))
    assert report is not None
    return [
        (one.rule, one.section, str(value_at(content, one.section))[one.start : one.end] if one.end else "")
        for one in report.findings
        if one.section != checking.RESULT
    ]


def forget_results(organization: Organization) -> None:
    rows = Assessment.objects.filter(organization=organization)
    IndicatorScore.objects.filter(assessment__in=rows).delete()
    rows.delete()


# --- what is read ------------------------------------------------------------------------------------------------


def test_every_field_is_a_passage_of_its_own_under_its_heading() -> None:
    content = real()
    read = checking.document_of(content, 2564, subject="เรื่องนี้", divisions=DIVISIONS, dated=DAY)
    passages = {one.section: one for one in read.passages}
    assert passages["subject"].text == "เรื่องนี้"
    for n, section in enumerate(content["sections"]):
        assert passages[f"sections.{n}.text"].text == section["text"]
        assert passages[f"sections.{n}.text"].heading == section["heading"]
    assert passages["proposals.1.text"].text == content["proposals"][1]["text"]
    assert all(str(value_at({**content, "subject": "เรื่องนี้"}, path)) == one.text for path, one in passages.items())
    assert (read.year, read.divisions, read.dated) == (2564, ("สำนักปลัด", "กองคลัง"), DAY)


def test_a_plan_row_is_read_with_the_names_of_its_divisions() -> None:
    row = checking.document_of(real(), 2564, divisions=DIVISIONS).plan[0]
    assert (row.instrument, row.section, row.indicator) == ("IIT", "plan.0", 4)
    assert row.responsible == ("สำนักปลัด", "กองคลัง", "eng", "edu", "phe")  # a code nobody knows stays what it is
    assert (row.period_start, row.period_end, row.due) == (date(2022, 1, 1), date(2022, 9, 30), date(2022, 3, 31))
    assert [step.section for step in row.steps] == ["plan.0.steps.0", "plan.0.steps.1", "plan.0.steps.2"]
    assert len(row.measures) == 2 and row.measures[0].startswith("จัดทำข้อตกลง")


def test_the_table_gives_its_figures_and_an_empty_cell_gives_none() -> None:
    content = real()
    content["scores"]["indicators"][2]["score"] = ""
    scores = checking.scores_of(content)
    assert scores.figures[1].value == Decimal("94.86") and scores.figures[1].section == "scores.indicators.0.score"
    assert 3 not in scores.figures and scores.figures["total"].section == "scores.total"
    assert (scores.figures["IIT"].value, scores.level) == (Decimal("90.05"), "B")


def test_a_memo_without_a_year_or_of_an_unknown_one_is_not_checked() -> None:
    content = real()
    assert checking.year_of(content) == 2564
    for scores in ({"fiscal_year": ""}, {"fiscal_year": 2550}):
        bare = text.cleaned(content | {"scores": content["scores"] | scores})
        assert checking.checked(bare, subject="", divisions={}, result=None, dated=DAY) is None


def test_a_text_of_a_release_before_means_and_last_year_is_read_as_well() -> None:
    content = real()
    old = content | {"scores": {key: content["scores"][key] for key in ("fiscal_year", "total", "level", "indicators")}}
    assert set(checking.scores_of(old).figures) == {*range(1, 11), "total"}
    table = analysis.table(old["scores"])
    assert table is not None and table["instruments"][0]["mean"] == "" and not table["before"]
    assert found(old) is not None


# --- what is found -----------------------------------------------------------------------------------------------


def test_a_figure_that_differs_in_one_passage_is_marked_there() -> None:
    content = real()
    before = found(content)
    wrong = changed(content, "sections.0.text", "๘๖.๙๕", "๘๗.๖๕")
    assert ("R01", "sections.0.text", "๘๗.๖๕") in set(found(wrong)) - set(before)


def test_a_wrong_lowest_a_wrong_level_and_a_wrong_year_are_found() -> None:
    content = real()
    lowest = changed(content, "sections.0.text", "ตัวชี้วัดที่ ๖ คุณภาพการดำเนินงาน มี", "ตัวชี้วัดที่ ๗ ประสิทธิภาพการสื่อสาร มี")
    assert "R05" in {rule for rule, _section, _words in set(found(lowest)) - set(found(content))}
    level = changed(content, "sections.0.text", "ระดับ B", "ระดับ A")
    assert "R04" in {rule for rule, _section, _words in set(found(level)) - set(found(content))}


@pytest.mark.django_db
def test_a_figure_other_than_the_recorded_one_names_the_recorded_one(cast: Cast) -> None:
    result = results.of_year(cast.office, 2564)
    assert result is not None
    content = text.cleaned(real() | {"scores": analysis.scores(result, None)})
    content = changed(content, "scores.indicators.1.score", "88.01", "89.01")
    content = changed(content, "scores.means.EIT", "97.49", "97.94")
    content = changed(content, "scores.level", "B", "A")
    recorded = results.scores_of(result)
    stated = {
        one.section: (one.stated, one.expected, one.suggestion) for one in checking.differences(content, recorded, 2564)
    }
    assert stated == {
        "scores.indicators.1.score": ("89.01", "88.01", "88.01"),
        "scores.means.EIT": ("97.94", "97.49", "97.49"),
        "scores.level": ("A", "B", "B"),
    }


def of_scores(cast: Cast, change: Any) -> list[tuple[str, str, str, str]]:
    """What is high in a table that was taken from the recorded result and then changed."""
    result, before = results.with_previous(cast.office, 2564)
    assert result is not None
    scores = analysis.scores(result, before)
    change(scores)
    content = text.cleaned(real() | {"scores": scores})
    found = checking.differences(content, results.scores_of(result), 2564, before)
    return [(one.rule, one.section, one.stated, one.expected) for one in found if one.severity == HIGH]


def added(number: int, score: str) -> Any:
    return lambda scores: scores["indicators"].append({"seq": number, "name": "", "score": score})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda scores: None, []),
        (lambda scores: scores["indicators"].pop(7), [("R01", "scores", "", "97.36")]),
        (lambda scores: scores.update(total=""), [("R01", "scores.total", "", "82.14")]),
        (lambda scores: scores.update(level=""), [("R01", "scores.level", "", "B")]),
        (
            lambda scores: scores["indicators"][0].update(name="การใช้งบประมาณ"),
            [("R08", "scores.indicators.0.name", "การใช้งบประมาณ", "การปฏิบัติหน้าที่")],
        ),
        (added(11, "99.00"), [("R01", "scores.indicators.10.score", "99.00", "")]),
        (
            added(1, "10.00"),
            [
                ("R01", "scores.indicators.10.score", "10.00", ""),
                ("R01", "scores.indicators.10.score", "10.00", "94.86"),
            ],
        ),
        (
            lambda scores: scores["before"].append({"seq": 1, "score": "12.00"}),
            [("R01", "scores", "12.00", "")],
        ),
    ],
)
def test_the_table_is_held_against_its_year_both_ways(cast: Cast, change: Any, expected: Any) -> None:
    assert of_scores(cast, change) == expected


@pytest.mark.django_db
def test_last_years_scores_are_held_against_the_recorded_ones(cast: Cast) -> None:
    scores = {n: Decimal("80.00") for n in range(1, 11)}
    results.record(cast.office, 2563, cast.head_of_office, scores, now=at())
    assert of_scores(cast, lambda scores: None) == []
    forged = of_scores(cast, lambda scores: scores["before"][0].update(score="99.00"))
    assert forged == [("R01", "scores", "99.00", "80.00")]


def test_rows_the_year_does_not_have_are_found_without_a_recorded_result() -> None:
    content = real()
    before = found(content)
    content["scores"]["indicators"] += [{"seq": 11, "name": "", "score": "99.00"}, {"seq": 1, "name": "", "score": ""}]
    new = set(found(content)) - set(before)
    assert ("R01", "scores.indicators.10.score", "99.00") in new and ("R01", "scores.indicators.11.score", "") in new


@pytest.mark.django_db
def test_the_text_is_held_against_the_recorded_result_and_another_offices_is_none_of_it(cast: Cast) -> None:
    memo = cast.draft()
    with_result = checking.report_on(memo, real(), subject=memo.subject, on=DAY)
    assert with_result is not None
    assert "scores.indicators.7.score" in {one.section for one in with_result.findings if one.severity == HIGH}
    forget_results(cast.office)  # the neighbour's stay
    assert Assessment.objects.exists()
    without = checking.report_on(memo, real(), subject=memo.subject, on=DAY)
    assert without is not None and "scores.indicators.7.score" not in {one.section for one in without.findings}


@pytest.mark.django_db
def test_the_day_of_a_memo_is_that_of_its_first_submission(cast: Cast) -> None:
    assert checking.dated(cast.draft(), date(2021, 12, 1)) == date(2021, 12, 1)
    assert checking.dated(Memo.objects.get(pk=cast.returned().pk), date(2021, 12, 1)) == DAY


@pytest.mark.django_db
def test_a_check_costs_three_statements_however_long_the_memo(cast: Cast) -> None:
    key, content = cast.draft().pk, real()
    long = text.cleaned(
        content | {"plan": content["plan"] * 6, "sections": content["sections"] * 4, "report": content["report"] * 2}
    )

    def statements(body: text.Content) -> int:
        memo = Memo.objects.select_related("organization").get(pk=key)  # anew: an office keeps its divisions' names
        with CaptureQueriesContext(connection) as captured:
            assert checking.report_on(memo, body, subject=memo.subject, on=DAY) is not None
        return len(captured)

    assert statements(long) == statements(content) == 3


# --- places ------------------------------------------------------------------------------------------------------

_ODD = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "๐๑๒๓๔๕๖๗๘๙0123456789.%() \n\t-–/|กขตัวชี้วัดที่คะแนนเท่ากับนํา ำ\u200b\u200d\ufeff\u0e4d\u0e32👍🏽👩‍👩‍👧𝟗𝟎é"
        ),
        st.characters(blacklist_categories=("Cs", "Cc")),
    ),
    max_size=300,
)
_PIECE = st.sampled_from(
    [
        "ตัวชี้วัดที่ ๑ การปฏิบัติหน้าที่ ๙๔.๘๖ คะแนน ",
        "ตัวชี้วัดที่ ๘ การปรับปรุงระบบการทํางาน เท่ากับ ๙๗.๓๐ ",
        "คะแนนรวม ๘๖.๑๕ อยู่ในระดับ A ",
        "ปีงบประมาณ พ.ศ. ๒๕๖๖ ข้อ ๐๔๖ ",
        "31 มีนาคม 2565",
    ]
)


@given(
    st.lists(st.one_of(_ODD, _PIECE), min_size=1, max_size=6).map("".join),
    st.lists(st.one_of(_ODD, _PIECE)).map("".join),
)
@settings(deadline=None, max_examples=150)
def test_whatever_is_written_marks_lie_inside_it_and_the_marked_text_is_the_text(passage: str, issue: str) -> None:
    content = real()
    content["sections"][0]["text"] = passage
    content["plan"][0]["issue"] = issue
    content = text.legible(content)
    report = checking.checked(content, subject=passage[:200], divisions=DIVISIONS, result=None, dated=DAY)
    assert report is not None
    body = {**content, "subject": passage[:200]}
    for one in report.findings:
        try:
            value = value_at(body, one.section)
        except Gone:
            assert one.section == checking.RESULT
            continue
        if isinstance(value, str):
            assert 0 <= one.start <= one.end <= len(value)
    shown = panel([one.as_data() for one in report.findings], body)
    for one in shown.findings:
        if one.op:
            change = Change.of(one.op)
            assert change.undo.on(change.on(body)) == body
    for path, parts in shown.by_field.items():
        whole = value_at(body, path)
        assert all(part.text in whole for part in parts if part.findings)


def test_overlapping_marks_are_cut_where_they_begin_and_end() -> None:
    def data(start: int, end: int, severity: str) -> dict[str, Any]:
        place = {"section": "subject", "start": start, "end": end}
        words = {"message": "", "message_en": "", "stated": "", "expected": "", "resolve": "human", "suggestion": ""}
        return {"rule": "R01", "severity": severity, "where": place, "line": 0, **words}

    shown = panel(
        [data(2, 6, "low"), data(4, 9, "high"), data(50, 60, "low"), data(0, 0, "medium")], real(), subject="กขคงจฉชซฌญ"
    )
    assert [(part.text, part.severity) for part in shown.by_field["subject"]] == [
        ("กข", ""),
        ("คง", "low"),
        ("จฉ", "high"),
        ("ชซฌ", "high"),
        ("ญ", ""),
    ]
    assert [one.data["severity"] for one in shown.findings] == ["high", "medium", "low", "low"]
    assert [one.marked for one in shown.findings] == ["จฉชซฌ", "", "คงจฉ", ""]


def test_a_place_is_named_as_a_reader_calls_it() -> None:
    content = real()
    names = {
        path: place_of(path, content)
        for path in ("sections.0.text", "plan.1.steps.0", "plan.2.issue", "scores.indicators.7.score", "subject", "x")
    }
    assert names["sections.0.text"].endswith("เรื่องเดิม") and "EIT" in names["plan.1.steps.0"]
    assert len(set(names.values())) == len(names)


@pytest.mark.django_db
def test_a_new_draft_of_the_kind_is_not_checked_before_it_has_a_year(cast: Cast) -> None:
    memo = drafts.create(kind=cast.kind, by=cast.head_of_office, now=at())
    assert checking.report_on(memo, drafts.working_text(memo), subject="", on=DAY) is None
