# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the fresh set: an internal auditor's review with contents; dotted leaders, what was found and what to do."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

EFFECT = {
    "IIT": "บุคลากรขาดความเชื่อมั่นในการบริหารงานของหน่วยงาน",
    "EIT": "ประชาชนในพื้นที่ขาดความเชื่อมั่นต่อการให้บริการ",
    "OIT": "หน่วยงานเสียคะแนนส่วนที่มีน้ำหนักมากที่สุด",
}


def write(p: Page) -> None:
    f = p.facts
    cover(p)
    p.put("", f"{p.num('chapter', '1')} วัตถุประสงค์และขอบเขต", "")
    p.para(
        f"การสอบทานนี้มุ่งให้ผู้บริหารทราบสาเหตุของคะแนนและสิ่งที่ควรทำต่อ โดยสอบทานจากผลที่ประกาศเมื่อวันที่ {p.date(f.announced, 'announced')} "
        f"คำสั่งแต่งตั้งคณะทำงาน ลงวันที่ {p.date(f.order, act='order')} และหลักฐานที่ส่วนราชการส่งให้ มีผู้ตอบแบบวัด IIT {p.figure(f.respondents[0])} คน และ EIT {p.figure(f.respondents[1])} คน"
    )
    law = (
        f"มติคณะรัฐมนตรี วันที่ {p.mark('date', '23 มกราคม 2561', act='basis')}"
        if f.year <= 2564
        else p.mark("basis", "พระราชบัญญัติประกอบรัฐธรรมนูญว่าด้วยการป้องกันและปราบปรามการทุจริต พ.ศ. 2561")
    )
    p.para(f"กรอบของการประเมินปีงบประมาณ พ.ศ. {f.year} คือ {law}")
    scores(p)
    findings(p)
    p.put(f"{p.num('chapter', '4')} ข้อเสนอแนะเป็นมาตรการ {p.fy('measures')}", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", advice(p, f.plans[code], k), code=code), "")
    p.para(
        f"มาตรการที่ผู้บริหารเห็นชอบให้เผยแพร่ในรายการ {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน "
        f"ส่วนรายงานการดำเนินการตามมาตรการให้เผยแพร่ในรายการ {p.code('followup')} ทั้งสองรายการเป็นของ{p.fy('measures')}"
    )
    p.put(
        "ลงชื่อ .............................. ผู้สอบทาน",
        "",
        p.mark("appendix", "ภาคผนวก"),
        f"หนังสือแจ้งเข้ารับการประเมิน ลงวันที่ {p.date(f.letter, act='letter')}",
    )


def cover(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(
        "รายงานการสอบทานผลการประเมิน ITA",
        f"หน่วยรับการสอบทาน : {office.full} จังหวัด{office.province}",
        f"ผลการประเมินของ : {p.fy()}",
        "ผู้สอบทาน : นักวิชาการตรวจสอบภายใน",
        f"เสนอ : {office.mayor}",
        f"วันที่เสนอ : {p.date(f.memo, 'memo_date')}",
        "",
        "สารบัญ",
    )
    for words, page in (
        ("1 วัตถุประสงค์และขอบเขต", 1),
        (f"2 ผลคะแนน {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year))}", 1),
        ("3 ข้อตรวจพบ", 2),
        (f"4 ข้อเสนอแนะเป็นมาตรการ {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year + 1))}", 3),
        ("ภาคผนวก", 5),
    ):
        p.put(p.mark("toc", f"{words} {'.' * 18} {page}"))


def scores(p: Page) -> None:
    f = p.facts
    p.put(f"{p.num('chapter', '2')} ผลคะแนน {p.fy()}", "")
    leader(p, "คะแนนรวมของหน่วยงาน", p.total())
    leader(p, "ระดับผลการประเมิน", p.level())
    for code in ("IIT", "EIT", "OIT"):
        leader(p, p.instrument(code), p.mean(code))
        for n in f.rules.numbers_of[code]:
            leader(p, f"    {n}. {p.name(n)}", p.score(n))
    p.put("")


def leader(p: Page, said: str, value: str) -> None:
    p.put(f"{said} {'.' * 16} {value}")


def findings(p: Page) -> None:
    f = p.facts
    u = p.style.unit
    p.put(f"{p.num('chapter', '3')} ข้อตรวจพบ", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.put(
            f"ข้อตรวจพบที่ {p.num('found', str(k))}",
            f"    สิ่งที่ควรเป็น : ตัวชี้วัดในแบบเดียวกันได้คะแนนใกล้เคียงกัน และไม่น้อยกว่า {p.figure(85)} {u}",
            f"    สิ่งที่พบ : คะแนนน้อยที่สุดในแบบ {code} คือ {p.low(code, form='{name}', joint=' กับ ', called=True)}{' ซึ่งเท่ากัน' if p.tied(code) else ''} {p.low_score(code)} {u}",
            f"    สาเหตุ : {p.issue_mark(plan, plan.issue)}",
            f"    ผลกระทบ : {EFFECT[code]}",
            "",
        )
    if f.community:
        p.para(f"ข้อสังเกตเพิ่มเติม : {f.words.community[0]}")
    if f.total < 85:
        overall = f"ผลรวมของหน่วยงานต่ำกว่า {p.figure(85)} {u} สมควรแก้ไขตามข้อเสนอแนะทุกข้อ"
    else:
        overall = f"ผลรวมของหน่วยงานสูงกว่า {p.figure(85)} {u} สมควรรักษามาตรฐานและทำตามข้อเสนอแนะเพื่อให้ดีขึ้น"
    p.para(f"ความเห็นผู้สอบทาน : {p.mark('overall', overall)}")


def advice(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    lines = [
        f"ข้อเสนอแนะที่ {p.num('advice', str(k))} เพื่อยกคะแนน{p.low(code, form='{name}', joint=' กับ ', called=False)} ({code})"
    ]
    lines += [
        p.mark("item", f"    {j}) {one.measure} - {one.step}", answers=one.answers, code=code)
        for j, one in enumerate(plan.items, 1)
    ]
    follow = p.reporting(
        plan, "ครั้งแรก (รอบ 6 เดือน) {} ", "ครั้งสุดท้าย (รอบ 12 เดือน) {}", "ส่งรายงาน {}", form="middle", joint="และ"
    )
    lines += [
        f"    ผู้ดำเนินการ : {p.responsible(plan, joint=', ', numbered=False)}",
        f"    เวลาดำเนินการ : {p.period(plan, 'dash')}",
        f"    การติดตาม : {follow}",
    ]
    return "\n".join(lines)
