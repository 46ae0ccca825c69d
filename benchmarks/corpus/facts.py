"""What is true in one document of the corpus: an invented office, its scores, plan and dates. Seeded, consistent."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from assessments import rulebook, scoring
from benchmarks.corpus.wording import WORDS, Wording
from organization.calendar import MONTHS_TH, MONTHS_TH_SHORT, buddhist_year, thai_date


@dataclass(frozen=True)
class Office:
    full: str
    short: str
    mayor: str
    clerk: str
    head: str
    province: str
    district: str
    phone: str
    web: str
    divisions: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A measure with its step. `answers`: the indicator's number, "complaint" or "community"."""

    measure: str
    step: str
    answers: int | str


@dataclass(frozen=True)
class Plan:
    """One instrument's plan. Reports are due on `interim` (where there is one) and on `due`."""

    code: str
    indicators: tuple[int, ...]
    issue: str
    items: tuple[Item, ...]
    responsible: tuple[str, ...]
    start: date
    end: date
    interim: date | None
    due: date


@dataclass(frozen=True)
class Facts:
    seed: int
    year: int
    office: Office
    scores: dict[int, Decimal]
    means: dict[str, Decimal]
    total: Decimal
    level: str
    lowest: dict[str, tuple[int, ...]]
    before: dict[int, Decimal]
    before_means: dict[str, Decimal]
    before_total: Decimal
    before_level: str
    plans: dict[str, Plan]
    memo: date
    announced: date
    letter: date
    order: date
    order_number: int
    respondents: tuple[int, int]
    rank: tuple[int, int]
    national: Decimal
    budget: int
    complaint: bool
    community: bool
    words: Wording = WORDS

    @property
    def rules(self) -> rulebook.Rules:
        return rulebook.rules_for(self.year)

    @property
    def next_rules(self) -> rulebook.Rules:
        return rulebook.rules_for(self.year + 1)


NAMES = (
    "ทุ่งมะกอก", "หนองสะแก", "บ้านโคกแจ้ง", "ท่าพระยา", "ห้วยลาน", "คลองพลับ", "ดอนพุทรา", "สระบัวทอง", "เขาน้อยพัฒนา",
    "แม่ริมใต้", "บางกระเจ็ด", "โพนงาม", "ป่าแดงเหนือ", "นาเชิงคีรี", "วังตะกู", "ศาลาด่าน", "หัวดงเจริญ", "ลำพยา", "ปากคลองใหม่",
    "เวียงสะอาด", "ไผ่ล้อม", "โนนสมบูรณ์", "ควนเสม็ด", "น้ำรอบ", "ช่องลม", "บึงบอน", "สามแยก", "ตาลเดี่ยว", "ยางโทน", "กุดแห่",
    "ท่าข้ามเหนือ", "หนองปลาหมอ", "พระนอน", "คูเมืองใหม่", "ดงขวาง", "บ่อแก้ว", "สวนหมาก", "ละหาน", "ม่วงคำ", "แหลมโตนด",
    "ขามป้อม", "กลางดอน", "เกาะแต้ว", "หินตั้ง", "บ้านนาเก่า", "ธารทอง", "หนองบัวสามัคคี", "ทับใต้",
)  # fmt: skip
PROVINCES = (
    "นครปฐม", "ขอนแก่น", "เชียงใหม่", "สงขลา", "ราชบุรี", "อุดรธานี", "พิษณุโลก", "ชลบุรี", "นครสวรรค์", "ร้อยเอ็ด", "ตรัง", "ลำปาง",
)  # fmt: skip


