"""The draft editor: its buttons, its hostile fields, what may be kept, and two people writing at once."""

import json
from copy import deepcopy
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import chain
from demo import document
from memo_flow import content as text
from memo_flow import drafts
from memo_flow.forms import changed, parsed
from memo_flow.models import Draft, Memo
from organization.refusals import NotNow, Refused, Stale
from tests.cast import Cast, at, fresh, short_text


def posted(**fields: Any) -> dict[str, Any]:
    """What the editor understands of these fields (`__` for a dot)."""
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name.replace("__", "."), value if isinstance(value, list) else [value])
    return parsed(query)


def named(fields: dict[str, Any]) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return parsed(query)


def fields_of(node: Any, path: str = "") -> dict[str, list[str]]:
    """A draft as the editor's page would post it."""
    if isinstance(node, dict):
        items = [(f"{path}.{key}" if path else key, value) for key, value in node.items()]
    elif (
        isinstance(node, list)
        and path.rsplit(".", 1)[-1] not in ("responsible",)
        and (not node or isinstance(node[0], dict))
    ):
        items = [(f"{path}.{n}", value) for n, value in enumerate(node)]
    else:
        return {path: [str(one) for one in node] if isinstance(node, list) else [str(node)]}
    return {name: value for where, one in items for name, value in fields_of(one, where).items()}


class Fields(HTMLParser):
    """What a browser would post of the form of this class on a page."""

    def __init__(self, page: str, form: str) -> None:
        super().__init__()
        self.form, self.inside, self.area, self.select = form, False, "", ""
        self.found: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.inside = self.form in said.get("class", "").split()
        if not self.inside:
            return
        if tag == "option" and self.select and "selected" in said:
            self.found[self.select] = [said["value"]]
        if not (name := said.get("name", "")):
            return
        if tag == "textarea":
            self.area, self.found[name] = name, [""]
        elif tag == "select":
            self.select, self.found[name] = name, [""]
        elif tag == "input" and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self.found.setdefault(name, []).append(said.get("value", "on"))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def measures(*words: str) -> dict[str, Any]:
    """One plan row with these measures, and steps that serve the 1st, the 1st and 3rd, and none yet."""
    steps = [
        {"text": f"ขั้น {n}", "measures": served, "responsible": ["op"]} for n, served in enumerate(([1], [1, 3], []))
    ]
    return {"plan": [{"measures": [{"text": w} for w in words], "steps": steps}]}


def said(content: dict[str, Any]) -> tuple[list[str], list[list[int]]]:
    row = content["plan"][0]
    return [m["text"] for m in row["measures"]], [s["measures"] for s in row["steps"]]


# --- from fields to a draft --------------------------------------------------------------------------------------


def test_a_page_posts_back_the_document_it_shows() -> None:
    content = text.cleaned(document.imported().content)
    assert text.cleaned(named(fields_of(content))) == content


def test_blocks_come_in_the_order_of_their_places_with_gaps_closed() -> None:
    content = posted(proposals__10__text="ค", proposals__2__text="ข", proposals__0__text="ก")
    assert [p["text"] for p in content["proposals"]] == ["ก", "ข", "ค"]


def test_checkboxes_come_several_times_and_other_fields_once() -> None:
    content = posted(plan__0__responsible=["op", "fin"], plan__0__title=["หนึ่ง", "สอง"])
    assert content["plan"][0] == {"responsible": ["op", "fin"], "title": "สอง"}


