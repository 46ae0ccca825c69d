# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of a municipality that thinks in tables: pipe tables, two years side by side, numbered chapters, per cent."""

from decimal import Decimal

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.hands.flowing import COMMUNITY_ASKED
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    if p.style.width == 0:
        memo(p)
    p.put(f"รายงานผลการวิเคราะห์การประเมิน ITA ประจำ{p.fy()}", f"{office.full} จังหวัด{office.province}", "", "สารบัญ", "")
    for words, page in (
        ("1. หลักการและเหตุผล", 1),
        (f"2. ผลการประเมิน ITA {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year))}", 1),
        ("3. การวิเคราะห์ข้อมูล", 3),
        (f"4. มาตรการขับเคลื่อน {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year + 1))}", 4),
        ("5. การกำกับติดตาม", 6),
    ):
        p.put(p.mark("toc", f"{words} {'.' * 30} {page}"))
    p.put("", f"{p.num('chapter', '1.')} หลักการและเหตุผล")
    p.para(
        f"{office.full}ได้เข้าร่วมการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ (ITA) {p.fy()} "
        f"ตามหนังสือจังหวัด{office.province} ที่ {p.raw('มท')} 0023.{p.figure(f.order_number % 9 + 1)}/ว {p.figure(str(f.order_number + 1000))} ลงวันที่ {p.date(f.letter, act='letter')} "
        f"โดยสำนักงาน ป.ป.ช. ประกาศผลเมื่อวันที่ {p.date(f.announced, 'announced')}",
        indent="    ",
    )
    p.put(f"{p.num('chapter', '2.')} ผลการประเมิน ITA {p.fy()}")
    p.para(
        f"ผลการประเมินภาพรวม ร้อยละ {p.total()} ระดับ {p.level()} โดยปีก่อนหน้า (พ.ศ. {f.year - 1}) ได้ร้อยละ {p.mark('before', p.number(f.before_total))} "
        f"{moved(p)} และมีค่าเฉลี่ยของ{kind(p)}ทั้งประเทศร้อยละ {p.figure(f.national)}",
        indent="    ",
    )
    p.put("| ปีงบประมาณ | คะแนนรวม (ร้อยละ) | ระดับ |", "|---|---|---|")
    p.put(f"| {f.year - 1} | {p.mark('before', p.number(f.before_total))} | {p.figure(f.before_level)} |")
    p.put(f"| {f.year} | {p.total()} | {p.level()} |", "")
    share = f.respondents[1] % 30 + Decimal("45.25")
    p.para(
        f"ผู้ตอบแบบวัดการรับรู้ภายนอก {p.figure(f.respondents[1])} คน เป็นเพศหญิงร้อยละ {p.figure(share)} เพศชายร้อยละ {p.figure(100 - share)}",
        indent="    ",
    )
    p.put(f"{p.num('sub2', '2.1')} คะแนนรายตัวชี้วัด เปรียบเทียบสองปี", "")
    p.put(f"| ที่ | ตัวชี้วัด | ปี {f.year - 1} (ร้อยละ) | ปี {f.year} (ร้อยละ) | ผลต่าง |", "|---|---|---|---|---|")
    for n in range(1, 11):
        p.put(
            f"| {n} | {p.name(n)} | {p.before(n)} | {p.score(n)} | {p.mark('change', signed(f.scores[n] - f.before[n]))} |"
        )
    p.put(
        "",
        f"{p.num('sub2', '2.2')} คะแนนรายเครื่องมือ",
        "",
        f"| เครื่องมือ | ปี {f.year} (ร้อยละ) | ตัวชี้วัดที่ได้คะแนนต่ำสุด |",
        "|---|---|---|",
    )
    for code in ("IIT", "EIT", "OIT"):
        p.put(
            f"| {p.instrument(code)} | {p.mean(code)} | {p.low(code, form='{name}', joint=', ')} ({p.low_score(code)}) |"
        )
    p.put("", f"{p.num('chapter', '3.')} การวิเคราะห์ข้อมูล")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"{p.num('sub3', f'3.{k}')} เครื่องมือ {code} ได้ร้อยละ {p.mean(code)} ตัวชี้วัดที่ได้คะแนนต่ำที่สุด คือ {p.low(code, form='ตัวชี้วัดที่ {n} {name}')} "
            f"ร้อยละ {p.low_score(code)} ทั้งนี้ {p.issue_mark(plan, plan.issue)}",
            indent="    ",
        )
    if f.total < 85:
        overall = "ผลคะแนนภาพรวมยังไม่ถึงค่าเป้าหมายร้อยละ 85 จำเป็นต้องเร่งปรับปรุง"
    else:
        overall = "ผลคะแนนภาพรวมผ่านค่าเป้าหมายร้อยละ 85 แล้ว จึงควรรักษาระดับและพัฒนาอย่างต่อเนื่อง"
    p.para(f"{p.num('sub3', '3.4')} สรุป {p.mark('overall', overall)}", indent="    ")
    if f.community:
        p.para(f"{p.num('sub3', '3.5')} {COMMUNITY_ASKED}", indent="    ")
    p.put(f"{p.num('chapter', '4.')} มาตรการขับเคลื่อน {p.fy('measures')}", "")
    p.put(
        "| เครื่องมือ/ตัวชี้วัด | มาตรการ | วิธีดำเนินการ | ผู้รับผิดชอบ | ระยะเวลา | การติดตามและรายงาน |",
        "|---|---|---|---|---|---|",
    )
    for code in ("IIT", "EIT", "OIT"):
        p.put(p.mark("row", row(p, f.plans[code]), code=code))
    p.put("", f"{p.num('chapter', '5.')} การกำกับติดตาม")
    p.para(
        f"ให้{p.division(office.divisions[0])}รวบรวมผลการดำเนินการตามมาตรการ เผยแพร่บนเว็บไซต์ {p.raw(office.web)} ตามแบบ OIT {p.fy('measures')} "
        f"รายการ {p.code('measures')} (มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน) และรายการ {p.code('followup')} "
        "(การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน)",
        indent="    ",
    )


