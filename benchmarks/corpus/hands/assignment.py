# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the fresh set: an order of the mayor that assigns the measures; the scores of two years in its annex."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

GAP = "     "  # between the columns of the annex
TOPICS = {"IIT": "ด้านบุคลากรภายใน", "EIT": "ด้านผู้รับบริการ", "OIT": "ด้านการเผยแพร่ข้อมูล"}


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"คำสั่ง{office.full}",
        f"ที่ {p.figure(str(f.order_number + 120))}/{p.figure(str(f.memo.year + 543))}",
        f"เรื่อง มอบหมายส่วนราชการดำเนินการตามผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงาน ประจำ{p.fy()}",
        "-" * 24,
        "",
    )
    p.para(
        f"เพื่อให้การนำผลการประเมิน ITA {p.fy()} ไปใช้ประโยชน์เป็นไปอย่างต่อเนื่องจากคำสั่งที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')} "
        f"ซึ่ง{office.full}มีผลคะแนน {p.total()} {u} ระดับ {p.rated()} ตามบัญชีแนบท้าย และโดยที่ผลคะแนนของปีงบประมาณ พ.ศ. {p.figure(str(f.year - 1))} เป็น {p.mark('before', p.number(f.before_total))} {u}",
        indent="    ",
    )
    if f.year > 2564:
        law = p.mark("basis", "แผนการปฏิรูปประเทศด้านการป้องกันและปราบปรามการทุจริตและประพฤติมิชอบ")
    else:
        law = f"มติคณะรัฐมนตรี ลงวันที่ {p.mark('date', '23 มกราคม 2561', act='basis')}"
    p.para(
        f"อาศัยอำนาจตาม{founding(p)} ประกอบกับ{law} ซึ่งใช้กับการประเมินปีงบประมาณ พ.ศ. {f.year} จึงมอบหมายส่วนราชการให้ดำเนินการใน{p.fy('measures')} ดังต่อไปนี้",
        indent="    ",
    )
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"{p.num('ground', str(k))}. {TOPICS[code]} {p.low(code, form='ตัวชี้วัด{name}', called=True)} ได้คะแนนน้อยกว่าตัวชี้วัดอื่นในแบบ {code}{' และเท่ากัน' if p.tied(code) else ''} ({p.low_score(code)} {u}) ด้วยเหตุว่า{p.issue_mark(plan, plan.issue)}",
            indent="    ",
        )
        p.put(p.mark("row", task(p, plan), code=code), "")
    ending(p)
    annex(p)


def founding(p: Page) -> str:
    if p.facts.office.full.startswith("องค์การบริหารส่วนตำบล"):
        return "ความในมาตรา 59 แห่งพระราชบัญญัติสภาตำบลและองค์การบริหารส่วนตำบล พ.ศ. 2537 และที่แก้ไขเพิ่มเติม"
    return "กฎหมายว่าด้วยการจัดตั้งองค์กรปกครองส่วนท้องถิ่น"


def task(p: Page, plan: Plan) -> str:
    code = plan.code
    lines = [f"       มอบหมายให้ : {p.responsible(plan, joint=' ', numbered=True)}"]
    lines += [
        p.mark("item", f"       - {one.measure} ({one.step})", answers=one.answers, code=code) for one in plan.items
    ]
    follow = p.reporting(
        plan,
        "รายงานความก้าวหน้ารอบ 6 เดือนภายในเดือน{} ",
        "รายงานผลรอบ 12 เดือนภายในเดือน{}",
        "รายงานผลภายในเดือน{}",
        form="month",
        joint="และ",
    )
    lines += [f"       ให้ดำเนินการ : {p.period(plan, 'since')}", f"       ให้รายงาน : {follow}"]
    return "\n".join(lines)


def ending(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    if f.total < 85:
        overall = f"โดยที่คะแนนของหน่วยงานยังไม่ถึง {p.figure(85)} {u} ให้ทุกส่วนราชการถือเป็นเรื่องที่ต้องปรับปรุงโดยด่วน"
    else:
        overall = f"โดยที่คะแนนของหน่วยงานถึง {p.figure(85)} {u}แล้ว ให้ทุกส่วนราชการรักษาระดับไว้"
    p.para(f"{p.num('ground', '4')}. {p.mark('overall', overall)}", indent="    ")
    if f.community:
        p.para(f"{p.num('ground', '5')}. {f.words.community[0]} ให้ดำเนินการตามที่มอบหมายใน{TOPICS['EIT']}", indent="    ")
    p.para(
        f"ให้{p.division(office.divisions[0])}นำคำสั่งนี้ลงในรายการ {p.code('measures')} เรื่องมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน และรวบรวมรายงานของทุกส่วนราชการลงในรายการ {p.code('followup')} "
        f"เรื่องการดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน ของการประเมิน{p.fy('measures')}",
        indent="    ",
    )
    p.put(
        "    ทั้งนี้ ตั้งแต่บัดนี้เป็นต้นไป",
        "",
        f"          สั่ง ณ วันที่ {p.date(f.memo, 'memo_date')}",
        "",
        f"          ({office.mayor})",
        "",
    )


def annex(p: Page) -> None:
    f = p.facts
    p.put(
        "บัญชีแนบท้ายคำสั่ง",
        f"ผลการประเมิน ITA {p.fy()} เทียบกับปีก่อน",
        GAP.join(("ที่", "ตัวชี้วัด", "แบบ", f"คะแนนปี {f.year}", f"คะแนนปี {f.year - 1}")),
    )
    for code in ("IIT", "EIT", "OIT"):
        for n in f.rules.numbers_of[code]:
            p.put(GAP.join((str(n), p.name(n), code, p.score(n), p.before(n))))
    p.put("", GAP.join(("เครื่องมือ", f"เฉลี่ยปี {f.year}", f"เฉลี่ยปี {f.year - 1}")))
    for code in ("IIT", "EIT", "OIT"):
        p.put(GAP.join((p.instrument(code), p.mean(code), p.mark("before", p.number(f.before_means[code])))))