HOSTILE: list[dict[str, Any]] = [
    {"scores": "x"},
    {"sections": "x"},
    {"report": "x"},
    {"report.0": "x"},
    {"plan": "x"},
    {"plan.0": "x"},
    {"plan.0.measures": "1"},
    {"plan.0.steps": "x", "plan.0.measures.0.text": "ก"},
    {"plan.0.steps.a.text": "x", "plan.0.measures.0.text": "ก"},
    {"plan.x.title": "1"},
    {"plan.0.title.0.x": "1"},
    {"plan.0.responsible.0.x": "1"},
    {"plan.0.responsible": ["\x00"]},
    {"plan.0.responsible": ["\ud800"]},
    {"plan.0.measures.0.text": "ก", "plan.0.steps.0.measures": ["²", "1"]},
    {"plan.0.measures.0.text": "ก", "plan.0.steps.0.measures": ["9" * 5000]},
    {"plan.0.steps.0.measures.0.text": "x"},
    {"plan.0.indicator": "9" * 5000},
    {"plan.0.indicator": "²"},
    {"plan.0.period_start": "2021-13-41"},
    {"scores.indicators.0.score": "NaN"},
    {"scores.indicators.0.score": "1e400"},
    {"scores.indicators.0.seq": "-1"},
    {"scores.indicators": "x"},
    {"proposals.0.text.x": "1", "proposals.0.text": "2"},
    {"": "x", ".": "y", "...": "z"},
    {".".join("a" * 300): "deep"},
    {f"plan.{n}.title": "ก" for n in range(1000)},
    {"__class__.__init__": "x", "plan.-1.title": "x", "plan.٣.title": "x"},
    {"urgency": "now!"},
    {"to": "ก" * 1_000_000},
    {"version": "x", "csrfmiddlewaretoken": "x", "op": "x"},
]


