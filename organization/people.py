"""The people of an office and their accounts. Deactivated, never deleted; every act is on the office's chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import normalize

from allauth.account.models import EmailAddress
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import chain
from organization import chairs, keepers, keys, news
from organization.keepers import Keeper
from organization.models import Position, User
from organization.plain_text import words
from organization.refusals import NotNow, Refused

INVITED, RESET = "account_invited", "account_reset"
LINKS = (INVITED, RESET)


@dataclass(frozen=True)
class Person:
    """A person as they are to stand in the office's list; every text as it was typed."""

    name_th: str
    username: str
    email: str = ""
    name_en: str = ""
    language: str = "th"


def of_office(office_id: Any, *, q: str = "", left: bool = False) -> QuerySet[User]:
    """The people who work in an office, or those who left, by the words of a name, a user name or an address."""
    people = User.objects.filter(organization=office_id, is_active=not left)
    if q := normalize("NFKC", q).strip()[:200]:
        fields = ("name_th", "name_en", "username", "email")
        wanted = Q()
        for one in fields:
            wanted |= Q(**{f"{one}__icontains": q})
        people = people.filter(wanted)
    return people


def get(pk: int, by: User) -> User:
    """A person of one's own office. Raises User.DoesNotExist."""
    return User.objects.get(pk=pk, organization=by.organization_id, organization__isnull=False)


@transaction.atomic
def add(person: Person, *, by: User, now: datetime) -> User:
    """A new person, told by mail how to choose a password where an address is given.

    Raises Refused, or ValidationError {name_th, name_en, username, email, language}.
    """
    keeper = keepers.locked(by, now)
    if wrong := faults([person], keeper.office.pk)[0]:
        raise ValidationError(wrong)
    return _add([person], keeper)[0]


@transaction.atomic
def add_all(rows: Sequence[tuple[Person, str]], *, by: User, now: datetime) -> list[User]:
    """Many new people, each with the title of the position they take today, or none; all of them or nobody.

    Raises Refused, or ValidationError with a sentence for each who cannot be added.
    """
    keeper = keepers.locked(by, now)
    wrong = [
        f"{person.name_th or person.username}: {said}"
        for (person, _title), errors in zip(rows, faults_of(rows, keeper.office.pk), strict=True)
        for said in errors
    ]
    if wrong:
        raise ValidationError(wrong)
    found = _add([person for person, _title in rows], keeper)
    titles = _chairs_by_title(keeper.office.pk)
    errors = []
    for user, (_person, title) in zip(found, rows, strict=True):
        if title := _plain(title):
            try:
                chairs.appoint(
                    titles[title][0], user.pk, starts_on=keeper.today, ends_on=None, order_number="", by=by, now=now
                )
            except ValidationError as error:
                errors += [f"{user.name_th}: {said}" for said in error.messages]
    if errors:
        raise ValidationError(errors)
    return found


def faults_of(rows: Sequence[tuple[Person, str]], office_id: Any) -> list[list[str]]:
    """What is wrong with each row of many: sentences, none where all is well. Three statements, however many."""
    titles = _chairs_by_title(office_id)
    found = []
    for (_person, title), errors in zip(rows, faults([person for person, _title in rows], office_id), strict=True):
        said, chosen = list(errors.values()), titles.get(_plain(title), [])
        if _plain(title) and not chosen:
            said.append(_("There is no position “%(title)s”. Add it first, or leave it empty.") % {"title": title[:80]})
        elif _plain(title) and len(chosen) > 1:
            told = _("Several positions are called “%(title)s”. Appoint this person by hand.")
            said.append(told % {"title": title[:80]})
        found.append(said)
    return found


