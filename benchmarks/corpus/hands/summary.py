# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the second part: an executive's summary in prose, indicators without numbers, months instead of days, labelled plan forms."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page, listed


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        "บันทึกข้อความ",
        f"ส่วนราชการ {p.division(office.divisions[0])} {office.full} โทรศัพท์ {p.figure(office.phone)}",
        f"ที่ {p.figure(str(f.order_number))}    วันที่ {p.date(f.memo, 'memo_date')}",
        f"เรื่อง เสนอผลการวิเคราะห์ข้อมูลการประเมินคุณธรรมและความโปร่งใส (ITA) {p.fy()}",
        f"เรียน {office.mayor}",
        "",
        "ต้นเรื่อง",
    )
    p.para(
        f"อ้างถึงหนังสือท้องถิ่นจังหวัด{office.province} ลงวันที่ {p.date(f.letter, act='letter')} แจ้งให้เข้ารับการประเมินคุณธรรมและความโปร่งใส {p.fy()} "
        f"{p.division(office.divisions[0])}ขอสรุปผลที่ได้รับแจ้งเมื่อวันที่ {p.date(f.announced, 'announced')} ดังต่อไปนี้",
        indent="        ",
    )
    p.put("บทสรุปผู้บริหาร")
    word = "สูงขึ้น" if f.total > f.before_total else "ต่ำลง"
    p.para(
        f"ใน{p.fy()} {office.full}ได้คะแนนภาพรวม {p.total()} {u} ผลการประเมินอยู่ในระดับ {p.level()} เมื่อเทียบกับปีงบประมาณก่อนหน้าซึ่งได้ "
        f"{p.mark('before', p.number(f.before_total))} {u} ถือว่า{word}",
        indent="        ",
    )
    for code in ("IIT", "EIT", "OIT"):
        numbers = sorted(f.rules.numbers_of[code], key=lambda n: -f.scores[n])
        said = listed([f"{p.name(n)} {p.score(n)} {u}" for n in numbers])
        plan = f.plans[code]
        p.para(
            f"{p.instrument(code)} ได้คะแนน {p.mean(code)} {u} เรียงจากมากไปน้อย ได้แก่ {said} โดยตัวชี้วัดที่ควรให้ความสำคัญเพราะมีคะแนนต่ำสุด"
            f"{'เท่ากัน' if p.tied(code) else ''} คือ{p.low(code, form='{name}')} ({p.low_score(code)} {u}) ซึ่งพบว่า{p.issue_mark(plan, plan.issue)}",
            indent="        ",
        )
    if f.total < 85:
        overall = f"โดยสรุป หน่วยงานยังมีคะแนนไม่ถึงเป้าหมาย 85 {u} ต้องเร่งปรับปรุงทุกเครื่องมือที่คะแนนต่ำ"
    else:
        overall = f"โดยสรุป หน่วยงานมีคะแนนผ่านเป้าหมาย 85 {u} สมควรรักษาระดับนี้ไว้และพัฒนาให้ดียิ่งขึ้น"
    p.para(p.mark("overall", overall), indent="        ")
    p.put(f"มาตรการที่จะดำเนินการใน{p.fy('measures')}")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        form(p, f.plans[code], k)
    p.put("ข้อเสนอ")
    p.para(
        f"เห็นควรประกาศใช้มาตรการข้างต้นใน{p.fy('measures')} เผยแพร่ตามรายการ {p.code('measures')} ของแบบตรวจ OIT (มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน) "
        f"และเมื่อครบกำหนดให้เผยแพร่รายงานผลการดำเนินการตามมาตรการ ตามรายการ {p.code('followup')}",
        indent="        ",
    )
    p.put("จึงเรียนมาเพื่อโปรดทราบและพิจารณา", "", f"({office.head})", "", f"คำสั่ง/ความเห็นของ{office.mayor} ................")


def form(p: Page, plan: Plan, k: int) -> None:
    code = plan.code
    lines = [f"{p.num('form', f'({k})')} เครื่องมือ {code} ตัวชี้วัดที่ปรับปรุง: {p.low(code, form='{name}')}"]
    for j, one in enumerate(plan.items, 1):
        lines.append(
            p.mark(
                "item",
                f"    มาตรการ {j}: {one.measure}\n    วิธีดำเนินการ {j}: {one.step}",
                answers=one.answers,
                code=code,
            )
        )
    lines.append(f"    ผู้รับผิดชอบ: {p.responsible(plan, joint=' และ', numbered=False)}")
    lines.append(f"    ห้วงเวลา: {p.period(plan, 'long')}")
    if plan.interim:
        text = (
            p.mark("interim", f"รายงานความก้าวหน้ารอบ 6 เดือน ภายในเดือน{p.due(plan, plan.interim, 'month')} ", code=code)
            + p.mark("joint", "และ", code=code)
            + p.mark("final", f"รายงานผลรอบ 12 เดือน ภายในเดือน{p.due(plan, plan.due, 'month')}", code=code)
        )
    else:
        text = f"รายงานผลต่อนายก ภายในเดือน{p.due(plan, plan.due, 'month')}"
    lines.append(f"    การติดตามผล: {p.mark('cell', text, code=code, column='follow')}")
    p.put(p.mark("row", "\n".join(lines), code=code), "")
