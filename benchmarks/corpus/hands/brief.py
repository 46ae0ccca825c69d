# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand that writes a memo only: short sentences, dashes, last year in a sentence, the plan as labelled lines."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    unit = p.style.unit
    p.put(
        "บันทึกข้อความ",
        f"ส่วนราชการ {office.full} ({p.division(office.divisions[0])})",
        f"ที่ {p.figure(str(f.order_number))}/{p.figure(str(f.memo.year + 543))}    วันที่ {p.date(f.memo, 'memo_date')}",
        f"เรื่อง สรุปผลและวิเคราะห์ผลการประเมิน ITA {p.fy(lead='ปี ')} พร้อมมาตรการ {p.fy('measures', lead='ปี ')}",
        f"เรียน {office.mayor} (ผ่าน{office.clerk})",
        "",
    )
    p.para(
        f"1. ตามหนังสือสำนักงาน ป.ป.ช. ประจำจังหวัด{office.province} ลงวันที่ {p.date(f.letter, act='letter')} เรื่อง การประเมิน ITA {p.fy(lead='ปีงบประมาณ ')} "
        f"และคำสั่ง {office.short} ที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')} แต่งตั้งคณะทำงานไว้แล้ว นั้น"
    )
    p.para(
        f"2. บัดนี้ ผลการประเมินประกาศแล้ว {office.short} ได้ {p.total()} {unit} ระดับ {p.level()} "
        f"ปีที่แล้วได้ {p.mark('before', p.number(f.before_total))} {unit} ระดับ {p.figure(f.before_level)} {direction(p)} สรุปได้ดังนี้"
    )
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"- {code} ได้ {p.mean(code)} {unit} ({p.instrument(code, also=1, bracket='')})")
        for n in f.rules.numbers_of[code]:
            p.put(f"  - ตัวชี้วัดที่ {n} {p.name(n)} {p.score(n)} {unit}")
        p.put(f"  - ต่ำสุด{'เท่ากัน' if p.tied(code) else ''} คือ {p.low(code)} {p.low_score(code)} {unit}")
    p.put("")
    p.para("3. ข้อสังเกตที่พบ ดังนี้")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.put(f"   {p.num('found', f'3.{k}')} {p.low(code, form='ตัวชี้วัดที่ {n}')}: {p.issue_mark(plan, plan.issue)}")
    overall = (
        f"ภาพรวมยังต่ำกว่าเป้าหมาย 85 {unit} จึงต้องเร่งปรับปรุงแก้ไข"
        if f.total < 85
        else f"ภาพรวมเกินเป้าหมาย 85 {unit} ควรรักษาระดับและพัฒนาต่อเนื่อง"
    )
    if f.community:
        p.put(f"   {p.num('found', '3.4')} ผู้รับบริการอยากให้หน่วยงานจัดกิจกรรมต่อต้านการทุจริตในชุมชน")
    p.put("")
    p.para(f"4. {p.mark('overall', overall)} โดยกำหนดมาตรการ {p.fy('measures')} ดังนี้")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        block(p, f.plans[code], k)
    p.para(
        f"5. ให้นำมาตรการนี้เผยแพร่ตามแบบ OIT {p.fy('measures')} ข้อ {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใส "
        f"และรายงานผลตามข้อ {p.code('followup')} การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใส"
    )
    p.put("จึงเรียนมาเพื่อโปรดพิจารณา", "", f"({office.head})", "", "( ) เห็นชอบ  ( ) ไม่เห็นชอบ", f"({office.mayor})")


def direction(p: Page) -> str:
    change = p.facts.total - p.facts.before_total
    return f"{'เพิ่มขึ้น' if change >= 0 else 'ลดลง'} {p.figure(abs(change))} {p.style.unit}"


def block(p: Page, plan: Plan, k: int) -> None:
    code = plan.code
    lines = [f"   {p.num('plan', f'4.{k}')} ด้าน {code} แก้ไข{p.low(code)}"]
    for one in plan.items:
        lines.append(p.mark("item", f"       • {one.measure} โดย{one.step}", answers=one.answers, code=code))
    lines.append(f"       ผู้รับผิดชอบ: {p.responsible(plan, joint=' / ', numbered=False)}")
    lines.append(f"       ระยะเวลา: {p.period(plan, 'long')}")
    if plan.interim:
        text = (
            p.mark("interim", f"รายงานรอบ 6 เดือน ภายในวันที่ {p.due(plan, plan.interim)} ", code=code)
            + p.mark("joint", "และ", code=code)
            + p.mark("final", f"รายงานรอบ 12 เดือน ภายในวันที่ {p.due(plan, plan.due)}", code=code)
        )
    else:
        text = f"รายงานผลภายในวันที่ {p.due(plan, plan.due)}"
    lines.append(f"       การติดตามผล: {p.mark('cell', text, code=code, column='follow')}")
    p.put(p.mark("row", "\n".join(lines), code=code), "")
