# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: indicator by indicator, strength and weakness, with the criteria quoted; the plan in paragraphs."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.otherwords import STRENGTHS
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"การวิเคราะห์ผลการประเมิน ITA รายตัวชี้วัด {p.fy()}",
        f"{office.full} อำเภอ{office.district} จังหวัด{office.province}",
        f"เสนอผู้บริหารเมื่อวันที่ {p.date(f.memo, 'memo_date')}",
        "",
        f"บทที่ {p.num('part', '1')} ภาพรวม",
        "",
    )
    p.para(
        f"{office.full}ได้รับแจ้งผลเมื่อวันที่ {p.date(f.announced, 'announced')} ว่าการประเมิน {p.fy()} มีคะแนน {p.total()} {u} "
        f"คิดเป็นระดับ {p.rated()} ขณะที่ค่าเฉลี่ยของอำเภอ{office.district}อยู่ที่ {p.figure(f.national)} {u} และเป็นอันดับที่ {p.figure(f.rank[0])} จาก {p.figure(f.rank[1])} หน่วยงาน"
    )
    p.para(
        f"เกณฑ์ที่ใช้แปลผล คือ ตัวชี้วัดที่ได้ตั้งแต่ {p.figure(85)} {u}ขึ้นไปให้รักษามาตรฐาน ต่ำกว่า {p.figure(85)} {u}ให้ปรับปรุง และต่ำกว่า {p.figure(70)} {u}ให้แก้ไขโดยเร่งด่วน"
    )
    p.put(f"บทที่ {p.num('part', '2')} ผลรายตัวชี้วัด", "")
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"{p.instrument(code)} ค่าเฉลี่ย {p.mean(code)} {u}", "")
        for n in f.rules.numbers_of[code]:
            indicator(p, code, n)
    p.put(f"บทที่ {p.num('part', '3')} สรุปจุดที่ต้องพัฒนา", "")
    for code in ("IIT", "EIT", "OIT"):
        together = "เป็นสองตัวชี้วัดที่" if p.tied(code) else "เป็นตัวชี้วัดที่"
        p.para(
            f"ในแบบ {code} {p.low(code, form='{name}', called=True)} {together}ได้คะแนนอยู่ในอันดับสุดท้าย ({p.low_score(code)} {u})"
        )
    if f.total < 85:
        overall = f"กล่าวโดยรวม คะแนนของหน่วยงานต่ำกว่าเป้าหมายร้อยละ {p.figure(85)} จึงเห็นควรปรับปรุงการทำงานทุกด้าน"
    else:
        overall = f"กล่าวโดยรวม คะแนนของหน่วยงานสูงกว่าเป้าหมายร้อยละ {p.figure(85)} จึงเห็นควรรักษามาตรฐานและพัฒนาจุดที่เหลือ"
    p.para(p.mark("overall", overall))
    if f.community:
        p.para(f"นอกจากนี้ {f.words.community[0]}")
    p.put(f"บทที่ {p.num('part', '4')} สิ่งที่จะทำใน{p.fy('measures')}", "")
    for code in ("IIT", "EIT", "OIT"):
        p.put(p.mark("row", paragraph(p, f.plans[code]), code=code), "")
    p.para(
        f"มาตรการข้างต้นจัดทำขึ้นเพื่อตอบข้อ {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน ของ{p.fy('measures')} "
        f"ส่วนผลการปฏิบัติตามมาตรการจะนำไปตอบข้อ {p.code('followup')} ในปีเดียวกัน"
    )


def indicator(p: Page, code: str, n: int) -> None:
    f, plan = p.facts, p.facts.plans[code]
    value = f.scores[n]
    word = "รักษามาตรฐาน" if value >= 85 else "ปรับปรุง" if value >= 70 else "แก้ไขโดยเร่งด่วน"
    went = value - f.before[n]
    moved = "เท่ากับปีก่อน" if not went else f"{'เพิ่มขึ้น' if went > 0 else 'ลดลง'}จากปีก่อนซึ่งได้ {p.before(n)}"
    p.put(
        f"ตัวชี้วัดที่ {n} {p.name(n)} ได้ {p.score(n)} {p.style.unit} {moved}",
        f"   จุดแข็ง: {STRENGTHS[n]}",
    )
    if n == f.lowest[code][0]:
        p.put(f"   จุดที่ต้องพัฒนา: {p.issue_mark(plan, plan.issue)}")
    p.put(f"   แปลผล: {p.mark('judge', word, n=n, keep='รักษามาตรฐาน')}", "")


def paragraph(p: Page, plan: Plan) -> str:
    code = plan.code
    items = " ".join(
        p.mark("item", f"({k}) {one.measure} กล่าวคือ {one.step}", answers=one.answers, code=code)
        for k, one in enumerate(plan.items, 1)
    )
    follow = p.reporting(
        plan,
        "ให้รายงานความก้าวหน้ารอบ 6 เดือนภายในวันที่ {} ",
        "ให้รายงานฉบับสมบูรณ์ภายในวันที่ {}",
        "ให้รายงานผลภายในวันที่ {}",
        joint="และ",
    )
    return (
        f"เพื่อยกคะแนนของแบบ {code} ในตัวชี้วัด {p.low(code, form='{name}', called=False)} จะดำเนินการดังนี้ {items} "
        f"มีผู้รับผิดชอบคือ {p.responsible(plan, joint=' และ ', numbered=False)} ระยะเวลาดำเนินการ {p.period(plan, 'long')} การติดตามผล {follow}"
    )
