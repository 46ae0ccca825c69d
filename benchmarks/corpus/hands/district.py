# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the fresh set: a letter to the district with two enclosures; scores in tables that run sideways."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

LETTERS = "กขคงจฉช"


def write(p: Page) -> None:
    letter(p)
    scores(p)
    measures(p)


def letter(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"ที่ {p.raw('ลบ')} {p.figure(str(f.order_number + 71000))}/{p.figure(str(f.order_number + 200))}",
        f"                                        {seat(p)}",
        f"                                        อำเภอ{office.district} จังหวัด{office.province}",
        "",
        f"                    {p.date(f.memo, 'memo_date')}",
        "",
        f"เรื่อง  การรายงานผลการประเมินคุณธรรมและความโปร่งใส ประจำ{p.fy()} และมาตรการที่จะดำเนินการใน{p.fy('measures')}",
        f"เรียน  {addressee(p)}",
        f"อ้างถึง  หนังสือจังหวัด{office.province} ด่วนที่สุด ลงวันที่ {p.date(f.letter, act='letter')}",
        f"สิ่งที่ส่งมาด้วย  {p.num('sent', '1')}. ตารางคะแนนรายตัวชี้วัด  จำนวน 1 ชุด",
        f"                  {p.num('sent', '2')}. มาตรการส่งเสริมคุณธรรมและความโปร่งใส  จำนวน 1 ชุด",
        "",
    )
    p.para(
        f"ตามหนังสือที่อ้างถึง จังหวัด{office.province}ขอให้องค์กรปกครองส่วนท้องถิ่นที่เข้ารับการประเมินรายงานผลและแนวทางแก้ไข ความละเอียดแจ้งแล้ว นั้น",
        indent="        ",
    )
    p.para(
        f"{office.full}ขอเรียนว่า สำนักงาน ป.ป.ช. ได้ประกาศผลเมื่อวันที่ {p.date(f.announced, 'announced')} หน่วยงานได้รับ {p.total()} {u} "
        f"จากคะแนนเต็ม {p.figure(100)} {u} ผลอยู่ในระดับ {p.rated()} ทั้งนี้ แบบ IIT ได้ {p.mean('IIT')} {u} แบบ EIT ได้ {p.mean('EIT')} {u} และแบบ OIT ได้ {p.mean('OIT')} {u}",
        indent="        ",
    )
    if f.total < 85:
        overall = f"หน่วยงานได้คะแนนน้อยกว่าเป้าหมายที่ตั้งไว้ {p.figure(85)} {u} และจะเร่งปรับปรุงให้แล้วเสร็จ"
    else:
        overall = f"หน่วยงานได้คะแนนมากกว่าเป้าหมายที่ตั้งไว้ {p.figure(85)} {u} และจะรักษาระดับนี้ต่อไป"
    p.para(p.mark("overall", overall), indent="        ")
    weak = " ".join(
        f"{p.num('letter', f'({k})')} {p.low(code, form='ด้าน{name}', called=True)} ต่ำสุด{'เท่ากัน' if p.tied(code) else ''}ในแบบ {code} ที่ {p.low_score(code)} {u} มูลเหตุมาจาก{p.issue_mark(f.plans[code], f.plans[code].issue)}"
        for k, code in enumerate(("IIT", "EIT", "OIT"), 1)
    )
    p.para(f"อนึ่ง เมื่อพิจารณารายด้านแล้ว มีด้านที่สมควรแก้ไขก่อน ดังนี้ {weak}", indent="        ")
    if f.community:
        p.para(f"ทั้งนี้ {f.words.community[0]}", indent="        ")
    law = (
        f"มติคณะรัฐมนตรีเมื่อวันที่ {p.mark('date', '23 มกราคม 2561', act='basis')}"
        if f.year <= 2564
        else p.mark("basis", "แผนแม่บทภายใต้ยุทธศาสตร์ชาติ ประเด็นการต่อต้านการทุจริตและประพฤติมิชอบ")
    )
    p.para(
        f"การเข้ารับการประเมินของปีงบประมาณ พ.ศ. {f.year} ถือปฏิบัติตาม{law} จึงเรียนมาเพื่อโปรดทราบ",
        indent="        ",
    )
    p.put(
        "                                        ขอแสดงความนับถือ",
        "",
        "",
        f"                                        ({office.mayor})",
        "",
        f"{p.division(office.divisions[0])}",
        f"โทร. {p.figure(office.phone)}",
        "",
    )


def seat(p: Page) -> str:
    full = p.facts.office.full
    return f"สำนักงาน{full}" if full.startswith("เทศบาล") else f"ที่ทำการ{full}"


def addressee(p: Page) -> str:
    """A provincial office reports to the governor, every other to the district chief."""
    office = p.facts.office
    of_province = office.full.startswith("องค์การบริหารส่วนจังหวัด")
    return f"ผู้ว่าราชการจังหวัด{office.province}" if of_province else f"นายอำเภอ{office.district}"


def scores(p: Page) -> None:
    f = p.facts
    p.put("สิ่งที่ส่งมาด้วย 1", f"ตารางคะแนนรายตัวชี้วัด {p.fy()}", "")
    for code in ("IIT", "EIT", "OIT"):
        numbers = f.rules.numbers_of[code]
        p.put(p.instrument(code))
        line(p, "ตัวชี้วัดที่", *(str(n) for n in numbers), "เฉลี่ย")
        line(p, "เรื่อง", *(p.name(n) for n in numbers), "-")
        line(p, "คะแนน", *(p.score(n) for n in numbers), p.mean(code))
        p.put("")


def line(p: Page, *cells: str) -> None:
    p.put("| " + " | ".join(cells) + " |" if p.facts.seed % 2 else "\t".join(cells))


def measures(p: Page) -> None:
    f = p.facts
    p.put("สิ่งที่ส่งมาด้วย 2", f"มาตรการส่งเสริมคุณธรรมและความโปร่งใส {p.fy('measures')}", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", measure(p, f.plans[code], k), code=code), "")
    p.para(
        f"หมายเหตุ  มาตรการนี้จะนำลงเว็บไซต์ {p.raw(f.office.web)} ในรายการ {p.code('measures')} (มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน) "
        f"และจะนำผลลงในรายการ {p.code('followup')} (การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน) ของ{p.fy('measures')}"
    )


def measure(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    lines = [f"{p.num('plan', str(k))}. ด้าน{p.low(code, form='{name}', called=False)} ({code})"]
    for letter_, one in zip(LETTERS, plan.items, strict=False):
        lines.append(
            p.mark(
                "item",
                f"   {letter_}. {one.measure}\n      วิธีดำเนินการ {one.step}",
                answers=one.answers,
                code=code,
            )
        )
    follow = p.reporting(plan, "รอบหกเดือน ภายในวันที่ {} ", "รอบสิบสองเดือน ภายในวันที่ {}", "ภายในวันที่ {}", joint="และ")
    lines += [
        f"   ส่วนราชการที่รับผิดชอบ  {p.responsible(plan, joint=', ', numbered=False)}",
        f"   ช่วงเวลาดำเนินการ  {p.period(plan, 'between')}",
        f"   กำหนดรายงานผล  {follow}",
    ]
    return "\n".join(lines)
