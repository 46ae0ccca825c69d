"""The office's people: who keeps them, accounts, links to choose a password, leaving and coming back, files."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from audit import chain
from desk import people_files
from notifications import delivery
from notifications.models import Letter
from organization import people
from organization.models import Appointment, Organization, User
from organization.people import Person
from organization.refusals import NotNow, Refused
from organization.seats import seats_of
from tests.cast import DAY, Browse, Cast, at, days

pytestmark = pytest.mark.django_db
SOMCHAI = Person("นายสมชาย ใจกล้า", "somchai", "somchai@kps-sao.example")


def administrator(cast: Cast, username: str = "it") -> User:
    """A person who keeps the accounts and sits nowhere."""
    user = User.objects.create(
        username=username,
        email=f"{username}@kps-sao.example",
        organization=cast.office,
        name_th=username,
        is_staff=True,
    )
    user.set_password("right-1234")
    user.save()
    cast.people[username] = user
    return user


def acts(office: Organization) -> list[str]:
    return [one.verb for one in chain.history_of(office)]


# --- who may


@pytest.mark.parametrize("who", ["mayor", "permanent_secretary", "finance", "office_staff"])
def test_others_keep_nobody(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        people.add(SOMCHAI, by=cast.people[who], now=at())
    assert not User.objects.filter(username="somchai").exists()


def test_the_administrator_and_the_head_of_office_keep_the_people(cast: Cast) -> None:
    people.add(SOMCHAI, by=cast.head_of_office, now=at())
    people.add(Person("ข", "kho"), by=administrator(cast), now=at())
    assert acts(cast.office)[-2:] == ["person_added", "person_added"]
    assert not list(chain.verify())


def test_another_office_s_person_does_not_exist(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    for path in ("", "change/", "link/", "deactivate/", "reactivate/", "hand-over/"):
        url = f"/organization/people/{cast.outsider.pk}/{path}"
        assert client.get(url).status_code == 404, path
        if path:
            assert client.post(url).status_code == 404, path
    for act in (people.send_link, people.print_link, people.reactivate):
        with pytest.raises(User.DoesNotExist):
            act(cast.outsider.pk, by=cast.head_of_office, now=at())
    assert client.get("/organization/people/?q=outsider").context["page"].rows == []


@pytest.mark.parametrize(
    "path", ["people/", "people/add/", "people/import/", "positions/", "positions/add/", "vacant/"]
)
def test_a_page_of_the_keepers_is_refused_to_others(cast: Cast, as_: Browse, path: str) -> None:
    assert as_(cast.finance).get(f"/organization/{path}").status_code == 403


def test_who_has_no_office_finds_no_pages(cast: Cast, as_: Browse) -> None:
    root = User.objects.create(username="root", name_th="root", is_superuser=True, is_staff=True)
    for path in ("people/", "positions/", "acting/", "vacant/"):
        assert as_(root).get(f"/organization/{path}").status_code == 404, path


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_page_opens_in_both_languages(cast: Cast, as_: Browse, language: str) -> None:
    cast.approved()
    User.objects.update(language=language)
    client = as_(User.objects.get(username="head_of_office"))
    one = f"people/{cast.finance.pk}/"
    chair = f"positions/{cast.position('mayor').pk}/"
    row = Appointment.objects.get(user=cast.finance)
    for path in (
        *("", "people/", "people/?q=นาย", "people/?show=left", "people/add/", "people/import/", one, f"{one}change/"),
        *(f"{one}link/", f"{one}deactivate/", f"{one}reactivate/", f"{one}hand-over/", "positions/", "positions/add/"),
        *(chair, f"{chair}rename/", f"{chair}end/", "divisions/add/", f"divisions/{row.position.division_id}/"),
        *(f"divisions/{row.position.division_id}/end/", f"appointments/{row.pk}/end/", "acting/", "vacant/"),
        "acting/?month=2564-09",
    ):
        assert client.get(f"/organization/{path}").status_code == 200, path


# --- accounts


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Person("นายใหม่", "new", "MAYOR@kps-sao.example"), "email"),
        (Person("นายใหม่", "Mayor"), "username"),
        (Person("นายใหม่", "outsider"), "username"),
        (Person("  ", "new"), "name_th"),
        (Person("นายใหม่", ""), "username"),
        (Person("นายใหม่", "two words"), "username"),
        (Person("นายใหม่", "new", "no address"), "email"),
        (Person("นายใหม่", "new", language="de"), "language"),
        (Person("ก" * 151, "new"), "name_th"),
        (Person("นาย\x07ใหม่", "new"), "name_th"),
    ],
)
def test_what_cannot_be_a_person_is_said_by_its_field(cast: Cast, wrong: Person, field: str) -> None:
    before = User.objects.count()
    with pytest.raises(ValidationError) as error:
        people.add(wrong, by=cast.head_of_office, now=at())
    assert list(error.value.message_dict) == [field]
    assert User.objects.count() == before


def test_a_wrong_form_keeps_what_was_typed(cast: Cast, as_: Browse) -> None:
    form = {"name_th": "นายใหม่", "username": "new", "email": "mayor@kps-sao.example", "language": "th"}
    answer = as_(cast.head_of_office).post("/organization/people/add/", form)
    assert answer.status_code == 422
    assert "นายใหม่" in answer.content.decode() and answer.context["form"].errors["email"]


def test_the_same_address_may_be_in_another_office(cast: Cast) -> None:
    people.add(Person("ก", "ko", cast.outsider.email), by=cast.head_of_office, now=at())


def test_one_s_own_address_stays_one_s_own(cast: Cast) -> None:
    same = Person(cast.mayor.name_th, "mayor", cast.mayor.email.upper(), cast.mayor.name_en)
    people.change(cast.mayor.pk, same, administrator=False, by=cast.head_of_office, now=at())
    assert User.objects.get(username="mayor").email == cast.mayor.email.upper()


def test_saving_what_stands_is_no_act(cast: Cast) -> None:
    before = acts(cast.office)
    one = cast.mayor
    same = Person(one.name_th, one.username, one.email, one.name_en, one.language)
    people.change(one.pk, same, administrator=False, by=cast.head_of_office, now=at())
    assert acts(cast.office) == before


# --- links


def link_in(text: str) -> str:
    found = re.search(r"http\S+?(/accounts/password/reset/key/[\w/-]+)", text)
    assert found, text
    return found[1]


def mailed(event: str) -> str:
    """The words of the letter of this event that left."""
    delivery.send_due(now=at(hour=12))
    letter = Letter.objects.get(event=event, sent_at__isnull=False)
    return letter.text


def choose(client: Client, link: str, password: str = "ruen-phae-77") -> Any:
    page = client.get(link, follow=True)
    if page.context is None or page.context.get("token_fail"):
        return page
    return client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


def test_an_invitation_goes_by_mail_and_its_link_works_once(cast: Cast, client: Client) -> None:
    people.add(SOMCHAI, by=cast.head_of_office, now=at())
    letter = Letter.objects.get(event=people.INVITED)
    assert "key" not in str(letter.context), "the link is in no column but the text"
    text = mailed(people.INVITED)
    assert mail.outbox[-1].to == ["somchai@kps-sao.example"]
    link = link_in(text)
    choose(client, link)
    assert client.login(username="somchai", password="ruen-phae-77")
    client.logout()
    assert "token_fail" in choose(client, link).context, "used twice"
    assert User.objects.get(username="somchai").check_password("ruen-phae-77")


def test_a_link_is_too_old_after_a_week(cast: Cast, client: Client, settings: Any) -> None:
    people.add(SOMCHAI, by=cast.head_of_office, now=at())
    link = link_in(mailed(people.INVITED))
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert choose(client, link).context["token_fail"]


def test_the_invitation_sent_again_makes_the_first_worthless(cast: Cast, client: Client) -> None:
    made = people.add(SOMCHAI, by=cast.head_of_office, now=at())
    first = link_in(mailed(people.INVITED))
    people.send_link(made.pk, by=cast.head_of_office, now=at(hour=10))
    assert choose(client, first).context["token_fail"]
    delivery.send_due(now=at(hour=12))
    second = link_in(Letter.objects.filter(event=people.INVITED).order_by("-at")[0].text)
    choose(client, second)
    assert client.login(username="somchai", password="ruen-phae-77")


def test_an_invitation_that_has_not_left_is_taken_back_by_the_next(cast: Cast) -> None:
    made = people.add(SOMCHAI, by=cast.head_of_office, now=at())
    people.send_link(made.pk, by=cast.head_of_office, now=at(hour=10))
    assert [one.voided_at is None for one in Letter.objects.filter(event=people.INVITED).order_by("at")] == [
        False,
        True,
    ]


def test_a_reset_leaves_the_password_until_it_is_used(cast: Cast, client: Client) -> None:
    people.send_link(cast.mayor.pk, by=cast.head_of_office, now=at())
    link = link_in(mailed(people.RESET))
    assert User.objects.get(username="mayor").check_password("demo")
    choose(client, link)
    assert not client.login(username="mayor", password="demo")
    assert client.login(username="mayor", password="ruen-phae-77")


def test_a_sign_in_makes_a_link_worthless(cast: Cast, client: Client) -> None:
    people.send_link(cast.mayor.pk, by=cast.head_of_office, now=at())
    link = link_in(mailed(people.RESET))
    assert client.login(username="mayor", password="demo")
    assert choose(client, link).context["token_fail"]


def test_a_new_address_makes_links_to_the_old_one_worthless(cast: Cast, client: Client) -> None:
    made = people.add(SOMCHAI, by=cast.head_of_office, now=at())
    link = link_in(mailed(people.INVITED))
    moved = Person(SOMCHAI.name_th, "somchai", "elsewhere@kps-sao.example")
    people.change(made.pk, moved, administrator=False, by=cast.head_of_office, now=at())
    assert choose(client, link).context["token_fail"]


def test_an_invitation_that_has_not_left_goes_to_the_corrected_address(cast: Cast, client: Client) -> None:
    made = people.add(SOMCHAI, by=cast.head_of_office, now=at())
    corrected = Person(SOMCHAI.name_th, "somchai", "right@kps-sao.example")
    people.change(made.pk, corrected, administrator=False, by=cast.head_of_office, now=at())
    link = link_in(mailed(people.INVITED))
    assert mail.outbox[-1].to == ["right@kps-sao.example"]
    choose(client, link)
    assert client.login(username="somchai", password="ruen-phae-77")


def test_who_has_no_address_gets_a_link_on_paper_once(cast: Cast, as_: Browse) -> None:
    made = people.add(Person("ก", "ko"), by=cast.head_of_office, now=at())
    assert not Letter.objects.filter(recipient=made).exists()
    client = as_(cast.head_of_office)
    with pytest.raises(NotNow):
        people.send_link(made.pk, by=cast.head_of_office, now=at())
    answer = client.post(f"/organization/people/{made.pk}/link/")
    assert answer["Cache-Control"] and "no-store" in answer["Cache-Control"]
    choose(Client(), link_in(answer.content.decode()))
    assert Client().login(username="ko", password="ruen-phae-77")
    assert acts(cast.office)[-1] == "link_printed"


def test_nobody_gets_the_link_of_who_has_an_address(cast: Cast) -> None:
    with pytest.raises(NotNow):
        people.print_link(cast.mayor.pk, by=cast.head_of_office, now=at())


def test_an_account_beyond_the_office_is_not_the_office_s_to_change(cast: Cast) -> None:
    User.objects.filter(pk=cast.finance.pk).update(is_superuser=True)
    for act in (people.send_link, people.print_link):
        with pytest.raises(Refused):
            act(cast.finance.pk, by=cast.head_of_office, now=at())


# --- leaving


def test_who_leaves_sits_nowhere_and_signs_in_no_more(cast: Cast, client: Client) -> None:
    client.login(username="finance", password="demo")
    people.deactivate(cast.finance.pk, last_day=DAY - days(1), by=cast.head_of_office, now=at())
    assert client.get("/inbox/").status_code == 302, "the session has ended"
    assert not client.login(username="finance", password="demo")
    assert Appointment.objects.get(user=cast.finance).ends_on == DAY - days(1)
    assert acts(cast.office)[-2:] == ["person_deactivated", "appointment_ended"]


def test_who_comes_back_is_invited_and_sits_nowhere(cast: Cast, client: Client) -> None:
    people.deactivate(cast.finance.pk, last_day=DAY, by=cast.head_of_office, now=at())
    with pytest.raises(NotNow):
        people.send_link(cast.finance.pk, by=cast.head_of_office, now=at())
    people.reactivate(cast.finance.pk, by=cast.head_of_office, now=at(DAY + days(9)))
    assert not client.login(username="finance", password="demo"), "the old password is not good any more"
    assert not seats_of(User.objects.get(pk=cast.finance.pk), DAY + days(9))
    choose(client, link_in(mailed(people.INVITED)))
    assert client.login(username="finance", password="ruen-phae-77")


def test_a_last_day_that_is_still_to_come_closes_nothing(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        people.deactivate(cast.finance.pk, last_day=DAY + days(1), by=cast.head_of_office, now=at())
    assert User.objects.get(pk=cast.finance.pk).is_active


def test_nobody_deactivates_themselves(cast: Cast) -> None:
    with pytest.raises(Refused):
        people.deactivate(cast.head_of_office.pk, last_day=DAY, by=cast.head_of_office, now=at())


def test_the_last_administrator_stays(cast: Cast) -> None:
    it = administrator(cast)
    same = Person(it.name_th, it.username, it.email)
    with pytest.raises(NotNow):
        people.deactivate(it.pk, last_day=DAY, by=cast.head_of_office, now=at())
    with pytest.raises(NotNow):
        people.change(it.pk, same, administrator=False, by=cast.head_of_office, now=at())
    with pytest.raises(Refused):
        people.change(it.pk, same, administrator=False, by=it, now=at())
    administrator(cast, "second")
    people.deactivate(it.pk, last_day=DAY, by=cast.head_of_office, now=at())
    assert not User.objects.get(pk=it.pk).is_active


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_deactivate_each_other_leave_one(cast: Cast) -> None:
    first, second = administrator(cast), administrator(cast, "second")
    ready = Barrier(2)

    def close(by: User, whom: User) -> str:
        ready.wait()
        try:
            people.deactivate(whom.pk, last_day=DAY, by=by, now=at())
            return "closed"
        except (NotNow, Refused) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(lambda pair: close(*pair), [(first, second), (second, first)]))
    assert said == ["Refused", "closed"]
    assert User.objects.filter(is_staff=True, is_active=True, organization=cast.office).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_address_add_it_once(cast: Cast) -> None:
    ready = Barrier(2)

    def add(name: str) -> str:
        ready.wait()
        try:
            people.add(Person(name, name, "same@kps-sao.example"), by=cast.head_of_office, now=at())
            return "added"
        except ValidationError as error:
            return next(iter(error.message_dict))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, ["one", "two"])) == ["added", "email"]


# --- lists


def test_the_list_finds_by_name_and_address_and_shows_who_left(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)

    def found(query: str) -> list[str]:
        return [one.username for one in client.get(f"/organization/people/?{query}").context["page"].rows]

    assert found("q=รัตนา") == ["finance"]
    assert found("q=FINANCE@") == ["finance"]
    assert found("q=%25") == []
    people.deactivate(cast.finance.pk, last_day=DAY, by=cast.head_of_office, now=at())
    assert found("q=รัตนา") == [] and found("q=รัตนา&show=left") == ["finance"]


def test_the_lists_take_the_same_statements_for_two_and_for_many(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    counts: dict[str, list[int]] = {}
    for size in (0, 25):
        for n in range(size):
            cast.hire(f"more{n}", "officer", "fin")
        for path in ("people/", "positions/", "acting/", "vacant/"):
            client.get(f"/organization/{path}")
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(f"/organization/{path}")
            counts.setdefault(path, []).append(len(asked))
    assert all(few == many for few, many in counts.values()), counts


# --- files


CSV = "ชื่อ,ชื่อผู้ใช้,อีเมล,ตำแหน่ง\nนายหนึ่ง,one,one@kps-sao.example,\nนางสอง,two,,{title}\n"


def upload(client: Client, content: bytes, name: str = "people.csv") -> Any:
    return client.post("/organization/people/import/", {"file": SimpleUploadedFile(name, content)})


def hidden(answer: Any) -> dict[str, list[str]]:
    html = answer.content.decode()
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html):
        fields.setdefault(name, []).append(value)
    return {name: values for name, values in fields.items() if name != "next"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_a_file_is_shown_then_written(cast: Cast, as_: Browse, encoding: str) -> None:
    client = as_(cast.head_of_office)
    chair = cast.hire("clerk", "officer", "fin").appointments.get().position
    answer = upload(client, CSV.format(title=chair.title_th).encode(encoding))
    assert answer.status_code == 200, answer.context["errors"]
    assert not User.objects.filter(username__in=["one", "two"]).exists()
    assert client.post("/organization/people/import/apply/", hidden(answer)).status_code == 302
    one, two = User.objects.get(username="one"), User.objects.get(username="two")
    assert (one.name_th, two.name_th) == ("นายหนึ่ง", "นางสอง")
    assert Letter.objects.get(event=people.INVITED).recipient == one
    assert [one.position for one in seats_of(two, DAY)] == [chair]


def test_a_workbook_is_read_too(cast: Cast) -> None:
    book, content = Workbook(), io.BytesIO()
    assert book.active
    for row in (["Name", "Username", "Email"], ["นายหนึ่ง", "one", "one@x.example"], [None, None, None], ["ข", 22]):
        book.active.append(row)
    book.save(content)
    lines = people_files.read(content.getvalue())
    assert [(one.number, one.person.username) for one in lines] == [(2, "one"), (4, "22")]


def test_each_wrong_row_is_named_and_nobody_is_added(cast: Cast, as_: Browse) -> None:
    rows = "name,username,email,position\nก,ko,a@x.example,\nข,ko,b@x.example,\nค,kho3,A@x.example,ไม่มี\n,kho4,,\n"
    answer = upload(as_(cast.head_of_office), rows.encode())
    assert answer.status_code == 422
    assert [one["number"] for one in answer.context["errors"]] == [3, 4, 4, 5]
    assert "import/apply" not in answer.content.decode()


def test_a_row_that_is_taken_meanwhile_stops_all(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    answer = upload(client, CSV.format(title="").encode())
    people.add(Person("ก", "two"), by=cast.head_of_office, now=at())
    answer = client.post("/organization/people/import/apply/", hidden(answer))
    assert answer.status_code == 422 and "นางสอง" in answer.content.decode()
    assert not User.objects.filter(username="one").exists()


def test_a_seat_that_is_taken_stops_all(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    answer = upload(client, CSV.format(title=cast.position("mayor").title_th).encode())
    assert client.post("/organization/people/import/apply/", hidden(answer)).status_code == 422
    assert not User.objects.filter(username__in=["one", "two"]).exists()


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"\xff\xff\xfe", b"PK\x03\x04broken", b"a,b\n1,2\n", b"name,username\n", b"a\0b", b"x" * 1_000_001],
)
def test_a_file_that_cannot_be_read_is_said_so(cast: Cast, as_: Browse, content: bytes) -> None:
    answer = upload(as_(cast.head_of_office), content)
    assert answer.status_code == 422 and answer.context["form"].errors["file"]


def test_a_forged_import_writes_nothing(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    assert (
        client.post("/organization/people/import/apply/", {"name_th": ["ก", "ข"], "username": ["ko"]}).status_code
        == 404
    )
    assert as_(cast.finance).post("/organization/people/import/apply/", {}).status_code == 403
