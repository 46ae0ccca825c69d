"""Apply and undo: one passage replaced where it still says what was found, and put back the same way."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from audit import chain
from memo_flow import content as text
from memo_flow.changes import Change, Gone, value_at
from memo_flow.models import Draft, Memo
from tests.cast import Cast, fresh
from tests.test_findings_page import browser, draft_of, posted
from tests.test_memo_checking import changed, real

WRONG = ("sections.0.text", "๘๖.๙๕", "๘๗.๖๕")


def saved(memo: Memo) -> text.Content:
    return dict(Draft.objects.get(memo=memo).content)


def press(user: Any, memo: Memo, op: str, content: text.Content | None = None, **more: Any) -> Any:
    return browser(user).post(f"/memos/{memo.pk}/edit/", posted(memo, content, op=op) | more)


def button(client: Client, memo: Memo, path: str) -> str:
    """The op of the first Apply button that concerns a field."""
    shown = client.get(f"/memos/{memo.pk}/edit/").context["panel"]
    return next(one.op for one in shown.findings if one.op and one.anchor == path)


# --- one change, pure --------------------------------------------------------------------------------------------


@given(st.text(max_size=40), st.text(min_size=1, max_size=20), st.text(max_size=40), st.text(max_size=20))
def test_a_change_survives_its_button_and_is_undone_exactly(before: str, old: str, after: str, new: str) -> None:
    content = {"sections": [{"text": before + old + after}]}
    change = Change.of(Change.put("sections.0.text", len(before), old, new).op)
    assert value_at(change.on(content), "sections.0.text") == before + new + after
    assert change.undo.on(change.on(content)) == content


@pytest.mark.parametrize(
    "op",
    [
        "put",
        "put:",
        "put:subject:0:1",
        "put:subject:0:1:a:b:c",
        "put:subject:x:1:a:b",
        "put:subject:-1:1:ab:b",
        "put:subject:0:5:ab:b",
        "put:subject:1:1::b",
        "put:subject:0:1:%ff:b",
        "put:subject:0:1:z:b",
        "put:nothing:0:1:a:b",
        "put:sections:0:1:a:b",
        "put:sections.9.text:0:1:a:b",
        "put:sections.-1.text:0:1:a:b",
        "put:sections.๐.text:0:1:a:b",
        "put:sections.0:0:1:a:b",
        "put:sections.0.text.x:0:1:a:b",
        "put:plan.0.indicator:0:1:4:5",
        "put:subject:99999999999999999999:99999999999999999999:a:b",
    ],
)
def test_a_forged_button_changes_nothing(op: str) -> None:
    content = real() | {"subject": "abc"}
    with pytest.raises(Gone):
        Change.of(op).on(content)


# --- on the page -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_apply_replaces_the_marked_figure_and_nothing_else(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    client = browser(cast.head_of_office)
    answer = press(cast.head_of_office, memo, button(client, memo, "sections.0.text"))
    assert answer["Location"].endswith("/edit/#sections.0.text")
    assert saved(memo) == real()


@pytest.mark.django_db
def test_undo_puts_the_words_back_and_is_offered_once(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    client = browser(cast.head_of_office)
    press(cast.head_of_office, memo, button(client, memo, "sections.0.text"))
    assert 'value="undo"' in client.get(f"/memos/{memo.pk}/edit/").content.decode()
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == changed(real(), *WRONG)
    assert 'value="undo"' not in client.get(f"/memos/{memo.pk}/edit/").content.decode()
    press(cast.head_of_office, memo, "undo")  # a page that was open elsewhere
    assert saved(memo) == changed(real(), *WRONG)


@pytest.mark.django_db
def test_apply_and_undo_keep_what_was_typed_elsewhere_meanwhile(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    op = button(browser(cast.head_of_office), memo, "sections.0.text")
    typed = changed(saved(memo), "sections.1.text", "ทุก ๆ ปีงบประมาณ", "ทุกปีงบประมาณ")
    typed = changed(typed, "sections.0.text", "เฉพาะ", "โดยเฉพาะ")  # after the marked figure
    press(cast.head_of_office, memo, op, typed)
    assert "๘๖.๙๕" in saved(memo)["sections"][0]["text"] and "๘๗.๖๕" not in saved(memo)["sections"][0]["text"]
    assert "โดยเฉพาะ" in saved(memo)["sections"][0]["text"] and "ทุกปีงบประมาณ" in saved(memo)["sections"][1]["text"]
    press(cast.head_of_office, memo, "undo")
    assert saved(memo) == text.cleaned(typed)


@pytest.mark.django_db
def test_apply_on_a_text_that_has_changed_says_so_and_saves_what_was_typed(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    client = browser(cast.head_of_office)
    op = button(client, memo, "sections.0.text")
    typed = saved(memo)
    typed["sections"][0]["text"] = "คำใหม่ " + typed["sections"][0]["text"]
    answer = client.post(f"/memos/{memo.pk}/edit/", posted(memo, typed, op=op), follow=True)
    assert 'role="alert"' in answer.content.decode()
    assert saved(memo) == text.cleaned(typed)
    assert Draft.objects.get(memo=memo).undo is None


@pytest.mark.django_db
def test_undo_on_a_text_that_has_changed_says_so_and_saves_what_was_typed(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    client = browser(cast.head_of_office)
    press(cast.head_of_office, memo, button(client, memo, "sections.0.text"))
    typed = changed(saved(memo), "sections.0.text", "๘๖.๙๕", "๘๖.๙๖")
    answer = client.post(f"/memos/{memo.pk}/edit/", posted(memo, typed, op="undo"), follow=True)
    assert 'role="alert"' in answer.content.decode()
    assert saved(memo) == text.cleaned(typed)


@pytest.mark.django_db
def test_line_breaks_of_a_browser_do_not_move_the_place(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    op = button(browser(cast.head_of_office), memo, "sections.0.text")
    windows = saved(memo)
    windows["sections"][0]["text"] = windows["sections"][0]["text"].replace("\n", "\r\n")
    assert "\r\n" in windows["sections"][0]["text"]
    press(cast.head_of_office, memo, op, windows)
    assert saved(memo) == real()


@pytest.mark.django_db
def test_the_subject_can_be_corrected_too(cast: Cast) -> None:
    memo = draft_of(cast, real())
    Memo.objects.filter(pk=memo.pk).update(subject="รายงานปี ๒๕๖๕")
    op = Change.put("subject", "รายงานปี ๒๕๖๕".index("๒"), "๒๕๖๕", "๒๕๖๔").op
    press(cast.head_of_office, fresh(memo), op)
    assert fresh(memo).subject == "รายงานปี ๒๕๖๔"


@pytest.mark.django_db
def test_the_second_of_two_who_apply_is_told_and_loses_nothing(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    op = button(browser(cast.head_of_office), memo, "sections.0.text")
    stale = posted(memo, op=op)
    press(cast.head_of_office, memo, "save", changed(saved(memo), "sections.1.text", "ทุก ๆ ปีงบประมาณ", "ทุกปีงบประมาณ"))
    assert browser(cast.head_of_office).post(f"/memos/{memo.pk}/edit/", stale).status_code == 409
    assert "๘๗.๖๕" in saved(memo)["sections"][0]["text"]


@pytest.mark.django_db
def test_nobody_else_may_apply(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    op = button(browser(cast.head_of_office), memo, "sections.0.text")
    for user, status in ((cast.outsider, 404), (cast.mayor, 403)):
        assert press(user, memo, op).status_code == status
    assert saved(memo) == changed(real(), *WRONG)


@pytest.mark.django_db
def test_a_replacement_that_cannot_be_kept_is_a_form_error(cast: Cast) -> None:
    memo = draft_of(cast, real())
    score = Change.put("scores.indicators.0.score", 0, "94.86", "มาก").op
    long = f"put:sections.0.text:0:1:{quote(real()['sections'][0]['text'][0])}:{'ก' * 20_001}"
    for op in (score, long):
        answer = press(cast.head_of_office, memo, op)
        assert answer.status_code == 200 and 'id="errors"' in answer.content.decode()
    assert saved(memo) == real()


@pytest.mark.django_db
def test_applying_is_writing_and_leaves_no_event_of_its_own(cast: Cast) -> None:
    memo = draft_of(cast, changed(real(), *WRONG))
    press(cast.head_of_office, memo, button(browser(cast.head_of_office), memo, "sections.0.text"))
    assert [event.verb for event in chain.history_of(memo)] == ["created"]
