# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: a page pasted from a screen; bullets under instruments, a figure below its name, places in the order, grades."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import ENGLISH, Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"สรุป ITA {p.fy(lead='ปี ')} : {office.full}",
        f"ข้อมูล ณ วันที่ {p.date(f.memo, 'memo_date')}",
        "",
        "คะแนนรวม",
        f"{p.total()} {u}",
        f"{'Grade' if f.level in ENGLISH else 'ผลการประเมิน:'} {p.level()}",
        f"ปีก่อน {p.mark('before', p.number(f.before_total))} | ค่าเฉลี่ยอำเภอ {p.figure(f.national)} | เป้าหมาย {p.figure(85)}",
        "",
    )
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"{p.instrument(code)}", f"เฉลี่ย {p.mean(code)} {u}")
        for n in f.rules.numbers_of[code]:
            p.put(f"• {p.name(n)}", f"  {p.score(n)} {u} (อันดับ {p.figure(place(p, n))} ใน 10)")
        p.put("")
    p.put("สิ่งที่ข้อมูลบอก")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.put(
            f"• {code}: {p.low(code, form='{name}', joint=' / ', called=True)} เป็นอันดับสุดท้าย{'ร่วมกัน' if p.tied(code) else ''}ของเครื่องมือ ได้ {p.low_score(code)} {u}",
            f"  เพราะ {p.issue_mark(plan, plan.issue)}",
        )
    if f.community:
        p.put(f"• เสียงจากภายนอก: {f.words.community[0]}")
    reached = "ยังไม่ถึงเป้าหมาย ต้องปรับปรุง" if f.total < 85 else "ผ่านเป้าหมาย ให้รักษาระดับ"
    p.put(f"• {p.mark('overall', 'รวมทั้งหน่วยงาน: ' + reached)}", "")
    p.put(f"แผน {p.fy('measures', lead='ปี ')}", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", card(p, f.plans[code], k), code=code), "")
    p.put(
        "การเปิดเผยบนเว็บไซต์",
        f"• {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน {p.fy('measures', lead='ปี ')}",
        f"• {p.code('followup')} การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน {p.fy('measures', lead='ปี ')}",
        "",
        f"อ้างอิง: หนังสือจังหวัด{office.province} ลงวันที่ {p.date(f.letter, act='letter')}",
    )
    if f.year > 2564:
        law = p.mark("basis", "พ.ร.ป. ว่าด้วยการป้องกันและปราบปรามการทุจริต พ.ศ. 2561")
        p.put(f"ฐานกฎหมายของการประเมิน ปี {f.year}: {law}")


def place(p: Page, n: int) -> int:
    return 1 + sum(value > p.facts.scores[n] for value in p.facts.scores.values())


def card(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    lines = [f"มาตรการชุดที่ {p.num('set', str(k))} | {code} | {p.low(code, form='{name}', joint=' / ', called=False)}"]
    lines += [p.mark("item", f"  • {one.measure} → {one.step}", answers=one.answers, code=code) for one in plan.items]
    follow = p.reporting(
        plan, "ครั้งที่ 1 (รอบ 6 เดือน) ภายใน {} ", "ครั้งที่ 2 (รอบ 12 เดือน) ภายใน {}", "ส่งผลภายใน {}", form="short"
    )
    lines += [
        f"  ผู้รับผิดชอบ: {p.responsible(plan, joint=' + ', numbered=False)}",
        f"  ช่วงเวลา: {p.period(plan, 'full')}",
        f"  ติดตามผล: {follow}",
    ]
    return "\n".join(lines)