def office(rng: Random, name: str, kind: str) -> Office:
    common = ("กองคลัง", "กองช่าง")
    education = rng.choice(("กองการศึกษา ศาสนาและวัฒนธรรม", "กองการศึกษา"))
    health = "กองสาธารณสุขและสิ่งแวดล้อม"
    web = f"www.{rng.choice(('thung', 'nong', 'baan', 'khlong', 'don'))}{rng.randint(10, 99)}.go.th"
    phone = f"0{rng.choice(('34', '43', '53', '74', '55'))}-{rng.randint(300, 799)}{rng.randint(100, 999)}"
    where = {
        "province": rng.choice(PROVINCES),
        "district": rng.choice(("เมือง", "บางแพ", "หนองเรือ", "สันทราย", "วังทอง", "ปากช่อง")),
    }
    if kind == "sao":
        return Office(
            f"องค์การบริหารส่วนตำบล{name}", f"อบต.{name}", f"นายกองค์การบริหารส่วนตำบล{name}",
            f"ปลัดองค์การบริหารส่วนตำบล{name}", "หัวหน้าสำนักปลัด", phone=phone, web=web,
            divisions=("สำนักปลัด", *common, education, health, "กองสวัสดิการสังคม"), **where,
        )  # fmt: skip
    if kind == "pao":
        return Office(
            f"องค์การบริหารส่วนจังหวัด{name}", f"อบจ.{name}", f"นายกองค์การบริหารส่วนจังหวัด{name}",
            f"ปลัดองค์การบริหารส่วนจังหวัด{name}", "หัวหน้าสำนักปลัดองค์การบริหารส่วนจังหวัด", phone=phone, web=web,
            divisions=("สำนักปลัด", *common, "กองยุทธศาสตร์และงบประมาณ", "กองการเจ้าหน้าที่", "หน่วยตรวจสอบภายใน"), **where,
        )  # fmt: skip
    town = "เทศบาลเมือง" if kind == "town" else "เทศบาลตำบล"
    last = "กองวิชาการและแผนงาน" if kind == "town" else "กองสวัสดิการสังคม"
    return Office(
        f"{town}{name}", f"ทม.{name}" if kind == "town" else f"ทต.{name}",
        f"นายกเทศมนตรี{'เมือง' if kind == 'town' else 'ตำบล'}{name}", f"ปลัด{town}{name}", "หัวหน้าสำนักปลัดเทศบาล",
        phone=phone, web=web,
        divisions=("สำนักปลัดเทศบาล", *common, "กองการศึกษา", health, last),
        **where,
    )  # fmt: skip


RANGES = {"high": (93, 99.9), "middle": (82, 95), "low": (66, 88), "mixed": (74, 99)}


def exact_scores(rng: Random, year: int, profile: str, tie: bool, places: int = 4) -> dict[int, Decimal]:
    """Scores as the system holds them, of so many decimals; distinct when rounded, but for a tie that is meant."""
    rules = rulebook.rules_for(year)
    low, high = RANGES[profile]
    while True:
        scores = {n: Decimal(str(round(rng.uniform(low, high), places))) for n in range(1, 9)}
        for n, items in ((9, (9, 8, 7, 4, 5)), (10, (8, 2))):
            grid = sorted(scoring.lattice_of(rules.lattice.get(n, items)))
            fits = [v for v in grid if low - 12 <= v <= min(high + 1, 99)]
            scores[n] = rng.choice(fits)
        shown = [scoring.rounded(v) for v in scores.values()]
        if len(set(shown)) < 10:
            continue
        if tie:
            three = sorted((scores[n], n) for n in range(1, 6))
            scores[three[1][1]] = scores[three[0][1]]
        return scores


def published(
    year: int, exact: dict[int, Decimal]
) -> tuple[dict[int, Decimal], dict[str, Decimal], Decimal, str, dict[str, tuple[int, ...]]]:
    """What is announced: every figure rounded once from the exact ones."""
    rules = rulebook.rules_for(year)
    result = scoring.compute(rules, exact)
    shown = {n: scoring.rounded(v) for n, v in exact.items()}
    means = {code: value for code, value in result.instruments.items() if value is not None}
    assert result.total is not None and result.level is not None
    lowest = scoring.compute(rules, shown).lowest
    return shown, means, result.total, result.level, lowest


