"""The words of the printed report: beside the memo's sections, written from the data, checked, and read by deciders."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments.results import Announced
from demo import document
from memo_flow import analysis, checking, drafts
from memo_flow import content as text
from memo_flow.changes import value_at
from memo_flow.findings import place_of
from memo_flow.forms import changed as pressed
from memo_flow.models import Draft, Memo, MemoKind
from organization.refusals import Stale
from tests.cast import DAY, Cast, at, fresh, short_text
from tests.test_analysis import ANNOUNCED, REAL, facts, findings, result, written
from tests.test_apply import button, press, saved
from tests.test_findings_page import browser, draft_of
from tests.test_memo_checking import DIVISIONS, changed, found, real
from tests.test_submit import submit

ORDER = [
    *("foreword", "background", "overall", "indicators"),
    *("suggestions", "suggestions_1", "suggestions_2", "suggestions_3"),
]
GROUP = 'id="report" aria-labelledby="report.name"'
DETAILS = '<details class="report noprint">'


def told(content: text.Content) -> dict[str, str]:
    """Section of the report -> its text."""
    return {one["id"]: one["text"] for one in content["report"]}


def without_report(content: text.Content) -> text.Content:
    """A text as it was kept before there were reports."""
    return {key: value for key, value in content.items() if key != "report"}


def edit_page(cast: Cast, memo: Memo) -> str:
    answer = browser(cast.head_of_office).get(f"/memos/{memo.pk}/edit/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def memo_page(user: Any, memo: Memo) -> str:
    answer = browser(user).get(f"/memos/{memo.pk}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- the real document -------------------------------------------------------------------------------------------


def test_the_import_takes_the_reports_words_in_the_order_of_the_document() -> None:
    assert [one["id"] for one in real()["report"]] == ORDER
    source, words = document.source()["report"], told(real())
    by_id = {one["id"]: one for one in source["sections"]}
    parts = by_id["suggestions"]["subsections"]
    assert words["foreword"].split("\n") == [one.strip() for one in source["foreword"]["paragraphs_th"]]
    assert words["background"].split("\n") == [one.strip() for one in by_id["background"]["paragraphs_th"]]
    assert words["overall"] == by_id["overall_result"]["text_th"].strip()
    assert [words["suggestions_1"], words["suggestions_2"]] == [one["text_th"].strip() for one in parts[:2]]
    lines = words["suggestions_3"].split("\n")
    assert [line[:17] for line in lines] == ["๑. ด้าน IIT พบว่า", "๒. ด้าน EIT พบว่า", "๓. ด้าน OIT พบว่า"]
    assert all(line.endswith(one["text_th"].strip()) for line, one in zip(lines, parts[2]["items"], strict=True))


def test_headings_bear_the_numbers_of_the_document_and_stand_alone_where_it_has_no_words() -> None:
    headings = [one["heading"].split(" ")[0] for one in real()["report"]]
    assert headings == ["คำนำ", "ความเป็นมาของการประเมิน", "๑.", "๒.", "๓.", "๓.๑", "๓.๒", "๓.๓"]
    assert [one["id"] for one in real()["report"] if not one["text"]] == ["indicators", "suggestions"]


def test_the_checker_finds_two_more_true_things_in_the_reports_words() -> None:
    more = set(found(real())) - set(found(without_report(real())))
    assert more == {
        ("R14", "report.5.text", "รักษามาตรฐานไว้"),  # 82.14 is below the target
        ("R13", "report.7.text", "ให้บุคคลภายนอกหน่วยงานทราบ"),  # the plan tells those inside
    }
    assert set(found(without_report(real()))) < set(found(real()))


@pytest.mark.django_db
def test_each_office_finds_its_own_name_in_the_headings_of_its_kind(cast: Cast) -> None:
    kinds = MemoKind.objects.filter(code="ita-analysis").select_related("organization")
    assert kinds.count() == 2
    for kind in kinds:
        assert [one["id"] for one in kind.outline["report"]] == ORDER
        named = [one["heading"] for one in kind.outline["report"] if "องค์การบริหารส่วนตำบล" in one["heading"]]
        assert len(named) == 2 and all(kind.organization.name_th in heading for heading in named)


# --- what a draft may hold ---------------------------------------------------------------------------------------


def test_a_new_draft_has_the_reports_headings_and_a_kind_without_any_has_none() -> None:
    outline = {"report": [{"id": "foreword", "heading": "คำนำ"}]}
    blank = text.blank(outline, to="", agency="")
    assert blank["report"] == [{"id": "foreword", "heading": "คำนำ", "text": ""}]
    assert text.blank({}, to="", agency="")["report"] == [] == text.cleaned(short_text())["report"]


@pytest.mark.parametrize(
    ("report", "path"),
    [
        ([{}] * 21, "report"),
        ([{"text": "ก" * 20_001}], "report.0.text"),
        ([{}, {"heading": "ก" * 501}], "report.1.heading"),
        ([{"text": "\x00"}], "report.0.text"),
    ],
)
def test_the_report_has_the_limits_of_the_sections(report: list[dict[str, str]], path: str) -> None:
    for group in ("report", "sections"):
        with pytest.raises(ValidationError) as refused:
            text.cleaned({group: report})
        assert list(refused.value.message_dict) == [path.replace("report", group)]
    assert len(text.legible({"report": report})["report"]) <= 20


def test_sections_of_the_report_are_added_moved_and_removed_like_the_memos() -> None:
    content = pressed({}, "add:report")
    assert content == {"report": [text.BLANK["report"]]}
    content = pressed({"report": [{"id": name} for name in "abc"]}, "down:report.0")
    assert [one["id"] for one in content["report"]] == ["b", "a", "c"]
    assert [one["id"] for one in pressed(content, "remove:report.1")["report"]] == ["b", "c"]


def test_a_report_without_words_is_no_gap() -> None:
    content = real()
    for one in content["report"]:
        one["text"] = ""
    outline = {"report": content["report"]}
    for body in (content, content | {"report": []}, without_report(content)):
        assert text.gaps(body, divisions=["op", "fin", "eng", "edu", "phe"], outline=outline) == []


# --- written from the data ---------------------------------------------------------------------------------------


def test_every_word_of_a_new_report_is_written_but_under_a_heading_alone() -> None:
    content = written(facts(result(announced=ANNOUNCED)))
    assert list(told(content)) == list(analysis.REPORTED) and all(told(content).values())
    alone = {"report": [{"id": "suggestions", "heading": "๓."}, {"id": "own", "heading": "อื่น"}]}
    blank = text.blank(alone, to="", agency="")
    assert set(told(analysis.draft(facts(result()), blank, [], on=DAY)).values()) == {""}


def test_a_new_report_says_the_years_instruments_figures_and_what_is_below_the_target() -> None:
    words = told(written(facts(result(announced=ANNOUNCED))))
    assert "๓ แบบ รวม ๑๐ ตัวชี้วัด" in words["background"]
    assert "(EIT) จำนวน ๓ ตัวชี้วัด ได้แก่ ตัวชี้วัดที่ ๖ คุณภาพการดำเนินงาน" in words["background"]
    assert "มีคะแนนรวม ๘๒.๑๔ คะแนน อยู่ในระดับ B" in words["overall"] and "(OIT) ๖๔.๗๑ คะแนน" in words["overall"]
    assert "ต่ำกว่าเป้าหมาย ๘๕.๐๐ คะแนน หน่วยงานต้องปรับปรุง" in words["suggestions_1"]
    assert words["suggestions_1"].endswith("ตัวชี้วัดที่ ๙ การเปิดเผยข้อมูล และตัวชี้วัดที่ ๑๐ การป้องกันการทุจริต")
    assert "(EIT) มีค่าคะแนนเท่ากับ ๙๗.๔๙ คะแนน" in words["suggestions_2"]
    iit, _eit, oit, _where = words["suggestions_3"].split("\n")
    assert iit.startswith("๑. ด้าน IIT พบว่า ผลคะแนนของตัวชี้วัดด้านการใช้ทรัพย์สินของทางราชการ มีค่าต่ำสุด เท่ากับ ๘๖.๙๕ คะแนน")
    assert "๗๙.๔๒ คะแนน อยู่ในเกณฑ์ต้องปรับปรุง และ" in oit and oit.endswith("๕๐.๐๐ คะแนน อยู่ในเกณฑ์ต้องแก้ไข")


def test_figures_of_the_report_have_thai_digits_only() -> None:
    words = "".join(told(written(facts(result(announced=ANNOUNCED), result(REAL, 2563)))).values())
    assert "๒๕๖๓" in words and not any(letter in words for letter in "0123456789")


def test_at_the_target_the_standard_is_kept_and_just_below_it_is_not() -> None:
    at_target = told(written(facts(result(" ".join(["85.00"] * 10)))))["suggestions_1"]
    assert "ไม่ต่ำกว่าเป้าหมาย ๘๕.๐๐ คะแนน หน่วยงานควรรักษาระดับ" in at_target
    assert at_target.endswith("ทุกตัวชี้วัดถึงเป้าหมาย")
    below = told(written(facts(result(" ".join(["84.99"] * 10)))))["suggestions_1"]
    assert "รักษา" not in below and below.count("ตัวชี้วัดที่ ") == 10


def test_a_total_that_was_announced_is_judged_as_announced() -> None:
    of = facts(result(" ".join(["85.00"] * 10), announced=Announced(Decimal("84.99"), "B")))
    assert "๘๔.๙๙ คะแนน อยู่ในระดับ B ต่ำกว่าเป้าหมาย" in told(written(of))["suggestions_1"]


def test_a_figure_changed_in_the_report_is_found_in_the_report() -> None:
    of = facts(result(announced=ANNOUNCED))
    wrong = changed(written(of), "report.6.text", "๘๖.๙๕", "๘๗.๖๕")
    assert [(one.rule, one.section, one.expected) for one in findings(of, wrong)] == [("R01", "report.6.text", "86.95")]


# --- checked, applied, written again -----------------------------------------------------------------------------


def test_the_checker_reads_the_report_under_its_headings() -> None:
    content = real()
    read = checking.document_of(content, 2564, divisions=DIVISIONS, dated=DAY)
    passages = {one.section: one for one in read.passages if one.section.startswith("report")}
    assert [(f"report.{n}.text", one["heading"], one["text"]) for n, one in enumerate(content["report"])] == [
        (path, one.heading, one.text) for path, one in passages.items()
    ]


def test_a_place_in_the_report_is_named_with_its_heading() -> None:
    content = real()
    assert place_of("report.0.text", content).endswith(" คำนำ")
    assert place_of("report.0.text", content) != place_of("sections.0.text", content)
    assert place_of("report.9.text", content) == place_of("report.9.text", without_report(content))


@pytest.mark.django_db
def test_a_suggestion_is_applied_in_the_report_and_undone(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), "report.7.text", "๘๖.๙๕", "๘๗.๖๕"))
    before = saved(memo)
    answer = press(cast.head_of_office, memo, button(browser(cast.head_of_office), memo, "report.7.text"))
    assert answer["Location"].endswith("/edit/#report.7.text") and saved(memo) == real()
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == before


@pytest.mark.django_db
def test_a_section_of_the_report_is_written_again_and_comes_back_with_undo(cast: Cast) -> None:
    memo = draft_of(cast, real())
    page = edit_page(cast, memo)
    assert [n for n in range(8) if f"generate:report.{n}.text" in page] == [0, 1, 2, 3, 5, 6, 7]
    press(cast.head_of_office, memo, "generate:report.5.text")
    assert "ต่ำกว่าเป้าหมาย" in value_at(saved(memo), "report.5.text")
    assert saved(memo)["sections"] == real()["sections"]
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == real()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["report", "report.4.text", "report.9.text", "report.x.text", "report.0.heading"])
def test_what_the_data_do_not_say_of_the_report_changes_nothing(cast: Cast, path: str) -> None:
    memo = draft_of(cast, real())
    answer = press(cast.head_of_office, memo, f"generate:{path}")
    assert answer.status_code == 302 and saved(memo) == real()


@pytest.mark.django_db
def test_a_memo_from_a_result_has_its_report_written_under_the_kinds_headings(cast: Cast) -> None:
    content = drafts.working_text(drafts.from_result(2564, by=cast.head_of_office, now=at()))
    assert [one["heading"] for one in content["report"]] == [one["heading"] for one in cast.kind.outline["report"]]
    assert [one["id"] for one in content["report"] if not one["text"]] == ["suggestions"]
    assert cast.office.name_th in told(content)["foreword"]


# --- on the pages ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_editor_has_the_report_where_the_kind_or_the_text_has_one(cast: Cast) -> None:
    plain = MemoKind.objects.create(
        organization=cast.office, code="plain", name_th="ทั่วไป", name_en="Plain", route=cast.kind.route, outline={}
    )
    without = cast.draft()
    Draft.objects.filter(memo=without).update(content=without_report(real()))
    assert GROUP in edit_page(cast, without)  # an older draft of a kind that has one by now
    memo = drafts.create(kind=plain, by=cast.head_of_office, now=at(), content=text.cleaned(short_text()))
    assert GROUP not in edit_page(cast, memo)
    own = short_text() | {"report": [{"id": "x", "heading": "หัวข้อ", "text": ""}]}
    memo = drafts.create(kind=plain, by=cast.head_of_office, now=at(), content=text.cleaned(own))
    assert GROUP in edit_page(cast, memo)


@pytest.mark.django_db
def test_the_editor_adds_and_moves_sections_of_the_report_over_the_page(cast: Cast) -> None:
    memo = draft_of(cast, real())
    answer = press(cast.head_of_office, memo, "add:report")
    assert answer["Location"].endswith("#report.new") and 'id="report.new"' in edit_page(cast, memo)
    assert [one["id"] for one in saved(memo)["report"]] == [*ORDER, ""]
    press(cast.head_of_office, memo, "up:report.8")
    press(cast.head_of_office, memo, "remove:report.7")
    assert saved(memo) == real()


@pytest.mark.django_db
def test_deciders_read_the_reports_words_below_the_paper_where_there_are_any(cast: Cast) -> None:
    memo = cast.submitted()
    page = memo_page(cast.permanent_secretary, memo)
    assert DETAILS in page and page.index(DETAILS) > page.index('id="annex"')
    words = page[page.index(DETAILS) :]
    for one in real()["report"]:
        assert one["heading"] in words and all(line in words for line in one["text"].split("\n"))
    assert DETAILS not in memo_page(cast.head_of_office, draft_of(cast, real() | {"report": []}))
    headings = text.blank(cast.kind.outline, to="", agency="")["report"]
    assert DETAILS not in memo_page(cast.head_of_office, draft_of(cast, real() | {"report": headings}))


@pytest.mark.django_db
def test_words_of_the_report_are_escaped(cast: Cast) -> None:
    hostile = [{"id": "x", "heading": "<b>หัวข้อ", "text": "<script>alert(1)</script>"}]
    memo = draft_of(cast, real() | {"report": hostile})
    for page in (memo_page(cast.head_of_office, memo), edit_page(cast, memo)):
        assert "<script>alert" not in page and "<b>หัวข้อ" not in page and "&lt;script&gt;alert" in page


@pytest.mark.django_db
def test_a_text_of_before_the_reports_is_shown_edited_and_submitted_as_ever(cast: Cast) -> None:
    memo = draft_of(cast, real())
    Draft.objects.filter(memo=memo).update(content=without_report(real()))
    for page in ("", "edit/", "submit/"):
        assert browser(cast.head_of_office).get(f"/memos/{memo.pk}/{page}").status_code == 200
    assert place_of("report.0.text", without_report(real())) != ""
    submit(cast, memo, reason=document.REASON)
    assert "report" not in memo.revisions.get().content and fresh(memo).state == "in_review"
    assert DETAILS not in memo_page(cast.permanent_secretary, memo)
    assert "report" not in drafts.working_text(memo)


@pytest.mark.django_db
def test_who_saved_second_reads_the_first_ones_report(cast: Cast) -> None:
    memo = draft_of(cast, real())
    theirs = changed(real(), "report.0.text", "ตามที่", "คำของเขา")
    drafts.revise(memo.pk, by=cast.head_of_office, subject="เรื่อง", content=theirs, version=1, now=at())
    with pytest.raises(Stale):
        drafts.revise(memo.pk, by=cast.head_of_office, subject="เรื่อง", content=real(), version=1, now=at())
    answer = press(cast.head_of_office, memo, "save", real(), version="1")
    page = answer.content.decode()
    assert answer.status_code == 409 and "คำของเขา" in page[page.index('class="theirs"') : page.index('id="frame"')]