def _chairs_by_title(office_id: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    rows = Position.objects.filter(organization=office_id, ended_on=None)
    for pk, title in rows.values_list("pk", "title_th"):
        found.setdefault(_plain(title), []).append(pk)
    return found


def _plain(text: str) -> str:
    return " ".join(normalize("NFC", text).split())


def _add(persons: Iterable[Person], keeper: Keeper) -> list[User]:
    found = []
    for one in map(clean, persons):
        user = User(organization=keeper.office, **vars(one))
        user.set_unusable_password()
        user.save(force_insert=True)
        keeper.record("person_added", person=user.pk, digest=_digest(user))
        _send(user, INVITED, keeper)
        found.append(user)
    return found


@transaction.atomic
def change(pk: int, person: Person, *, administrator: bool, by: User, now: datetime) -> User:
    """Names, address, user name, language, and whether the person is an administrator.

    A new address makes every link worthless that went to the old one. Raises User.DoesNotExist, Refused, NotNow (the
    last administrator) or ValidationError as `add`.
    """
    keeper, user = _locked(pk, by, now)
    if wrong := faults([person], keeper.office.pk, but=user)[0]:
        raise ValidationError(wrong)
    _require_administrator(keeper, user, administrator)
    before = (_digest(user), user.is_staff)
    old, new = user.email, clean(person)
    for name, value in vars(new).items():
        setattr(user, name, value)
    user.is_staff = administrator
    if (_digest(user), user.is_staff) == before:
        return user
    user.save(update_fields=[*vars(new), "is_staff"])
    if old.lower() != user.email.lower():
        _forget_address(user)
    keeper.record("person_changed", person=user.pk, digest=_digest(user), administrator=user.is_staff)
    return user


def readdress(user: User, email: str) -> None:
    """Another address for a locked person; whose right it is, the caller has asked. Raises ValidationError {email}."""
    wanted = Person(user.name_th, user.username, email, user.name_en, user.language)
    wrong = faults([wanted], user.organization_id, but=user)[0]
    if "email" in wrong or not clean(wanted).email:
        raise ValidationError({"email": wrong.get("email") or _("This is no e-mail address.")})
    user.email = clean(wanted).email
    user.save(update_fields=["email"])
    _forget_address(user)


def _forget_address(user: User) -> None:
    """No link that went to the address of before opens the account; what has not left yet goes to the new one."""
    EmailAddress.objects.filter(user=user).delete()


def _require_administrator(keeper: Keeper, user: User, administrator: bool) -> None:
    if administrator == user.is_staff:
        return
    if user.pk == keeper.by.pk:
        raise Refused(_("Whether you are an administrator is for another one to say."))
    if not administrator:
        _require_another(keeper, user)


def _require_another(keeper: Keeper, user: User) -> None:
    """Is there an administrator beside this one?"""
    others = User.objects.filter(organization=keeper.office, is_active=True, is_staff=True).exclude(pk=user.pk)
    if user.is_staff and not others.exists():
        raise NotNow(_("This is the last administrator of the office. Make somebody else an administrator first."))


@transaction.atomic
def send_link(pk: int, *, by: User, now: datetime) -> User:
    """By mail, a link to choose a password: an invitation to who has none yet. An earlier link is worth nothing then.

    Raises User.DoesNotExist, Refused, or NotNow (deactivated, or without an address).
    """
    keeper, user = _locked(pk, by, now)
    _require_active(user)
    if not user.email:
        raise NotNow(_("This person has no e-mail address. Print the link instead."))
    _forget_links(user, now)
    what = RESET if user.has_usable_password() else INVITED
    keeper.record("link_sent", person=user.pk, letter=what)
    _send(user, what, keeper)
    return user


@transaction.atomic
def print_link(pk: int, *, by: User, now: datetime) -> tuple[User, str]:
    """The same for who has no address: the link's path, to be shown once and printed.

    Raises User.DoesNotExist, Refused, or NotNow (deactivated, or with an address).
    """
    keeper, user = _locked(pk, by, now)
    _require_active(user)
    if user.email:
        raise NotNow(_("This person has an e-mail address. Send the link there."))
    _forget_links(user, now)
    keeper.record("link_printed", person=user.pk)
    return user, keys.path_for(user)


def _forget_links(user: User, now: datetime) -> None:
    """Who has no password gets another unusable one: no link that went before fits it."""
    if not user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    news.void(news.about_person(user), now)


@transaction.atomic
def deactivate(pk: int, *, last_day: date, by: User, now: datetime) -> User:
    """Close an account: no sign-in from now on. Chairs and acting orders end with the person's last day.

    Raises User.DoesNotExist, Refused (oneself), NotNow (the last administrator, or closed already) or
    ValidationError {last_day}.
    """
    keeper, user = _locked(pk, by, now)
    _require_active(user)
    if user.pk == by.pk:
        raise Refused(_("Nobody deactivates their own account."))
    if last_day > keeper.today:
        raise ValidationError({"last_day": _("The last day is still to come. Deactivate the account when it is past.")})
    _require_another(keeper, user)
    user.is_active = user.is_staff = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "is_staff", "password"])
    keeper.record("person_deactivated", person=user.pk, last_day=last_day.isoformat())
    chairs.leave(user, last_day, keeper)
    return user


