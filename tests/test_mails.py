"""What letters say and look like: every one has its words, its nature, its way out, and its headers."""

import re
from email import message_from_bytes, policy
from unicodedata import category

import pytest
from django.conf import settings
from django.core import mail

from measures import extensions
from memo_flow.models import MemoKind
from notifications import delivery, events, preferences, scans
from notifications.models import Letter
from organization.plain_text import shortened
from tests.cast import DAY, Cast, at, days, open_step

MAILS = settings.BASE_DIR / "templates" / "mails"


def sent(letter: Letter) -> mail.EmailMultiAlternatives:
    (found,) = [one for one in mail.outbox if one.extra_headers["Message-ID"] == letter.message_id]
    return found


def composed(letter: Letter) -> Letter:
    letter.text = ""
    delivery.compose(letter)
    return letter


# --- events


def test_every_letter_has_its_words_and_its_event() -> None:
    subjects = {path.name.removesuffix(".subject.txt") for path in MAILS.glob("*.subject.txt")}
    registered = {one.name for one in events.every()}
    assert subjects == registered
    for name in registered:
        assert (MAILS / f"{name}.txt").exists(), name


def test_what_must_reach_its_reader_cannot_be_stopped() -> None:
    for one in events.every():
        if one.nature in (events.Nature.TURN, events.Nature.DECISION, events.Nature.SERVICE):
            assert not one.stoppable, one.name
        if one.name.endswith(("_due_today", "_overdue")):
            assert not one.stoppable, one.name


# --- subject lines


@pytest.mark.django_db
def test_the_subject_says_what_whose_turn_and_by_when(cast: Cast) -> None:
    memo = cast.submitted()
    waits = composed(Letter.objects.get(event="memo_waits"))
    number = memo.entry.number
    assert waits.subject.startswith(f"โปรดให้ความเห็นบันทึก {number} ภายใน ")
    assert memo.subject[:40] in waits.subject
    waits.recipient.language = "en"
    assert re.match(rf"Your turn to give an opinion on memo {number} by \d+ \w+ 2021: ", composed(waits).subject), (
        waits.subject
    )


@pytest.mark.django_db
def test_a_reminder_tells_the_one_above_whose_turn_it_is(cast: Cast) -> None:
    step = open_step(cast.submitted())
    assert step.due_on
    scans.run(now=at(step.due_on + days(10)))
    mine, above = (
        composed(Letter.objects.filter(event="step_overdue", recipient=person).latest("at")).subject
        for person in (cast.permanent_secretary, cast.head_of_office)
    )
    assert mine.startswith("ท่านพิจารณาบันทึก") and "10 วัน" in mine
    assert above.startswith(str(step.position)) and "10 วัน" in above


@pytest.mark.django_db
def test_a_secret_memo_is_not_named_to_who_is_not_on_its_route(cast: Cast) -> None:
    MemoKind.objects.filter(pk=cast.plain.pk).update(secret=True)
    cast.permanent_secretary.is_active = False
    cast.permanent_secretary.save()
    memo = cast.sent(cast.finance)
    told = Letter.objects.filter(event="seat_vacant")
    assert told
    for letter in told:
        said = composed(letter)
        assert memo.subject not in said.subject + said.text + said.html
        assert "ลับ" in said.subject


def test_a_title_is_cut_between_letters_never_within_one() -> None:
    for text in ("ที่นี่มีเด็กดื้อกำลังไปเก็บน้ำผึ้งที่ใต้ต้นไม้ใหญ่ฯ" * 4, "👩‍👧‍👦" * 50, "ก" * 400, "é" * 300):
        for most in range(8, 60):
            said = shortened(text, most)
            assert len(said) <= most and said.endswith("…")
            kept = said[:-1]
            following = text[len(kept)]
            assert category(following) != "Mn" and following not in "ะาำๅๆฯ\u200d", (said, following)
            assert not kept or kept[-1] not in "เแโใไ\u200d", said
    assert shortened("สั้น", 10) == "สั้น"
    assert shortened("ก่" + "้" * 50, 5) == "ก่้้…"  # marks without end: cut all the same


