"""The demo's two offices: Kamphaeng Saen with invented people, and a neighbour so that isolation shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from demo import assessed, clock, document
from documents import seals
from memo_flow import drafts, follow_ups
from memo_flow.models import Action, Memo, MemoKind, Route, RouteStep
from organization.appointments import act_for, appoint
from organization.models import Division, Organization, Position, Role, User

PASSWORD = "demo"
ANALYSIS = "ita-analysis"
OFFICE = "kps-sao"
NEIGHBOUR = "thung-fa-sao"
SINCE = date(2020, 10, 1)
ACTING_WEEK = (date(2021, 9, 13), date(2021, 9, 19))
ACTING_ORDER = "287/2564"
BOOK_CODE = "นฐ 712"
ENGLISH = {
    "op": "Office of the Permanent Secretary",
    "fin": "Finance Division",
    "eng": "Public Works Division",
    "edu": "Education, Religion and Culture Division",
    "phe": "Public Health and Environment Division",
}


@dataclass(frozen=True)
class Person:
    """An invented person: sign-in name, name in Thai and English, role, division."""

    username: str
    name_th: str
    name_en: str
    role: str
    division: str = ""
    language: str = "th"


PEOPLE = (
    Person("head_of_office", "นางสาวกมลวรรณ ศรีสวัสดิ์", "Kamonwan Srisawat", Role.HEAD_OF_OFFICE, "op"),
    Person("permanent_secretary", "นายธีรพงษ์ แสงทอง", "Theeraphong Saengthong", Role.PERMANENT_SECRETARY),
    Person("mayor", "นายสมบูรณ์ ใจดี", "Somboon Jaidee", Role.MAYOR),
    Person("deputy", "นางวิไลพร บุญมา", "Wilaiporn Bunma", Role.DEPUTY_MAYOR),
    Person("finance", "นางรัตนา พูนทรัพย์", "Rattana Phunsap", Role.DIVISION_HEAD, "fin"),
    Person("works", "นายประเสริฐ ก่อเกียรติ", "Prasert Kokiat", Role.DIVISION_HEAD, "eng"),
    Person("education", "นางสุภาวดี เรืองศิลป์", "Suphawadi Rueangsin", Role.DIVISION_HEAD, "edu"),
    Person("health", "นายอนุชา รักษ์ไทย", "Anucha Rakthai", Role.DIVISION_HEAD, "phe"),
    Person("office_staff", "นางสาวปิยะดา มณีวงศ์", "Piyada Maniwong", Role.OFFICER, "op"),
)
OUTSIDER = Person("outsider", "นายวีระ ทุ่งฟ้า", "Weera Thungfa", Role.HEAD_OF_OFFICE, "op")


def accounts() -> list[dict[str, str]]:
    """Who may sign in to the demo, for the terminal and the sign-in page."""
    result = []
    for user in User.objects.filter(appointments__isnull=False).order_by("pk").distinct():
        held = user.appointments.select_related("position__organization").first()
        assert held is not None
        result.append({"username": user.username, "name": str(user), "position": str(held.position)})
    return result


@transaction.atomic
def load() -> bool:
    """Build the demo once; True when it was built now."""
    if Organization.objects.filter(code=OFFICE).exists():
        return False
    clock.set_to(clock.START)
    raw = document.source()["organization"]
    office = Organization.objects.create(
        code=OFFICE,
        name_th=raw["name_th"],
        name_en="Kamphaeng Saen Subdistrict Administrative Organization",
        short_th=raw["short_th"],
        phone=raw["phone"],
        website=raw["website"],
    )
    divisions = {
        d["id"]: Division.objects.create(
            organization=office,
            code=d["id"],
            name_th=d["name_th"],
            name_en=ENGLISH[d["id"]],
            book_code=f"{BOOK_CODE}{place:02}",
            order=place,
        )
        for place, d in enumerate(document.source()["divisions"], 1)
    }
    titles = {d["id"]: d["head_title_th"] for d in document.source()["divisions"]}
    positions: dict[str, Position] = {}
    for person in PEOPLE:
        positions[person.username] = _seat(office, person, divisions, titles)
    act_for(
        positions["mayor"],
        User.objects.get(username="deputy"),
        starts_on=ACTING_WEEK[0],
        ends_on=ACTING_WEEK[1],
        order_number=ACTING_ORDER,
    )
    kind = analysis_kind(office, positions["permanent_secretary"], positions["mayor"])
    neighbour = _neighbour()
    assessed.record(office, neighbour)
    for one in (office, neighbour):
        follow_ups.kind_for(one)
    new_memo(kind)
    return True


def give_seal() -> None:
    """A seal for the demo office's papers, where it has none yet."""
    office = Organization.objects.get(code=OFFICE)
    if seals.in_use(office.pk) is None:
        seals.make(office, now=clock.now())