@transaction.atomic
def reactivate(pk: int, *, by: User, now: datetime) -> User:
    """Open a closed account again, without its chairs; the person chooses a new password by a link.

    Raises User.DoesNotExist, Refused, NotNow (it is open) or ValidationError {email: taken meanwhile}.
    """
    keeper, user = _locked(pk, by, now)
    if user.is_active:
        raise NotNow(_("The account is open already."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    keeper.record("person_reactivated", person=user.pk)
    _send(user, INVITED, keeper)
    return user


def _locked(pk: int, by: User, now: datetime) -> tuple[Keeper, User]:
    keeper = keepers.locked(by, now)
    user = User.objects.select_for_update(no_key=True).get(pk=pk, organization=keeper.office)
    if user.is_superuser and not keeper.by.is_superuser:
        raise Refused(_("This account reaches beyond the office. Only one of its kind changes it."))
    return keeper, user


def _require_active(user: User) -> None:
    if not user.is_active:
        raise NotNow(_("The account is deactivated. Reactivate it first."))


def _send(user: User, what: str, keeper: Keeper) -> None:
    """The letter says where to choose a password; the link itself is made when it is written, and kept nowhere else."""
    if not user.email:
        return
    news.tell(
        news.News(
            event=what,
            office=keeper.office,
            to=[user.pk],
            about=news.about_person(user),
            place=timezone.now().isoformat(),
            path=reverse("account"),
            at=keeper.at,
            facts={"by": keeper.by, "username": user.username},
        )
    )


def _digest(user: User) -> str:
    return chain.digest([user.name_th, user.name_en, user.username, user.email, user.language])


# What cannot be written


def clean(person: Person) -> Person:
    """As it is kept: composed letters, single spaces, an address without spaces around it."""
    return Person(**{name: _plain(value) for name, value in vars(person).items()})


def faults(persons: Sequence[Person], office_id: Any, *, but: User | None = None) -> list[dict[str, str]]:
    """What is wrong with each, field -> sentence, also beside the ones before it. Two statements, however many."""
    cleaned = [clean(one) for one in persons]
    usernames, emails = _taken(cleaned, office_id, but)
    found = []
    for one in cleaned:
        wrong = _wrong(one)
        if one.username.lower() in usernames:
            wrong.setdefault("username", _("This user name is taken. Choose another."))
        if one.email and one.email.lower() in emails:
            wrong.setdefault("email", _("Somebody in the office has this e-mail address already."))
        usernames.add(one.username.lower())
        emails.add(one.email.lower())
        found.append(wrong)
    return found


def _taken(persons: Iterable[Person], office_id: Any, but: User | None) -> tuple[set[str], set[str]]:
    """User names of the whole installation that are asked for, and the office's addresses; in lower case."""
    everyone = User.objects.annotate(key=Lower("username")).exclude(pk=but.pk if but else 0)
    names = everyone.filter(key__in={one.username.lower() for one in persons}).values_list("key", flat=True)
    office = User.objects.filter(organization=office_id).exclude(email="").exclude(pk=but.pk if but else 0)
    return set(names), set(office.annotate(mail=Lower("email")).values_list("mail", flat=True))


def _wrong(one: Person) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, needed in (("name_th", _("Write the person's name.")), ("name_en", "")):
        try:
            words(getattr(one, name), name, most=150, needed=needed)
        except ValidationError as error:
            found[name] = error.messages[0]
    if not one.username:
        found["username"] = _("Give a user name to sign in with.")
    elif len(one.username) > 150:
        found["username"] = _("At most 150 characters.")
    else:
        try:
            UnicodeUsernameValidator()(one.username)
        except ValidationError:
            found["username"] = _("A user name has letters, digits and @ . + - _ only, without spaces.")
    if one.email:
        try:
            validate_email(one.email)
        except ValidationError:
            found["email"] = _("This is no e-mail address.")
    if one.language not in ("th", "en"):
        found["language"] = _("The language is th or en.")
    return found