@pytest.mark.django_db
def test_a_subject_as_long_as_a_memo_may_have_stays_whole_on_the_wire(cast: Cast) -> None:
    memo = cast.submitted()
    letter = Letter.objects.get(event="memo_waits")
    letter.context = {**letter.context, "subject": "กำหนดการที่เกี่ยวข้องกับผู้มีส่วนได้ส่วนเสีย" * 20}
    letter.save()
    delivery.send_due(now=at(hour=10))
    letter.refresh_from_db()
    assert len(letter.subject) <= 300 and letter.subject.endswith("…")
    read = message_from_bytes(sent(letter).message().as_bytes(), policy=policy.default)
    assert str(read["Subject"]).strip() == letter.subject
    assert memo is not None


# --- the foot, and the headers


@pytest.mark.django_db
def test_a_letter_says_why_it_comes_and_where_a_reply_goes(cast: Cast) -> None:
    cast.submitted()
    letter = Letter.objects.get(event="memo_waits")
    silent = composed(letter)
    assert "เหตุที่ท่านได้รับอีเมลนี้: มีบันทึกรอท่านพิจารณา" in silent.text and "เหตุที่ท่านได้รับ" in silent.html
    assert "ไม่มีผู้อ่าน" in silent.text and "Reply-To" not in preferences.letter_headers(letter)
    letter.organization.email = "saraban@kps-sao.example"
    spoken = composed(letter)
    for words in (spoken.text, spoken.html):
        assert "saraban@kps-sao.example" in words and "ไม่มีผู้อ่าน" not in words
    assert preferences.letter_headers(letter)["Reply-To"] == "saraban@kps-sao.example"
    assert f"{settings.SITE_URL}/notices/preferences/" in spoken.text


@pytest.mark.django_db
def test_only_what_may_be_stopped_carries_the_way_to_stop_it(cast: Cast) -> None:
    cast.approved()
    delivery.send_due(now=at(hour=17))
    news = Letter.objects.filter(event="memo_circulated", recipient=cast.finance).get()
    stop = preferences.stop_address(news)
    assert stop and stop.startswith(f"{settings.SITE_URL}/notices/stop/")
    headers = sent(news).message()
    assert headers["List-Unsubscribe"] == f"<{stop}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert stop in news.text and stop in composed(news).html
    for other in Letter.objects.filter(event="tasks_assigned"):
        said = sent(other).message()
        assert said["List-Unsubscribe"] is None and said["Auto-Submitted"] == "auto-generated"
        assert "/notices/stop/" not in other.text + composed(other).html


# --- text and page


@pytest.mark.django_db
def test_a_plain_letter_has_no_label_without_its_value(cast: Cast) -> None:
    cast.approved()
    task = cast.reported("op")
    asked = cast.task("fin")
    extensions.ask(asked.pk, by=cast.finance, until=asked.due_on + days(9), reason="ฝนตก", now=at(hour=16))
    scans.run(now=at(asked.due_on - days(3)))
    for letter in Letter.objects.select_related("recipient", "organization"):
        for language in ("th", "en"):
            letter.recipient.language = language
            said = composed(letter)
            lines = said.text.splitlines()
            for line, following in zip(lines, [*lines[1:], ""], strict=True):
                assert not line.endswith(":") or following.strip(), (letter.event, line)
            assert "\n\n\n" not in said.text and not re.search(r"(?<!\n--)[ \t]\n", said.text)
    assert task is not None


@pytest.mark.django_db
def test_the_preview_of_a_mail_is_its_first_sentence_not_its_salutation(cast: Cast) -> None:
    cast.submitted()
    letter = composed(Letter.objects.get(event="memo_waits"))
    hidden = re.search(r'<div style="display:none[^>]*>([^<&]+)', letter.html)
    assert hidden
    first = hidden.group(1).strip()
    assert first and first in " ".join(letter.text.split()) and letter.recipient.get_full_name() not in first
    assert preferences.preheader("เรียน ท่าน\n") == "" and preferences.preheader("") == ""


@pytest.mark.django_db
def test_a_mail_is_a_table_that_word_can_set(cast: Cast) -> None:
    cast.submitted()
    html = composed(Letter.objects.get(event="memo_waits")).html
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 3
    assert html.count("<table") == html.count("</table>") and html.count("<td") == html.count("</td>")
    assert "mso-padding-alt:11px 22px" in html and 'width="560"' in html
    assert "<script" not in html and "<img" not in html and "url(" not in html
    assert all(link.startswith(settings.SITE_URL) for link in re.findall(r'href="([^"]+)"', html))
    assert DAY
