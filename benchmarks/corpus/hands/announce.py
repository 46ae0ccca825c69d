# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: a public announcement in clauses; last year's lowest told, a table in pipes, measures with annexed forms."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

LETTERS = "กขคงจฉชซ"


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"ประกาศ{office.full}",
        f"เรื่อง ผลการประเมินคุณธรรมและความโปร่งใส {p.fy()} และมาตรการส่งเสริมคุณธรรมและความโปร่งใส {p.fy('measures')}",
        "-" * 30,
        "",
    )
    law = "นโยบายของผู้บริหารที่ประกาศเจตจำนงสุจริตไว้"
    if f.year > 2564:
        law = p.mark("basis", "ยุทธศาสตร์ชาติว่าด้วยการป้องกันและปราบปรามการทุจริต") + " และ" + law
    p.para(
        f"โดยที่การประเมิน ITA {p.fy()} ของ{office.full} เสร็จสิ้นแล้ว และเพื่อให้เป็นไปตาม{law} เมื่อวันที่ {p.date(f.order, act='order')} จึงประกาศดังต่อไปนี้"
    )
    p.para(
        f"ข้อ {p.num('clause', '1')} {office.full} มีคะแนน {p.total()} {u} อยู่ในระดับ {p.rated()} ประกอบด้วยคะแนนของแต่ละแบบดังนี้"
    )
    p.put("| แบบ | ตัวชี้วัด | คะแนน |", "| :-- | :-- | --: |")
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"| {p.instrument(code)} | ทุกตัวชี้วัด | {p.mean(code)} |")
        for n in f.rules.numbers_of[code]:
            p.put(f"| | {p.name(n)} | {p.score(n)} |")
    p.put("")
    p.para(f"ข้อ {p.num('clause', '2')} ตัวชี้วัดที่ต้องพัฒนาก่อน มีดังนี้")
    for letter, code in zip(LETTERS, ("IIT", "EIT", "OIT"), strict=False):
        plan = f.plans[code]
        old = min(f.rules.numbers_of[code], key=lambda n: (f.before[n], n))
        p.para(
            f"({p.num('part2', letter)}) {p.low(code, form='{name}', called=True)} ซึ่งเหลือเพียง {p.low_score(code)} {u} น้อยกว่าทุกตัวชี้วัดของแบบ {code}{' และเท่ากันทั้งคู่' if p.tied(code) else ''} เหตุที่ได้น้อยเพราะ{p.issue_mark(plan, plan.issue)} "
            f"(ปีงบประมาณ พ.ศ. {p.figure(str(f.year - 1))} ตัวชี้วัดที่ได้ต่ำสุดของแบบนี้คือ{f.rules.by_number[old].th} {p.before(old)} {u})"
        )
    if f.total < 85:
        overall = f"คะแนนรวมไม่ถึงค่าเป้าหมาย {p.figure(85)} {u} ให้ทุกกองปรับปรุงการทำงาน"
    else:
        overall = f"คะแนนรวมไม่น้อยกว่าค่าเป้าหมาย {p.figure(85)} {u} ให้ทุกกองรักษามาตรฐานการทำงาน"
    p.para(f"ข้อ {p.num('clause', '3')} {p.mark('overall', overall)}")
    if f.community:
        p.para(f"นอกจากนั้น {f.words.community[0]} หน่วยงานรับไว้ดำเนินการตามข้อ 5")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 4):
        p.put(p.mark("row", clause(p, f.plans[code], k), code=code), "")
    p.para(
        f"ข้อ {p.num('clause', '7')} ให้เผยแพร่ประกาศนี้เป็นข้อมูลตามข้อ {p.code('measures')} และเผยแพร่รายงานการดำเนินการตามประกาศนี้เป็นข้อมูลตามข้อ {p.code('followup')} ของแบบตรวจการเปิดเผยข้อมูลสาธารณะ {p.fy('measures')}"
    )
    p.put(f"ประกาศ ณ วันที่ {p.date(f.memo, 'memo_date')}", "", f"({office.mayor})")


def clause(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    lines = [
        f"ข้อ {p.num('clause', str(k))} มาตรการด้าน{p.low(code, form='{name}', called=False)} ของแบบ {code} ให้ดำเนินการดังนี้"
    ]
    for letter, one in zip(LETTERS, plan.items, strict=False):
        lines.append(p.mark("item", f"    ({letter}) {one.measure} ({one.step})", answers=one.answers, code=code))
    follow = p.reporting(
        plan,
        "ให้รายงานรอบ 6 เดือน ไม่เกินวันที่ {} ",
        "ให้รายงานรอบ 12 เดือน ไม่เกินวันที่ {}",
        "ให้รายงานผล ไม่เกินวันที่ {}",
        joint="และ",
    )
    lines += [
        f"    ผู้รับผิดชอบ : {p.responsible(plan, joint=' ', numbered=True)}",
        f"    ระยะเวลาดำเนินการ : {p.period(plan, 'days')}",
        f"    การติดตามผล : {follow}",
    ]
    return "\n".join(lines)
