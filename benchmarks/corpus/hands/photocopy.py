# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: a memo copied from year to year; last year's measures first, figures on their own lines, steps (ก) (ข)."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

LETTERS = "กขคงจฉชซ"


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    home, u = office.divisions[0], p.style.unit
    p.put(
        "(สำเนาคู่ฉบับ)",
        "บันทึกข้อความ",
        f"ส่วนราชการ   {office.full}   {p.division(home)}",
        f"ที่   {p.figure(str(f.order_number + 70000))}/{p.figure(str(f.order_number))}      วันที่   {p.date(f.memo, 'memo_date')}",
        f"เรื่อง   รายงานผลการนำผลประเมิน ITA ไปใช้ และมาตรการสำหรับ{p.fy('measures')}",
        "",
        f"เรียน   {office.mayor}",
        "",
    )
    p.para(
        f"   ตามที่{office.full}ได้มีคำสั่งที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')} "
        f"แต่งตั้งคณะกรรมการรับการประเมินคุณธรรมและความโปร่งใส ประจำปีงบประมาณ พ.ศ. {f.year} นั้น บัดนี้คณะกรรมการได้ดำเนินการแล้ว ขอรายงานดังนี้"
    )
    p.put(f"{p.num('head', '1.')} ผลการดำเนินการตามมาตรการของปีที่ผ่านมา")
    last_year(p)
    p.put(f"{p.num('head', '2.')} ผลการประเมินประจำ{p.fy()}")
    p.put(f"   คะแนนภาพรวมของหน่วยงาน {p.total()} {u}", f"   ระดับ {p.rated()}")
    p.put("")
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"   {p.instrument(code)}", f"   {p.mean(code)} {u}")
        for n in f.rules.numbers_of[code]:
            p.put(f"      {p.name(n)}", f"      {p.score(n)} {u}")
        p.put("")
    p.put(f"{p.num('head', '3.')} บทวิเคราะห์")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"   {p.num('think', f'3.{k}')} {p.low(code, form='{name}', called=True)} ได้คะแนน {p.low_score(code)} {u} ต่ำกว่าตัวชี้วัดอื่นของแบบ {code}{' ทั้งสองตัวชี้วัด' if p.tied(code) else ''} "
            f"สาเหตุคือ{p.issue_mark(plan, plan.issue)}"
        )
    if f.community:
        p.para(f"   {p.num('think', '3.4')} {f.words.community[0]}")
    if f.total < 85:
        overall = f"เมื่อดูทั้งหน่วยงานแล้วคะแนนยังไม่ถึง 85 {u} สมควรเร่งแก้ไขตามมาตรการในข้อ 4"
    else:
        overall = f"เมื่อดูทั้งหน่วยงานแล้วคะแนนเกิน 85 {u} สมควรรักษามาตรฐานไว้และทำตามมาตรการในข้อ 4"
    p.para(f"   {p.mark('overall', overall)}")
    p.put(f"{p.num('head', '4.')} มาตรการ {p.fy('measures')}")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", measure(p, f.plans[code], k), code=code))
    p.put(f"{p.num('head', '5.')} การเผยแพร่")
    p.para(
        f"   มาตรการในข้อ 4 ให้เผยแพร่เป็นรายการ {p.code('measures')} (มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน) "
        f"และเมื่อดำเนินการแล้วให้เผยแพร่ผลเป็นรายการ {p.code('followup')} (การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน) ของการประเมิน {p.fy('measures')}"
    )
    p.put("   จึงเรียนมาเพื่อโปรดทราบ และพิจารณาสั่งการ", "", f"({office.head})", "", "- ทราบ", f"({office.mayor})")


def last_year(p: Page) -> None:
    """The measures of the year assessed, which the year before gave rise to: all done, and nothing of them is new."""
    f, u = p.facts, p.style.unit
    p.para(
        f"   จากผลประเมินปีงบประมาณ พ.ศ. {p.figure(str(f.year - 1))} ซึ่งได้ {p.mark('before', p.number(f.before_total))} {u} (ระดับ {p.figure(f.before_level)}) "
        f"หน่วยงานได้กำหนดมาตรการไว้สำหรับปีงบประมาณ พ.ศ. {p.figure(str(f.year))} และดำเนินการครบทุกข้อ ดังนี้"
    )
    for code in ("IIT", "EIT", "OIT"):
        n = min(f.rules.numbers_of[code], key=lambda n: (f.before[n], n))
        measure, _step = f.words.topics[n][0].measures[0]
        month = p.rng.choice(("ธันวาคม", "กุมภาพันธ์", "มีนาคม"))
        p.put(
            f"   - {f.rules.by_number[n].th} (ปี {p.figure(str(f.year - 1))} ได้ {p.before(n)} {u}) ดำเนินการ: {measure.format(short=f.office.short)} แล้วเสร็จเดือน{month} {p.figure(str(f.year - (month == 'ธันวาคม')))}"
        )
    p.put("")


def measure(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    lines = [f"   {p.num('plan', f'4.{k}')} แบบ {code} แก้ไขตัวชี้วัด {p.low(code, form='{name}', called=False)}"]
    for letter, one in zip(LETTERS, plan.items, strict=False):
        lines.append(p.mark("item", f"      ({letter}) {one.measure} โดย{one.step}", answers=one.answers, code=code))
    follow = p.reporting(
        plan,
        "รายงานระหว่างปี (รอบ 6 เดือน) ภายในวันที่ {} ",
        "รายงานสิ้นปี ภายในวันที่ {}",
        "รายงานนายก ภายในวันที่ {}",
        joint="และ",
    )
    lines += [
        f"      ผู้รับผิดชอบ {p.responsible(plan, joint=', ', numbered=False)}",
        f"      ระยะเวลา {p.period(plan, 'since')}",
        f"      การติดตามผล {follow}",
    ]
    return "\n".join(lines)