def new_memo(kind: MemoKind | None = None) -> Memo:
    """The document as a fresh draft of the head of office."""
    kind = kind or MemoKind.objects.get(organization__code=OFFICE, code=ANALYSIS)
    text = document.imported()
    author = User.objects.get(username="head_of_office")
    return drafts.create(kind=kind, by=author, subject=text.subject, content=text.content, now=clock.START)


def analysis_kind(office: Organization, secretary: Position, mayor: Position) -> MemoKind:
    """The yearly ITA analysis memo and its route: an opinion, then approval."""
    route = Route.objects.create(organization=office, name_th="ปลัดให้ความเห็น นายกอนุมัติ", name_en="Opinion, then approval")
    RouteStep.objects.create(route=route, group=1, position=secretary, action=Action.ENDORSE, days=3)
    RouteStep.objects.create(route=route, group=2, position=mayor, action=Action.APPROVE, days=3, same_person=True)
    sections = [{"id": s["id"], "heading": s["heading_th"]} for s in document.source()["memo"]["sections"]]
    named = document.source()["organization"]["name_th"]
    report = [{"id": s["id"], "heading": s["heading"].replace(named, office.name_th)} for s in document.report()]
    names = [
        {"seq": i["seq"], "name": i["name_th"]}
        for instrument in document.source()["scores"]["instruments"]
        for i in instrument["indicators"]
    ]
    return MemoKind.objects.create(
        organization=office,
        code=ANALYSIS,
        name_th="รายงานการวิเคราะห์ผลการประเมิน ITA",
        name_en="Analysis of the yearly ITA result",
        route=route,
        outline={"sections": sections, "report": report, "indicators": names},
    )


def _seat(office: Organization, person: Person, divisions: dict[str, Division], titles: dict[str, str]) -> Position:
    user = User(
        username=person.username,
        email=f"{person.username}@{office.code}.example",
        organization=office,
        name_th=person.name_th,
        name_en=person.name_en,
        language=person.language,
    )
    user.set_password(PASSWORD)
    user.save()
    division = divisions.get(person.division)
    position = Position.objects.create(
        organization=office,
        division=division,
        role=person.role,
        **_titles(office, person.role, division, titles.get(person.division, "")),
    )
    appoint(user, position, starts_on=SINCE)
    return position


def _titles(office: Organization, role: str, division: Division | None, head: str) -> dict[str, Any]:
    thai = {
        Role.MAYOR: f"นายก{office.name_th}",
        Role.DEPUTY_MAYOR: f"รองนายก{office.name_th}",
        Role.PERMANENT_SECRETARY: f"ปลัด{office.name_th}",
        Role.OFFICER: f"เจ้าหน้าที่{division.name_th if division else ''}",
    }
    english = {
        Role.MAYOR: "Mayor",
        Role.DEPUTY_MAYOR: "Deputy Mayor",
        Role.PERMANENT_SECRETARY: "Permanent Secretary",
        Role.HEAD_OF_OFFICE: "Head of the Office of the Permanent Secretary",
        Role.OFFICER: f"Officer, {division.name_en if division else ''}",
        Role.DIVISION_HEAD: f"Director, {division.name_en if division else ''}",
    }
    return {"title_th": thai.get(Role(role), head), "title_en": english[Role(role)]}


def _neighbour() -> Organization:
    office = Organization.objects.create(
        code=NEIGHBOUR,
        name_th="องค์การบริหารส่วนตำบลทุ่งฟ้า",
        name_en="Thung Fa Subdistrict Administrative Organization",
        short_th="อบต.ทุ่งฟ้า",
    )
    division = Division.objects.create(
        organization=office, code="op", name_th="สำนักปลัด", name_en=ENGLISH["op"], book_code="นฐ 79901", order=1
    )
    _seat(office, OUTSIDER, {"op": division}, {"op": "หัวหน้าสำนักปลัด"})
    seats = {
        role: Position.objects.create(organization=office, role=role, **_titles(office, role, None, ""))
        for role in (Role.PERMANENT_SECRETARY, Role.MAYOR)
    }
    analysis_kind(office, seats[Role.PERMANENT_SECRETARY], seats[Role.MAYOR])
    return office
