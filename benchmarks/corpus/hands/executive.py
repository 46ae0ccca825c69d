# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand that explains to the executive: figures in brackets and after equals signs, sentences on last year, quarters, money."""

from decimal import Decimal

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        "บันทึกข้อความ",
        "",
        f"ส่วนราชการ {p.division(office.divisions[0])} {office.full}",
        f"ที่ {p.figure(str(f.order_number))}    วันที่ {p.date(f.memo, 'memo_date')}",
        f"เรื่อง รายงานผล ITA ประจำ{p.fy()} จุดอ่อน และแนวทางยกระดับคะแนนใน{p.fy('measures')}",
        "",
        f"เรียน {office.mayor}",
        "",
    )
    p.put(f"{p.num('head', '1.')} เรื่องเดิม")
    p.para(
        f"{office.full}ได้แต่งตั้งคณะทำงานตามคำสั่งที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')} "
        f"และได้รับหนังสือกรมส่งเสริมการปกครองท้องถิ่น ที่ {p.raw('มท')} 0810.3/ว {p.figure(str(f.order_number + 2000))} ลงวันที่ {p.date(f.letter, act='letter')} "
        f"ให้เข้ารับการประเมิน ITA ประจำ{p.fy()}"
    )
    p.put(f"{p.num('head', '2.')} ข้อเท็จจริง")
    p.para(
        f"ผลการประเมิน ITA ของ{office.full}ใน{p.fy()} เท่ากับ {p.total()} {u} (ระดับ {p.level()}) ขณะที่ปีงบประมาณ พ.ศ. {f.year - 1} เท่ากับ "
        f"{p.mark('before', p.number(f.before_total))} {u} (ระดับ {p.figure(f.before_level)})"
    )
    for code in ("IIT", "EIT", "OIT"):
        numbers = f.rules.numbers_of[code]
        p.put(f"{code} = {p.mean(code)}  ({p.instrument(code, also=1, bracket='')})")
        for n in numbers:
            p.put(f"   {n}) {p.name(n)} ({p.score(n)})")
    p.put("")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        n = f.lowest[code][0]
        went = f.scores[n] - f.before[n]
        again = (
            f"เพิ่มขึ้นจากปีก่อน {p.figure(went)}"
            if went > 0
            else f"ลดลงจากปีก่อน {p.figure(-went)}"
            if went < 0
            else "เท่ากับปีก่อน"
        )
        p.para(
            f"{p.num('fact', f'2.{k}')} คะแนนต่ำสุดของ {code} อยู่ที่{p.low(code)} ซึ่งได้ {p.low_score(code)} {u}{'เท่ากัน' if p.tied(code) else ''} "
            f"{again + ' ' + u if not p.tied(code) and went else ''}".rstrip()
        )
    if f.year >= 2566:
        asked = f.respondents[0] % 25 + Decimal("70.13"), f.respondents[1] % 25 + Decimal("71.46")
        p.para(
            f"ทั้งนี้ เมื่อดูรายข้อคำถาม ข้อ {p.raw('i13')} ได้ {p.figure(asked[0])} {u} และข้อ {p.raw('e7')} ได้ {p.figure(asked[1])} {u}"
        )
    p.put(f"{p.num('head', '3.')} ข้อพิจารณา")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"{p.num('think', f'3.{k}')} ปัญหาของ{p.low(code, form='ตัวชี้วัดที่ {n}')} คือ {p.issue_mark(plan, plan.issue)}"
        )
    if f.total < 85:
        overall = f"เนื่องจากคะแนนรวมไม่ถึง 85 {u} จึงจำเป็นต้องปรับปรุงการดำเนินงาน"
    else:
        overall = f"เนื่องจากคะแนนรวมเกินกว่า 85 {u} จึงควรรักษาระดับคะแนนไว้พร้อมกับพัฒนาจุดอ่อน"
    p.para(f"{p.num('think', '3.4')} {p.mark('overall', overall)}")
    p.put(f"{p.num('head', '4.')} แนวทางยกระดับคะแนนใน{p.fy('measures')}", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        block(p, f.plans[code], k)
    p.put(f"{p.num('head', '5.')} ข้อกฎหมายและระเบียบ")
    law = (
        p.mark("basis", "พระราชบัญญัติประกอบรัฐธรรมนูญว่าด้วยการป้องกันและปราบปรามการทุจริต พ.ศ. 2561")
        if f.year > 2564
        else ("พระราชบัญญัติประกอบรัฐธรรมนูญว่าด้วยการป้องกันและปราบปรามการทุจริต พ.ศ. 2561")
    )
    p.para(
        f"{law} และคู่มือการประเมิน ITA ประจำ{p.fy('measures')} รายการ {p.code('measures')} (มาตรการส่งเสริมคุณธรรมและความโปร่งใส) กับรายการ {p.code('followup')} (รายงานผลตามมาตรการ)"
    )
    p.put(
        f"{p.num('head', '6.')} ข้อเสนอ",
        f"จึงเรียนมาเพื่อโปรดพิจารณาเห็นชอบแนวทางข้างต้น งบประมาณ {p.figure(f.budget)} บาท",
        "",
        f"({office.head})",
        "",
        f"({office.clerk})",
        "",
        f"({office.mayor})",
    )


def block(p: Page, plan: Plan, k: int) -> None:
    code = plan.code
    lines = [f"{p.num('way', f'4.{k}')} {code}: {p.low(code, form='{name}')}"]
    for j, one in enumerate(plan.items, 1):
        lines.append(p.mark("item", f"   4.{k}.{j} {one.measure} ขั้นตอน: {one.step}", answers=one.answers, code=code))
    lines.append(f"   มอบหมาย: {p.responsible(plan, joint=', ', numbered=False)}")
    if plan.interim:
        text = p.mark(
            "interim", f"รายงานระหว่างปี (รอบ 6 เดือน) ภายในวันที่ {p.due(plan, plan.interim)} ", code=code
        ) + p.mark("final", f"รายงานเมื่อสิ้นสุดโครงการ ภายในวันที่ {p.due(plan, plan.due)}", code=code)
    else:
        text = f"รายงานผล ภายในวันที่ {p.due(plan, plan.due)}"
    lines.append(f"   เวลาดำเนินการ: {p.period(plan, 'long')}")
    lines.append(f"   ติดตามผล: {p.mark('cell', text, code=code, column='follow')}")
    p.put(p.mark("row", "\n".join(lines), code=code), "")
