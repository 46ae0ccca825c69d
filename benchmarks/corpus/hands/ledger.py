# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: a ledger of two years with differences and meanings, the three lowest, a plan of merged-down cells."""

from benchmarks.corpus.facts import Item, Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"ทะเบียนผลการประเมิน ITA และแผนพัฒนา ของ{office.full}",
        f"จัดทำโดย {p.division(office.divisions[0])} ณ วันที่ {p.date(f.memo, 'memo_date')}",
        "",
        "สารบัญ",
    )
    for words, page in (
        (f"ตาราง 1 ผลคะแนน {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year))}", 1),
        ("ตาราง 2 ข้อสังเกต", 2),
        (f"ตาราง 3 แผนพัฒนา {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year + 1))}", 3),
        ("ตาราง 4 รายการเปิดเผย", 4),
    ):
        p.put(p.mark("toc", f"{words} {'.' * 12} {page}"))
    p.put("", f"ตาราง {p.num('part', '1')} ผลคะแนน {p.fy()}", "")
    table(p, "ตัวชี้วัด", f"ปี {f.year - 1}", f"ปี {f.year}", "ผลต่าง", "ความหมาย", head=True)
    for code in ("IIT", "EIT", "OIT"):
        for n in f.rules.numbers_of[code]:
            word = "รักษา" if f.scores[n] >= 85 else "ปรับปรุง" if f.scores[n] >= 70 else "แก้ไข"
            change = f"{f.scores[n] - f.before[n]:+.2f}"
            meaning = p.mark("judge", word, n=n, keep="รักษา")
            table(p, f"{n}. {p.name(n)}", p.before(n), p.score(n), p.mark("change", change), meaning)
        was = p.mark("before", p.number(f.before_means[code]))
        table(p, p.instrument(code), was, p.mean(code), p.figure(f"{f.means[code] - f.before_means[code]:+.2f}"), "-")
    was = p.mark("before", p.number(f.before_total))
    table(p, "คะแนนรวม", was, p.total(), p.figure(f"{f.total - f.before_total:+.2f}"), f"ระดับ {p.rated()}")
    p.put(
        "",
        f"หมายเหตุ {p.figure(85)} {u}ขึ้นไป = รักษา, ต่ำกว่า {p.figure(85)} {u} = ปรับปรุง, ต่ำกว่า {p.figure(70)} {u} = แก้ไข",
        "",
        f"ตาราง {p.num('part', '2')} ข้อสังเกต",
        "",
    )
    p.put("ตัวชี้วัดที่มีคะแนนต่ำสุด 3 อันดับของหน่วยงาน")
    for k, n in enumerate(sorted(range(1, 11), key=lambda n: (f.scores[n], n))[:3], 1):
        p.put(f"  {p.num('ranked', str(k) + ')')} {p.name(n)} ({p.score(n)} {u})")
    p.put("")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.para(
            f"เฉพาะแบบ {code} คะแนนน้อยที่สุด{'เท่ากัน' if p.tied(code) else ''} ได้แก่ {p.low(code, form='{name}', called=True)} คือ {p.low_score(code)} {u} ข้อสังเกต: {p.issue_mark(plan, plan.issue)}"
        )
    if f.community:
        p.para(f"ข้อเสนอจากผู้ตอบแบบ EIT: {f.words.community[0]}")
    if f.total < 85:
        overall = f"คะแนนรวมยังขาดอีก {p.figure(85 - f.total)} {u}จึงจะถึงเป้าหมาย {p.figure(85)} {u} ต้องปรับปรุง"
    else:
        overall = f"คะแนนรวมเกินเป้าหมาย {p.figure(85)} {u}อยู่ {p.figure(f.total - 85)} {u} ให้รักษามาตรฐานไว้"
    p.para(p.mark("overall", overall))
    p.put(f"ตาราง {p.num('part', '3')} แผนพัฒนา {p.fy('measures')}", "")
    table(p, "ตัวชี้วัด", "มาตรการ", "ขั้นตอน", "ผู้รับผิดชอบ", "ระยะเวลา", "การติดตามผล", head=True)
    for code in ("IIT", "EIT", "OIT"):
        rows(p, f.plans[code])
    p.put("", f"ตาราง {p.num('part', '4')} รายการเปิดเผย {p.fy('measures')}", "")
    table(p, "รายการ", "เรื่อง", head=True)
    table(p, p.code("measures"), "มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน")
    table(p, p.code("followup"), "การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน")
    if f.year > 2564:
        p.put(
            "",
            f"การประเมิน ปีงบประมาณ พ.ศ. {f.year} อาศัย{p.mark('basis', 'แผนปฏิบัติการด้านการต่อต้านการทุจริตและประพฤติมิชอบ')}",
        )


def drawn(p: Page, cells: tuple[str, ...]) -> str:
    """One row: with pipes, or with tabs."""
    return "| " + " | ".join(cells) + " |" if p.facts.seed % 2 else "\t".join(cells)


def table(p: Page, *cells: str, head: bool = False) -> None:
    p.put(drawn(p, cells))
    if head and p.facts.seed % 2:
        p.put("|" + "---|" * len(cells))


def rows(p: Page, plan: Plan) -> None:
    """One row a measure; who, when and how stand once, in the first: the cells below it are merged into it."""
    code = plan.code
    follow = p.reporting(
        plan, "รอบ 6 เดือน ภายใน {} ", "รอบ 12 เดือน ภายใน {}", "รายงานผลภายใน {}", form="long", joint="และ"
    )
    shared = (p.responsible(plan, joint=", ", numbered=False), p.period(plan, "full"), follow)

    def line(k: int, one: Item) -> str:
        first = f"{code} {p.low(code, form='{name}', joint=', ', called=False)}" if k == 1 else ""
        return drawn(p, (first, f"{k}) {one.measure}", f"{k}) {one.step}", *(shared if k == 1 else ("", "", ""))))

    said = [p.mark("item", line(k, one), answers=one.answers, code=code) for k, one in enumerate(plan.items, 1)]
    p.put(p.mark("row", "\n".join(said), code=code, merged=True))
