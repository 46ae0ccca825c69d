# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand with one merged table of scores and one of measures (tabs), lettered sections, both years' item codes explained."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        "บันทึกข้อความ",
        f"ส่วนราชการ {p.division(office.divisions[0])} {office.full} โทร {p.figure(office.phone)}",
        f"ที่ {p.raw('สป')} {p.figure(str(f.order_number))}/-    วันที่ {p.date(f.memo, 'memo_date')}",
        f"เรื่อง การวิเคราะห์ผลคะแนน ITA ประจำ{p.fy()} และการกำหนดมาตรการ",
        f"เรียน {office.clerk} / {office.mayor}",
        "",
        "ก. ที่มา",
    )
    p.para(
        f"สำนักงาน ป.ป.ช. แจ้งผลการประเมินคุณธรรมและความโปร่งใส ประจำ{p.fy()} เมื่อวันที่ {p.date(f.announced, 'announced')} ว่า{office.full} มีผลคะแนนรวมทั้งสิ้น "
        f"{p.total()} {u} จัดอยู่ในระดับ {p.level()} (เป้าหมายของแผนแม่บท {p.figure(85)} {u} ขึ้นไป ค่าเฉลี่ยทั้งประเทศ {p.figure(f.national)} {u})"
    )
    p.put("ข. ผลคะแนน")
    p.put(f"เครื่องมือ\tตัวชี้วัด\tคะแนนปี {p.figure(str(f.year - 1))}\tคะแนนปี {p.year()}\tข้อพิจารณา")
    for code in ("IIT", "EIT", "OIT"):
        for n in f.rules.numbers_of[code]:
            word = "ควรรักษามาตรฐาน" if f.scores[n] >= 85 else "ควรปรับปรุง"
            p.put(
                f"{code}\t{n} {p.name(n)}\t{p.before(n)}\t{p.score(n)}\t{p.mark('judge', word, n=n, keep='ควรรักษามาตรฐาน')}"
            )
        p.put(f"{code}\tคะแนนเฉลี่ย\t{p.mark('before', p.number(f.before_means[code]))}\t{p.mean(code)}\t-")
    p.put(f"รวม\tคะแนนถ่วงน้ำหนัก\t{p.mark('before', p.number(f.before_total))}\t{p.total()}\tระดับ {p.level()}", "")
    p.put("ค. วิเคราะห์")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"{p.num('weak', str(k) + ')')} {p.instrument(code)}: {p.low(code, form='{name}')} เป็นตัวชี้วัดที่มีคะแนนน้อยที่สุด{'เท่ากัน' if p.tied(code) else ''} "
            f"({p.low_score(code)} {u}) เพราะ{p.issue_mark(plan, plan.issue)}"
        )
    if f.total < 85:
        overall = "เมื่อเทียบกับเป้าหมายแล้ว ผลการประเมินรวมยังไม่ผ่าน สมควรปรับปรุงทุกด้านที่คะแนนน้อย"
    else:
        overall = "เมื่อเทียบกับเป้าหมายแล้ว ผลการประเมินรวมอยู่ในเกณฑ์ที่ควรรักษามาตรฐานและยกระดับต่อไป"
    p.para(p.mark("overall", overall))
    p.put("ง. รายการที่ต้องเปิดเผย")
    rules = f.rules
    if rules.measures_item != f.next_rules.measures_item:
        p.para(
            f"รายการเปิดเผยมาตรการส่งเสริมคุณธรรมและความโปร่งใสใน{p.fy(lead='ปี ')} คือ {p.mark('figure', p.coded(rules.measures_item or 'O42'))} "
            f"ส่วนใน{p.fy('measures', lead='ปี ')} เปลี่ยนเป็น {p.code('measures')} และการรายงานผลตามมาตรการเปลี่ยนเป็น {p.code('followup')}"
        )
    else:
        p.para(
            f"ใน{p.fy('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสอยู่ในรายการ {p.code('measures')} และการรายงานผลตามมาตรการอยู่ในรายการ {p.code('followup')}"
        )
    p.put(f"จ. มาตรการ {p.fy('measures')}")
    p.put("ลำดับ\tประเด็น/ตัวชี้วัด\tมาตรการและวิธีการ\tผู้รับผิดชอบ\tกรอบเวลา\tการรายงานผล")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", row(p, f.plans[code], k), code=code))
    p.put("")
    p.para(
        f"ใช้งบประมาณในการดำเนินการรวม {p.figure(f.budget)} บาท จากข้อบัญญัติงบประมาณรายจ่ายประจำปีงบประมาณ พ.ศ. {p.figure(str(f.year + 1))} หน้า {p.figure(f.order_number % 90 + 30)}"
    )
    p.put(
        "ฉ. ข้อเสนอ",
        f"1. เห็นชอบมาตรการ {p.fy('measures')}",
        "2. ให้ทุกกองถือปฏิบัติและรายงานผลตามกำหนด",
        "",
        "จึงเรียนมาเพื่อโปรดพิจารณาสั่งการ",
        "",
        f"({office.head})",
    )


def row(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    items = " ".join(
        p.mark("item", f"- {one.measure}: {one.step}", answers=one.answers, code=code) for one in plan.items
    )
    if plan.interim:
        text = p.mark(
            "interim", f"ครั้งที่ 1 (รอบ 6 เดือน) ภายใน {p.due(plan, plan.interim, 'short')} ", code=code
        ) + p.mark("final", f"ครั้งที่ 2 (สิ้นปี) ภายใน {p.due(plan, plan.due, 'short')}", code=code)
    else:
        text = f"ส่งรายงานภายใน {p.due(plan, plan.due, 'short')}"
    follow = p.mark("cell", text, code=code, column="follow")
    return "\t".join(
        (
            p.num("rows", str(k)),
            f"{code}: {p.low(code, form='{name}')}",
            items,
            p.responsible(plan, joint=", ", numbered=False),
            p.period(plan, "tight"),
            follow,
        )
    )