@pytest.mark.parametrize("fields", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("op", ["save", "remove:plan.0.measures.0", "add:plan", "down:plan.0.steps.0"])
def test_hostile_fields_are_a_form_error_or_are_dropped(fields: dict[str, Any], op: str) -> None:
    try:
        kept = text.cleaned(changed(named(fields), op))
    except ValidationError as error:
        assert all(error.message_dict.values())
        return
    assert set(kept) == set(text.blank({}, to="", agency=""))
    assert "\\u0000" not in json.dumps(kept) and "\\ud800" not in json.dumps(kept)
    json.dumps(kept, ensure_ascii=False).encode()


@given(
    st.dictionaries(
        st.lists(
            st.sampled_from(
                [
                    "plan",
                    "0",
                    "1",
                    "measures",
                    "steps",
                    "responsible",
                    "sections",
                    "report",
                    "scores",
                    "indicators",
                    "text",
                    "score",
                    "seq",
                    "x",
                ]
            ),
            min_size=1,
            max_size=6,
        ).map(".".join),
        st.lists(st.sampled_from(["", "1", "๒", "²", "x", "2021-09-14", "86.5"]), min_size=1, max_size=2),
        max_size=8,
    ),
    st.sampled_from(["remove", "up", "down", "add", "save"]),
    st.sampled_from(
        [
            "plan",
            "plan.0",
            "plan.0.measures",
            "plan.0.measures.0",
            "plan.0.steps.1",
            "sections.0",
            "report",
            "report.0",
            "",
            "x.y",
        ]
    ),
)
@settings(deadline=None, max_examples=200)
def test_no_fields_and_no_button_break_the_editor(fields: dict[str, list[str]], verb: str, path: str) -> None:
    try:
        text.cleaned(changed(named(fields), f"{verb}:{path}"))
    except ValidationError as error:
        assert error.message_dict


# --- the buttons -------------------------------------------------------------------------------------------------


def test_a_measure_moves_and_the_steps_that_serve_it_follow() -> None:
    before = measures("ก", "ข", "ค")
    assert said(changed(before, "up:plan.0.measures.2")) == (["ก", "ค", "ข"], [[1], [1, 2], []])
    assert said(changed(before, "down:plan.0.measures.0")) == (["ข", "ก", "ค"], [[2], [2, 3], []])
    assert said(changed(before, "remove:plan.0.measures.1")) == (["ก", "ค"], [[1], [1, 2], []])
    assert said(changed(before, "add:plan.0.measures")) == (["ก", "ข", "ค", ""], [[1], [1, 3], []])
    assert before == measures("ก", "ข", "ค")


def test_a_step_whose_only_measure_is_removed_serves_none_and_submission_says_so() -> None:
    content = text.cleaned(changed(measures("ก", "ข", "ค"), "remove:plan.0.measures.0"))
    assert content["plan"][0]["steps"][0]["measures"] == []
    assert "plan.0.steps.0.measures" in {gap.path for gap in text.gaps(content, divisions=["op"], outline={})}


@pytest.mark.parametrize("served", [None, [], "", ["2"], ["1"]])
def test_the_steps_of_a_row_with_one_measure_serve_it_whatever_is_posted(served: Any) -> None:
    """The page asks nothing where there is nothing to choose."""
    fields = {"plan.0.measures.0.text": "ก", "plan.0.steps.0.text": "ขั้น", "plan.0.steps.0.responsible": "op"}
    content = text.cleaned(named(fields if served is None else {**fields, "plan.0.steps.0.measures": served}))
    assert said(content) == (["ก"], [[1]])
    assert "plan.0.steps.0.measures" not in {gap.path for gap in text.gaps(content, divisions=["op"], outline={})}


def test_a_second_measure_leaves_the_steps_with_the_first_and_one_that_is_left_has_them_all() -> None:
    two = text.cleaned(changed(text.cleaned(measures("ก")), "add:plan.0.measures"))
    assert said(two) == (["ก", ""], [[1], [1], [1]])
    one = text.cleaned(changed(two, "remove:plan.0.measures.0"))
    assert said(one) == ([""], [[1], [1], [1]])


def test_a_plan_is_of_one_fiscal_year() -> None:
    content = text.cleaned(document.imported().content)
    codes = [one["id"] for one in document.source()["divisions"]]

    def wrong() -> list[str]:
        with override("en"):
            gaps = text.gaps(content, divisions=codes, outline={})
        return [gap.path for gap in gaps if "fiscal year" in gap.message and gap.path.startswith("plan")]

    assert wrong() == [] and text.year_of_plan(content) == 2565
    content["plan"][1] |= {"period_start": "2022-10-01", "period_end": "2023-03-31", "follow_up_due": "2023-03-31"}
    assert wrong() == ["plan.1.period_start"]
    content["plan"][0]["period_start"] = ""
    assert wrong() == ["plan.2.period_start"], "the first that is there says which year it is"


def test_steps_and_blocks_are_added_removed_and_moved() -> None:
    content = measures("ก")
    assert [s["text"] for s in changed(content, "down:plan.0.steps.0")["plan"][0]["steps"]] == ["ขั้น 1", "ขั้น 0", "ขั้น 2"]
    assert [s["text"] for s in changed(content, "remove:plan.0.steps.1")["plan"][0]["steps"]] == ["ขั้น 0", "ขั้น 2"]
    assert changed(content, "add:plan.0.steps")["plan"][0]["steps"][3] == text.BLANK["steps"] | {"measures": [1]}
    assert changed(content, "add:plan")["plan"][1] == text.BLANK["plan"]
    assert changed(content, "remove:plan.0")["plan"] == []
    scores = {"scores": {"indicators": [{"seq": 1}]}}
    assert changed(scores, "add:scores.indicators")["scores"]["indicators"][1]["seq"] == 2


def test_a_new_block_is_its_own() -> None:
    content = changed(changed({"plan": []}, "add:plan"), "add:plan")
    content["plan"][0]["measures"][0]["text"] = "ก"
    assert content["plan"][1]["measures"][0]["text"] == ""


@pytest.mark.parametrize(
    "op",
    [
        "save",
        "",
        "remove",
        "remove:",
        "remove:plan",
        "remove:plan.7",
        "remove:plan.-1",
        "remove:plan.x",
        "up:plan.0.measures.0",
        "down:plan.0.measures.2",
        "up:plan.0.measures.9",
        "up:plan.0.nothing.0",
        "down:plan.0.measures.²",
        "remove:" + "9" * 5000,
        "add:nothing",
        "add:plan.0",
        "add:plan.0.responsible",
        "add:__class__",
        "explode:plan.0",
        "remove:" + ".".join("0" * 1000),
    ],
)
def test_a_stale_or_forged_button_changes_nothing(op: str) -> None:
    before = measures("ก", "ข", "ค")
    assert text.cleaned(changed(deepcopy(before), op)) == text.cleaned(before)


def test_no_more_blocks_are_added_than_may_be_kept() -> None:
    full = {"plan": [deepcopy(text.BLANK["plan"]) for _ in range(text.MOST["plan"])]}
    assert changed(full, "add:plan") == full
    assert text.cleaned(full)


# --- what may be kept --------------------------------------------------------------------------------------------


def errors_of(**changes: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        text.cleaned(short_text() | changes)
    return refused.value.message_dict


@pytest.mark.parametrize("bad", ["\x00", "\x1b[31m", "\x7f", "\x85", "a\ud800b"])
def test_control_characters_are_named_by_their_place(bad: str) -> None:
    assert list(errors_of(proposals=[{"text": "ดี"}, {"text": f"ก{bad}ข"}])) == ["proposals.1.text"]


def test_a_megabyte_of_text_is_refused_at_its_place() -> None:
    [sentence] = errors_of(sections=[{"text": "ก" * 1_048_576}])["sections.0.text"]
    assert "1048576" in sentence.replace(",", "") and "20000" in sentence.replace(",", "")


def test_too_many_blocks_are_refused_where_they_are() -> None:
    assert list(errors_of(plan=[{}] * 1000)) == ["plan"]
    assert list(errors_of(plan=[{"steps": [{}] * 61}])) == ["plan.0.steps"]


def test_emoji_and_line_breaks_stay_as_written() -> None:
    kept = text.cleaned(short_text() | {"sections": [{"text": " เห็นชอบ 👍🏽 👩‍👩‍👧\r\n\tย่อหน้าสอง ำ \n"}]})
    assert kept["sections"][0]["text"] == "เห็นชอบ 👍🏽 👩‍👩‍👧\n\tย่อหน้าสอง ำ"


def test_thai_digits_of_scores_and_dates_are_kept_as_arabic_ones() -> None:
    scores = {"fiscal_year": "๒๕๖๔", "total": "๘๒.๑๔", "indicators": [{"seq": "๑", "name": "ข้อ ๑", "score": "๙๔.๘"}]}
    kept = text.cleaned(short_text() | {"scores": scores, "plan": [{"period_start": "๒๐๒๑-๑๐-๐๑", "indicator": "๔"}]})
    assert kept["scores"] == {
        "before": [],
        "means": {"IIT": "", "EIT": "", "OIT": ""},
        "fiscal_year": 2564,
        "total": "82.14",
        "level": "",
        "indicators": [{"seq": 1, "name": "ข้อ ๑", "score": "94.80"}],
    }
    assert (kept["plan"][0]["period_start"], kept["plan"][0]["indicator"]) == ("2021-10-01", 4)


@pytest.mark.parametrize("score", ["100.01", "-1", "86.123", "8,6", "1e1", "NaN", "Infinity", "แปดสิบ", "9" * 100_000])
def test_a_score_is_from_0_to_100_with_two_decimals(score: str) -> None:
    assert list(errors_of(scores={"indicators": [{"score": score}]})) == ["scores.indicators.0.score"]


@pytest.mark.parametrize(
    ("key", "value"), [("period_start", "31 ก.พ. 64"), ("follow_up_due", "2021-02-29"), ("indicator", "100")]
)
def test_what_is_no_date_and_no_number_is_named(key: str, value: str) -> None:
    assert list(errors_of(plan=[{key: value}])) == [f"plan.0.{key}"]


def test_several_errors_are_told_at_once() -> None:
    assert set(errors_of(to="\x00", plan=[{"period_start": "x", "title": "ก" * 501}])) == {
        "to",
        "plan.0.period_start",
        "plan.0.title",
    }


words = st.text(alphabet=st.sampled_from(list("กำ1๒ \t\r\nA👍\u200b\u00a0\u3000x.-")), max_size=60)
codes = st.lists(st.sampled_from(["op", "fin", "", "ก" * 60]), max_size=3)
day = st.dates(date(1950, 1, 1), date(2199, 12, 31)).map(str) | st.just("")
digits = st.sampled_from(["", "1", "๑", "07", "42"])
steps = st.fixed_dictionaries(
    {"text": words, "measures": st.lists(st.integers(-1, 4), max_size=4), "responsible": codes}
)
rows = st.fixed_dictionaries(
    {
        "instrument": words,
        "title": words,
        "indicator": digits,
        "issue": words,
        "measures": st.lists(st.fixed_dictionaries({"text": words}), max_size=3),
        "steps": st.lists(steps, max_size=3),
        "responsible": codes,
        "period_start": day,
        "follow_up": words,
    }
)
bodies = st.fixed_dictionaries(
    {
        "to": words,
        "urgency": st.sampled_from(["", "urgent", "x"]),
        "sections": st.lists(st.fixed_dictionaries({"id": words, "heading": words, "text": words}), max_size=2),
        "report": st.lists(st.fixed_dictionaries({"id": words, "heading": words, "text": words}), max_size=2),
        "proposals": st.lists(st.fixed_dictionaries({"text": words}), max_size=2),
        "scores": st.fixed_dictionaries({"level": words, "total": st.sampled_from(["", "๘๒.๑", "0", "100"])}),
        "plan": st.lists(rows, max_size=2),
        "unknown": words,
    }
)


@given(bodies)
@settings(deadline=None, max_examples=150)
def test_what_is_kept_is_kept_the_same_when_saved_again(body: dict[str, Any]) -> None:
    once = text.cleaned(body)
    assert text.cleaned(once) == once
    assert json.loads(json.dumps(once)) == once


# --- saving ------------------------------------------------------------------------------------------------------


def save(cast: Cast, memo: Memo, version: int, **more: Any) -> Draft:
    arguments: dict[str, Any] = {
        "by": cast.head_of_office,
        "subject": "เรื่อง",
        "content": short_text(),
        "now": at(hour=11),
    }
    return drafts.revise(memo.pk, version=version, **(arguments | more))


@pytest.mark.django_db
def test_a_half_written_draft_is_saved(cast: Cast) -> None:
    memo = drafts.create(kind=cast.kind, by=cast.head_of_office, now=at())
    draft = save(cast, memo, 1, subject="", content={"plan": [{"title": "ยังไม่เสร็จ"}], "scores": {"total": ""}})
    assert (draft.version, draft.content["plan"][0]["title"], draft.content["plan"][0]["measures"]) == (
        2,
        "ยังไม่เสร็จ",
        [],
    )
    assert drafts.working_text(memo) == draft.content
    assert text.gaps(draft.content, divisions=["op"], outline={})


@pytest.mark.django_db
def test_the_second_of_two_writers_is_shown_the_first_ones_text(cast: Cast) -> None:
    memo = cast.draft()
    cast.hire("colleague", "officer", "op")
    first = save(cast, memo, 1, subject="ฉบับแรก")
    with pytest.raises(Stale) as stale:
        save(cast, memo, 1, subject="ฉบับหลัง")
    assert (stale.value.current.version, stale.value.current.saved_by) == (2, cast.head_of_office)
    assert stale.value.current.content == first.content
    assert fresh(memo).subject == "ฉบับแรก"
    assert save(cast, memo, 2, subject="ฉบับหลัง").version == 3


@pytest.mark.django_db
@pytest.mark.parametrize("version", [0, -1, 2, 2**70])
def test_a_version_that_is_not_the_newest_is_stale(cast: Cast, version: int) -> None:
    memo = cast.draft()
    with pytest.raises(Stale):
        save(cast, memo, version)
    assert Draft.objects.get(memo=memo).version == 1


@pytest.mark.django_db
def test_a_returned_memo_starts_from_the_text_that_was_returned(cast: Cast) -> None:
    memo = cast.returned()
    body = drafts.working_text(memo)
    assert body == text.cleaned(document.imported().content)
    assert save(cast, memo, 0, content=body | {"closing": "แก้แล้ว"}).version == 1
    assert drafts.working_text(memo)["closing"] == "แก้แล้ว"
    assert memo.revisions.get().content["closing"] != "แก้แล้ว"


@pytest.mark.django_db
def test_what_cannot_be_kept_leaves_the_draft_as_it_was(cast: Cast) -> None:
    memo = cast.draft()
    for wrong in ({"subject": "ก" * 501}, {"subject": "\x00"}, {"content": {"to": "\x00"}}):
        with pytest.raises(ValidationError):
            save(cast, memo, 1, **wrong)
    assert Draft.objects.get(memo=memo).version == 1


@pytest.mark.django_db
def test_only_who_may_edit_saves_and_only_while_it_is_written(cast: Cast) -> None:
    memo = cast.draft()
    with pytest.raises(Refused):
        save(cast, memo, 1, by=cast.mayor)
    for stranger in (cast.finance, cast.outsider):
        with pytest.raises(Memo.DoesNotExist):
            save(cast, memo, 1, by=stranger)
    with pytest.raises(NotNow):
        save(cast, cast.submitted(), 0)


@pytest.mark.django_db
def test_a_person_without_a_seat_in_a_division_writes_no_memo(cast: Cast) -> None:
    with pytest.raises(Refused):
        drafts.create(kind=cast.kind, by=cast.mayor, now=at())


# --- throwing away -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_discarded_draft_is_gone_and_its_chain_remembers(cast: Cast) -> None:
    memo = cast.draft()
    subject = Memo(pk=memo.pk, organization_id=memo.organization_id)
    drafts.discard(memo.pk, by=cast.head_of_office, now=at(hour=11))
    assert not Memo.objects.filter(pk=subject.pk).exists() and not Draft.objects.filter(memo=subject.pk).exists()
    assert [e.verb for e in chain.history_of(subject)] == ["created", "discarded"]
    assert not list(chain.verify())


@pytest.mark.django_db
def test_what_was_submitted_once_is_not_thrown_away(cast: Cast) -> None:
    for memo in (cast.submitted(), cast.returned(), cast.withdrawn()):
        with pytest.raises(NotNow):
            drafts.discard(memo.pk, by=cast.head_of_office, now=at(hour=13))
    with pytest.raises(Refused):
        drafts.discard(cast.draft().pk, by=cast.permanent_secretary, now=at(hour=13))


def test_a_table_that_its_kind_asks_for_can_be_filled_in_where_its_rows_are_missing(cast: Cast) -> None:
    memo = drafts.create(kind=cast.kind, by=cast.head_of_office, now=at(), subject="เรื่อง", content={"to": "นายก"})
    client = Client()
    client.force_login(cast.head_of_office)
    page = client.get(f"/memos/{memo.pk}/edit/").content.decode()
    assert 'id="scores.fiscal_year"' in page and 'value="add:scores.indicators"' in page
    sent = {"subject": "เรื่อง", "version": "1", "scores.fiscal_year": "2564", "op": "add:scores.indicators"}
    client.post(f"/memos/{memo.pk}/edit/", sent)
    assert [one["seq"] for one in Draft.objects.get(memo=memo).content["scores"]["indicators"]] == [1]


@pytest.mark.django_db
def test_a_plan_row_written_by_hand_may_set_out(cast: Cast) -> None:
    memo = drafts.create(
        kind=cast.kind, by=cast.head_of_office, now=at(), subject="เรื่อง", content=short_text() | {"plan": []}
    )
    client = Client()
    client.force_login(cast.head_of_office)
    for op, words in (
        ("add:plan", {}),
        ("save", {"plan.0.measures.0.text": "จัดประชุม", "plan.0.steps.0.text": "นัดหมาย", "plan.0.responsible": ["op"]}),
        ("save", {"plan.0.steps.0.responsible": ["op"]}),
    ):
        page = client.get(f"/memos/{memo.pk}/edit/", secure=True).content.decode()
        client.post(f"/memos/{memo.pk}/edit/", {**Fields(page, "editor").found, **words, "op": op}, secure=True)
    content = Draft.objects.get(memo=memo).content
    assert content["plan"][0]["steps"] == [{"text": "นัดหมาย", "measures": [1], "responsible": ["op"]}]
    wrong = [gap.path for gap in text.gaps(content, divisions=["op"], outline={}) if ".steps" in gap.path]
    assert wrong == []
