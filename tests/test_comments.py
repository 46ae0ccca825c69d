"""Comments on a task: who may speak, which divisions a text names, who is told, and what is kept."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from audit import chain
from measures import comments, policies, work
from measures.models import Comment, DivisionTask, Mention
from measures.queries import visible_to
from notifications.models import Letter
from organization.models import Division, Organization, User
from tests.cast import DAY, Cast, at, days


def division(code: str, name_th: str, name_en: str = "", pk: int = 0) -> Division:
    return Division(pk=pk or hash(code) % 10**9, code=code, name_th=name_th, name_en=name_en)


HOUSE = [
    division("op", "สำนักปลัด", "Office of the Permanent Secretary"),
    division("fin", "กองคลัง", "Finance Division"),
    division("eng", "กองช่าง", "Public Works Division"),
    division("stock", "กองคลังพัสดุ", "Finance Division Stores"),
    division("water", "กองน้ำประปา", "Waterworks"),
]


def named(text: str) -> list[str]:
    return sorted(one.code for one in comments.mentioned(text, HOUSE))


# --- which divisions a text names


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("@กองคลัง ช่วยดูด้วย", ["fin"]),
        ("ขอให้@กองคลังช่วยดูด้วย", ["fin"]),  # Thai is written without spaces
        ("@กองคลังพัสดุ", ["stock"]),  # the longest name that fits
        ("@กองคลัง พัสดุ", ["fin"]),
        ("@กองช่าง@กองคลัง", ["eng", "fin"]),
        ("(@กองคลัง)", ["fin"]),
        ("@fin", ["fin"]),
        ("@FIN, please", ["fin"]),
        ("@finช่วยดู", ["fin"]),
        ("@Finance Division: see this", ["fin"]),
        ("@finance   division\nstores", ["stock"]),
        ("@Public Works Divisions", []),
        ("@finance", []),  # another word than the code
        ("@fin-tech", []),
        ("@fin@example.go.th", []),
        ("mail@fin and clerk.@fin", []),  # addresses of mail
        ("@กองคลั", []),
        ("@กองช่าง์", []),  # a mark more is another word
        ("@", []),
        ("@@fin", ["fin"]),
        ("กองคลัง", []),
        ("＠ｆｉｎ", ["fin"]),  # full width
        ("@กองน้ำประปา", ["water"]),
        ("@กองน้ํ\u0e32ประปา".replace("น้ํ", "นํ้"), ["water"]),  # SARA AM in two characters
        ("@กอง\u200bคลัง", ["fin"]),  # the space of no width between Thai words
        ("@f\u00adi\u200dn", ["fin"]),
        ("\u202e@fin", ["fin"]),
        ("@🏛️fin", []),
        ("@ﬁn", ["fin"]),  # a ligature
    ],
)
def test_a_division_is_named_by_name_or_code(text: str, codes: list[str]) -> None:
    assert named(text) == codes


@given(st.text(max_size=200))
@how(max_examples=200, deadline=None)
def test_any_text_can_be_searched_for_names(text: str) -> None:
    assert named(text + " @fin ") and isinstance(named("@" + text), list)


def test_a_division_without_an_english_name_is_not_named_by_nothing() -> None:
    assert comments.mentioned("@ @. @", [division("x", "กองเอ็กซ์")]) == []


# --- what a comment does


def say(task: DivisionTask, by: User, text: str = "ติดตรงไหน", **more: Any) -> Comment:
    return comments.comment(task.pk, by=by, text=text, **({"now": at(hour=15)} | more))


def told(event: str) -> set[str]:
    return set(Letter.objects.filter(event=event, voided_at=None).values_list("recipient__username", flat=True))


pytestmark = pytest.mark.django_db


def sees(task: DivisionTask, who: User) -> bool:
    return visible_to(who, DAY).filter(pk=task.pk).exists()


def test_a_division_named_sees_the_task_and_may_answer_but_not_work(cast: Cast) -> None:
    task = cast.started("fin")
    assert not sees(task, cast.works)
    say(task, cast.finance, "ขอข้อมูลจาก@กองช่าง ด้วย")
    assert sees(task, cast.works) and not sees(task, cast.health)
    assert say(task, cast.works, "ส่งให้แล้ว").position.role == "division_head"
    task = DivisionTask.objects.get(pk=task.pk)
    for verb in set(policies.WHEN) - {"comment"}:
        assert policies.why_not(cast.works, verb, task, DAY), verb
    assert list(task.mentions.values_list("division__code", flat=True)) == ["eng"]


def test_an_officer_of_the_division_named_sees_it_as_well(cast: Cast) -> None:
    clerk = cast.hire("clerk", "officer", "eng")
    task = cast.started("fin")
    say(task, cast.finance, "@eng")
    assert sees(task, clerk)


def test_naming_a_division_shows_it_no_other_task(cast: Cast) -> None:
    task = cast.started("fin")
    say(task, cast.finance, "@eng")
    others = visible_to(cast.works, DAY).exclude(division__code="eng")
    assert [one.pk for one in others] == [task.pk]
    assert not visible_to(cast.works, DAY, mentioned=False).exclude(division__code="eng").exists()


def test_who_is_named_is_told_and_for_a_comment_from_outside_the_division(cast: Cast) -> None:
    task = cast.started("fin")
    say(task, cast.mayor, "@กองช่าง ช่วยกองคลังด้วย")
    assert (told("task_mentioned"), told("task_commented")) == ({"works"}, {"finance"})


def test_a_comment_within_the_division_is_told_to_nobody(cast: Cast) -> None:
    cast.hire("clerk", "officer", "fin")
    say(cast.started("fin"), cast.finance, "@fin ดูเอง")
    assert not Letter.objects.filter(event__in=["task_mentioned", "task_commented"]).exists()
    assert not Mention.objects.exists()


def test_who_writes_is_not_told_of_his_own_comment(cast: Cast) -> None:
    say(cast.started("fin"), cast.head_of_office, "@op @fin")
    assert told("task_mentioned") == {"office_staff"}
    assert told("task_commented") == {"finance"}


def test_divisions_may_be_chosen_without_typing_their_names(cast: Cast) -> None:
    task = cast.started("fin")
    said = say(task, cast.finance, "@eng และ", divisions=["phe", "eng", "fin"])
    assert sorted(said.mentions.values_list("division__code", flat=True)) == ["eng", "phe"]


@pytest.mark.parametrize("codes", [["nowhere"], ["eng", ""], ["ก" * 5000], ["\x00"]])
def test_a_division_that_does_not_exist_is_refused(cast: Cast, codes: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        say(cast.started("fin"), cast.finance, divisions=codes)
    assert list(refusal.value.message_dict) == ["divisions"]
    assert not Comment.objects.exists()


def test_a_neighbour_s_division_is_not_named(cast: Cast) -> None:
    neighbour = Organization.objects.exclude(pk=cast.office.pk).get()
    Division.objects.create(organization=neighbour, code="moon", name_th="กองดวงจันทร์", book_code="1")
    say(cast.started("fin"), cast.finance, "@กองดวงจันทร์ @moon")
    assert not Mention.objects.exists()


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200b", "ก" * 4001, "a\x00b", "\ud800", "a\x85b"])
def test_words_that_say_nothing_or_cannot_be_kept_are_a_form_error(cast: Cast, text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        say(cast.started("fin"), cast.finance, text)
    assert list(refusal.value.message_dict) == ["text"]
    assert not Comment.objects.exists()


@pytest.mark.parametrize("who", ["works", "outsider"])
def test_for_who_may_not_see_the_task_it_does_not_exist(cast: Cast, who: str) -> None:
    task = cast.started("fin")
    with pytest.raises(DivisionTask.DoesNotExist):
        say(task, cast.people[who])


def test_a_task_that_is_closed_may_still_be_spoken_of(cast: Cast) -> None:
    task = cast.reported("fin")
    work.accept(task.pk, by=cast.head_of_office, now=at(hour=16))
    assert say(task, cast.mayor, "ขอบคุณ", now=at(hour=17))


def test_the_chain_holds_the_words_and_the_divisions_as_digests(cast: Cast) -> None:
    said = say(cast.started("fin"), cast.finance, "@eng ความลับ")
    event = chain.history_of(said.task)[-1]
    assert (event.verb, event.data["comment"]) == ("commented", str(said.pk))
    assert "ความลับ" not in json.dumps(event.data, ensure_ascii=False)
    assert not list(chain.verify())


@pytest.mark.parametrize("named", [{"text": "@eng ช่วยด้วย"}, {"text": "ช่วยด้วย", "divisions": ["eng"]}])
def test_a_secret_memo_s_task_is_opened_to_no_other_division(cast: Cast, named: dict[str, Any]) -> None:
    cast.kind.secret = True
    cast.kind.save()
    task = cast.started("fin")
    with pytest.raises(ValidationError):
        comments.comment(task.pk, by=cast.finance, now=at(hour=15), **named)
    assert not Comment.objects.exists() and not Letter.objects.filter(event="task_mentioned").exists()
    assert not visible_to(cast.works, DAY).filter(pk=task.pk).exists()
    say(task, cast.finance, "@fin ของเราเอง")


def test_a_seat_that_has_ended_sees_nothing_more(cast: Cast) -> None:
    task = cast.started("fin")
    say(task, cast.finance, "@eng")
    assert not visible_to(cast.works, DAY - days(9999)).exists()