def plan(
    rng: Random,
    year: int,
    code: str,
    numbers: tuple[int, ...],
    home: Office,
    memo: date,
    *,
    complaint: bool,
    community: bool,
    words: Wording = WORDS,
) -> Plan:
    topics = [rng.choice(words.topics[n]) for n in numbers]
    issue = " และ".join(one.issue for one in topics)
    items = [
        Item(m, s.format(short=home.short), n) for n, one in zip(numbers, topics, strict=True) for m, s in one.measures
    ]
    if complaint:
        ((measure, step),) = words.complaint.measures
        items.append(Item(measure, step.format(short=home.short), "complaint"))
        issue += " ประกอบกับ" + words.complaint.issue
    if community:
        items.append(Item(words.community[1], f"{words.community[1]} โดยเชิญผู้นำชุมชนเข้าร่วม", "community"))
    ce = year - 543
    kinds = ["whole", "calendar"] if memo.month >= 10 else ["whole", "calendar", "half"]
    if memo.month >= 10:
        kinds = ["calendar", "calendar", "quarter"]
    kind = rng.choice(kinds)
    interim: date | None = None
    if kind == "half":
        start, end, due = date(ce, 10, 1), date(ce + 1, 3, 31), date(ce + 1, 4, rng.choice((5, 10, 15, 20)))
    elif kind == "quarter":
        start, end, due = date(ce + 1, 1, 1), date(ce + 1, 3, 31), date(ce + 1, 4, rng.choice((1, 8, 12)))
    else:
        start = date(ce, 10, 1) if kind == "whole" else date(ce + 1, 1, 1)
        end, due, interim = date(ce + 1, 9, 30), date(ce + 1, 9, 30), date(ce + 1, 3, rng.choice((15, 31)))
    others = list(home.divisions[1:])
    wide = code == "IIT" and rng.random() < 0.5
    responsible = home.divisions if wide else (home.divisions[0], *rng.sample(others, rng.randint(0, 2)))
    return Plan(code, numbers, issue, tuple(items), responsible, start, end, interim, due)


def make(
    seed: int,
    year: int,
    profile: str,
    kind: str,
    name: str,
    *,
    tie: bool = False,
    places: int = 4,
    words: Wording = WORDS,
) -> Facts:
    rng = Random(seed * 7919 + year)
    home = office(rng, name, kind)
    shown, means, total, level, lowest = published(year, exact_scores(rng, year, profile, tie, places))
    before_profile = rng.choice(("middle", "low", "mixed"))
    before, before_means, before_total, before_level, _ = published(
        year - 1, exact_scores(rng, year - 1, before_profile, False, places)
    )
    ce = year - 543
    announced = date(ce, 7, 29) + timedelta(days=rng.randint(0, 25))
    memo = announced + timedelta(days=rng.randint(12, 100))
    complaint, community = 9 in lowest["OIT"] and rng.random() < 0.7, rng.random() < 0.4
    plans = {
        code: plan(
            rng,
            year,
            code,
            numbers,
            home,
            memo,
            complaint=complaint and code == "OIT",
            community=community and code == "EIT",
            words=words,
        )
        for code, numbers in lowest.items()
    }
    size = rng.randint(30, 400)
    return Facts(
        seed=seed,
        year=year,
        office=home,
        scores=shown,
        means=means,
        total=total,
        level=level,
        lowest=lowest,
        before=before,
        before_means=before_means,
        before_total=before_total,
        before_level=before_level,
        plans=plans,
        memo=memo,
        announced=announced,
        letter=date(ce - 1, 12, rng.randint(1, 28)),
        order=date(ce, 1, rng.randint(4, 28)),
        order_number=rng.randint(12, 640),
        respondents=(rng.randint(24, 98), rng.randint(100, 420)),
        rank=(rng.randint(1, size), size),
        national=Decimal(rng.randint(6800, 9300)) / 100,
        budget=rng.choice((15000, 20000, 30000, 45000, 50000)),
        complaint=complaint,
        community=community,
        words=words,
    )


def said_date(day: date, form: str) -> str:
    """long: 31 มีนาคม 2565; middle: 31 มี.ค. 2565; short: 31 มี.ค. 65; month: มีนาคม 2565."""
    if form == "month":
        return f"{MONTHS_TH[day.month - 1]} {buddhist_year(day)}"
    if form == "short":
        return f"{day.day} {MONTHS_TH_SHORT[day.month - 1]} {buddhist_year(day) % 100}"
    return thai_date(day, short=form == "middle")
