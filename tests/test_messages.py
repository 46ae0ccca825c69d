"""The words of the pages and letters: complete in Thai, complete in English, and never both at once."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import allauth
import django
import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.utils import translation

from config import messages
from demo import office
from measures.lifecycle import State as TaskState
from measures.models import DivisionTask, ReportKind
from memo_flow.lifecycle import State as MemoState
from memo_flow.models import Action, OnObjection, Outcome
from notifications import delivery
from organization.models import ActingKind, Role, User
from tests.cast import Cast, at
from tests.test_letters import EVENTS, all_that_happens

THAI = re.compile(r"[\u0e00-\u0e7f]+")
LATIN = re.compile(r"[A-Za-z][A-Za-z]+")
# Names of things, which a Thai page writes in Latin letters too.
NAMES = {"MemoFlow", "ITA", "IIT", "EIT", "OIT", "SMTP", "HTML", "PDF", "ZIP", "MB", "SHA"}
NAMES |= {"Excel", "CSV", "UTF", "MB", "xlsx", "csv", "yaml", "AA"}
SPOKEN = {"aria-label", "title", "placeholder", "alt"}
VOID = {"input", "meta", "link", "br", "hr", "img", "use", "path", "source", "wbr"}


class Heard(HTMLParser):
    """What a page says to eyes and ears, apart from the paper and from what names its own language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        silent = self._silent or tag in {"script", "style", "textarea"} or (tag != "html" and "lang" in given)
        silent = silent or "paper" in given.get("class", "").split()
        if not silent:
            self.texts += [given[name] for name in SPOKEN & given.keys()]
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if any(tag == opened for opened, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def _silent(self) -> bool:
        return bool(self._open and self._open[-1][1])


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (line.strip() for line in value.splitlines())
    elif isinstance(value, dict):
        yield from (one for part in value.values() for one in strings(part))
    elif isinstance(value, list):
        yield from (one for part in value for one in strings(part))


def typed_by_people() -> list[str]:
    """Every Thai text the database holds, with the addresses and names of accounts; the longest first."""
    found = {one for user in User.objects.all() for one in (user.username, user.email)}
    for model in apps.get_models():
        texts = [
            f.attname
            for f in model._meta.fields
            if isinstance(f, models.CharField | models.TextField | models.JSONField)
        ]
        if texts and model.__module__.partition(".")[0] in messages.ROOMS:
            for row in model._default_manager.values_list(*texts):
                found |= {one for one in strings(list(row)) if THAI.search(one)}
    return sorted(found, key=len, reverse=True)


def foreign(texts: list[str], letters: re.Pattern[str], data: list[str]) -> set[str]:
    """What is left of these texts in the wrong letters when the data is taken away."""
    wrong = set()
    for text in texts:
        rest = text
        if letters.search(rest):
            shortened = rest.partition("…")[0].removeprefix(". ") if "…" in rest else ""
            if len(shortened) > 20 and any(one.startswith(shortened) for one in data):
                continue
            for one in data:
                rest = rest.replace(one, " ")
        wrong |= {f"{word!r} in {text!r}" for word in letters.findall(rest) if word not in NAMES}
    return wrong


@pytest.fixture
def pages(cast: Cast) -> list[tuple[str, str]]:
    """(who, address) of every page, with something on each."""
    draft, waiting, approved = cast.draft(), cast.submitted(), cast.approved(order="ให้ทุกกองรายงานผล")
    returned, reported = cast.returned(), cast.reported("fin")
    task = DivisionTask.objects.filter(measure__row__memo=approved, division__code="fin")[0]
    one = "/memos/{}/{}"
    return [
        ("permanent_secretary", "/inbox/"),
        ("permanent_secretary", "/inbox/?tab=decided"),
        ("head_of_office", "/inbox/"),
        ("head_of_office", "/inbox/?tab=others"),
        ("deputy", "/inbox/?tab=acting"),
        ("head_of_office", "/memos/"),
        ("head_of_office", "/memos/new/"),
        ("permanent_secretary", one.format(waiting.pk, "")),
        ("permanent_secretary", one.format(waiting.pk, "reassign/")),
        ("finance", one.format(approved.pk, "")),
        ("head_of_office", one.format(returned.pk, "")),
        ("head_of_office", one.format(returned.pk, "edit/")),
        ("head_of_office", one.format(returned.pk, "submit/")),
        ("head_of_office", one.format(waiting.pk, "withdraw/")),
        ("head_of_office", one.format(draft.pk, "edit/")),
        ("head_of_office", one.format(draft.pk, "submit/")),
        ("head_of_office", one.format(draft.pk, "discard/")),
        ("head_of_office", "/results/"),
        ("head_of_office", "/results/2564/"),
        ("head_of_office", "/results/2564/edit/"),
        ("head_of_office", "/results/new/"),
        ("head_of_office", "/results/import/"),
        ("outsider", "/results/2564/"),
        ("outsider", "/dashboard/"),
        ("finance", "/dashboard/"),
        ("finance", "/measures/"),
        ("finance", "/measures/tasks/"),
        ("finance", f"/measures/tasks/{task.pk}/"),
        ("head_of_office", f"/measures/tasks/{reported.pk}/"),
        ("finance", "/account/"),
        ("finance", "/accounts/password/change/"),
        ("finance", "/search/"),
        ("finance", "/search/?q=2564"),
    ]


def heard(pages: list[tuple[str, str]], language: str) -> Iterator[tuple[str, list[str]]]:
    User.objects.update(language=language)
    for who, address in pages:
        client = Client()
        client.force_login(User.objects.get(username=who))
        answer = client.get(address)
        assert answer.status_code == 200, f"{address} answers {answer.status_code} to {who}"
        yield f"{address} for {who}", Heard(answer.content.decode()).texts


def test_the_catalogue_is_complete_and_compiled() -> None:
    assert messages.faults() == []


def test_the_check_names_what_is_missing_wrong_or_left_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = messages.merged()
    found = messages.by_key(words)
    found[None, "Approved: memo %(number)s: %(title)s"].string = "อนุมัติแล้ว"
    found[None, "Memos"].string = ""
    words.add("Never said", "ไม่เคยกล่าว")
    monkeypatch.setattr(messages, "PO", tmp_path / "django.po")
    monkeypatch.setattr(messages, "MO", tmp_path / "django.mo")
    messages.PO.write_bytes(messages.as_po(words))
    messages.MO.write_bytes(b"stale")
    assert messages.faults() == [
        "Placeholders differ (%(number)s, %(title)s): 'Approved: memo %(number)s: %(title)s'",
        "No Thai: 'Memos'",
        "Nobody says it any more: 'Never said'",
        "django.mo is not what django.po compiles to: run script/messages.",
    ]


def test_the_same_words_are_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = messages.as_po(messages.merged())
    monkeypatch.setattr(messages, "PO", tmp_path / "django.po")
    messages.PO.write_bytes(first)
    assert messages.as_po(messages.merged()) == first
    assert messages.as_mo(messages.written()) == messages.as_mo(messages.merged())


def test_borrowed_sentences_are_still_said_by_their_packages() -> None:
    packages = [Path(package.__file__ or "").parent for package in (django, allauth)]
    parts = ("forms", "core", "db/models", "contrib/auth", "account", "mfa", "templates/account", "templates/mfa")
    files = [path for package in packages for part in parts for path in (package / part).rglob("*")]
    theirs: set[Any] = set()
    for path in files:
        if path.suffix == ".py":
            theirs |= {(context, text) for _, text, _, context in messages.in_python(path)}
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            theirs |= {(context, text) for _, text, _, context in messages.in_template(path)}
    borrowed = messages.in_python(messages.BASE / "config/borrowed_messages.py")
    assert [text for _, text, _, context in borrowed if (context, text) not in theirs] == []


@pytest.mark.parametrize("choices", [MemoState, TaskState, Outcome, Action, OnObjection, ReportKind, Role, ActingKind])
def test_every_state_and_role_has_a_thai_name(choices: type[models.TextChoices]) -> None:
    with translation.override("th"):
        assert [
            value for value, label in choices.choices if not THAI.search(str(label)) or LATIN.search(str(label))
        ] == []


def test_a_thai_page_says_nothing_in_english(pages: list[tuple[str, str]]) -> None:
    data = typed_by_people()
    assert {page: wrong for page, texts in heard(pages, "th") if (wrong := foreign(texts, LATIN, data))} == {}


def test_an_english_page_says_nothing_in_thai_but_what_people_wrote(pages: list[tuple[str, str]]) -> None:
    data = typed_by_people()
    assert {page: wrong for page, texts in heard(pages, "en") if (wrong := foreign(texts, THAI, data))} == {}


@pytest.mark.parametrize(
    ("address", "status"), [("/accounts/login/", 200), ("/accounts/signup/", 200), ("/nowhere/", 404)]
)
def test_a_stranger_reads_thai(cast: Cast, address: str, status: int) -> None:
    answer = Client().get(address)
    assert answer.status_code == status
    accounts = [*cast.people, office.PASSWORD]  # the demo names them on its sign-in page
    assert foreign(Heard(answer.content.decode()).texts, LATIN, sorted(accounts, key=len, reverse=True)) == set()


def test_what_is_wrong_with_a_form_is_said_in_thai(cast: Cast) -> None:
    client = Client()
    refused = client.post("/accounts/login/", {"login": "finance", "password": "wrong"})
    assert "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง" in refused.content.decode()
    client.force_login(cast.finance)
    weak = {"oldpassword": "wrong", "password1": "123", "password2": "1234"}
    assert (
        foreign(Heard(client.post("/accounts/password/change/", weak).content.decode()).texts, LATIN, ["finance"])
        == set()
    )


@pytest.mark.parametrize(("language", "letters"), [("th", LATIN), ("en", THAI)])
def test_a_letter_is_in_its_readers_language(cast: Cast, language: str, letters: re.Pattern[str]) -> None:
    User.objects.update(language=language)
    all_that_happens(cast)
    delivery.send_due(now=at(hour=16))
    data = typed_by_people()
    lines = [
        line for letter in mail.outbox for line in [letter.subject, *str(letter.body).splitlines()] if "://" not in line
    ]
    assert len(mail.outbox) > len(EVENTS)
    assert foreign(lines, letters, data) == set()