def memo(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(
        "บันทึกข้อความ",
        f"ส่วนราชการ  {p.division(office.divisions[0])}  {office.full}  โทร. {p.figure(office.phone)}",
        f"ที่  {p.raw('กท')} 5{p.figure(str(f.order_number % 1000 + 1000))}/{p.figure(str(f.order_number % 500 + 1))}    วันที่  {p.date(f.memo, 'memo_date')}",
        f"เรื่อง  ขอรายงานผลการวิเคราะห์การประเมิน ITA ประจำ{p.fy()} และขออนุมัติมาตรการ",
        f"เรียน  {office.mayor}",
        "",
    )
    p.para(
        f"ด้วยสำนักงาน ป.ป.ช. ได้ประกาศผลการประเมิน ITA {p.fy()} {office.full}ได้คะแนนร้อยละ {p.total()} ผลการประเมินอยู่ในระดับ {p.level()} แยกเป็น",
        indent="    ",
    )
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"    - {p.instrument(code)} ร้อยละ {p.mean(code)}")
    p.put("")
    p.para(
        f"จึงเห็นควรอนุมัติมาตรการขับเคลื่อน {p.fy('measures')} ตามรายงานที่แนบ และมอบหมาย{p.division(office.divisions[0])}ดำเนินการ จึงเรียนมาเพื่อโปรดพิจารณา",
        indent="    ",
    )
    p.put(f"({office.head})", "", "- เห็นชอบ / อนุมัติ", f"({office.mayor})", "", "")


def kind(p: Page) -> str:
    return "เทศบาล" if p.facts.office.full.startswith("เทศบาล") else "องค์กรปกครองส่วนท้องถิ่น"


def signed(value: object) -> str:
    return f"{value:+.2f}"


def moved(p: Page) -> str:
    change = p.facts.total - p.facts.before_total
    return f"{'เพิ่มขึ้น' if change >= 0 else 'ลดลง'} {p.figure(abs(change))}"


def row(p: Page, plan: Plan) -> str:
    measures = " ".join(
        p.mark("item", f"{k}) {one.measure}", answers=one.answers, code=plan.code)
        for k, one in enumerate(plan.items, 1)
    )
    steps = " ".join(
        p.mark("item", f"{k}) {one.step}", answers=one.answers, code=plan.code) for k, one in enumerate(plan.items, 1)
    )
    if plan.interim:
        text = p.mark(
            "interim", f"รายงานครั้งที่ 1 (รอบ 6 เดือน) ภายใน {p.due(plan, plan.interim)} ", code=plan.code
        ) + p.mark("final", f"รายงานครั้งที่ 2 (รอบ 12 เดือน) ภายใน {p.due(plan, plan.due)}", code=plan.code)
    else:
        text = f"รายงานผลต่อผู้บริหาร ภายใน {p.due(plan, plan.due)}"
    low = p.low(plan.code, form="{name}", joint=", ")
    cells = (
        f"{plan.code} {low}",
        measures,
        steps,
        p.responsible(plan, numbered=False, joint=", "),
        p.period(plan, "long"),
        p.mark("cell", text, code=plan.code, column="follow"),
    )
    return "| " + " | ".join(cells) + " |"
