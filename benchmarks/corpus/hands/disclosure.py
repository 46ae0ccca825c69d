# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the fresh set: the report an item of the web site asks for; scores after equals signs, who acts before what is done."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        "รายงานการวิเคราะห์และมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน",
        f"สำหรับเผยแพร่ใน{p.fy('measures')}",
        f"{office.full} ({office.short})",
        f"ข้อมูลเมื่อวันที่ {p.date(f.memo, 'memo_date')}",
        "",
    )
    p.put(f"{p.num('part', '1.')} ที่มา")
    law = (
        f"มติคณะรัฐมนตรี เมื่อวันที่ {p.mark('date', '23 มกราคม 2561', act='basis')}"
        if f.year <= 2564
        else p.mark("basis", "ยุทธศาสตร์ชาติว่าด้วยการป้องกันและปราบปรามการทุจริต")
    )
    p.para(
        f"{office.full}เข้ารับการประเมิน {p.fy()} ตาม{law} โดยได้รับหนังสือแจ้งลงวันที่ {p.date(f.letter, act='letter')} และตั้งคณะทำงานตามคำสั่งลงวันที่ {p.date(f.order, act='order')}"
    )
    p.put(f"{p.num('part', '2.')} ผลการประเมินและการวิเคราะห์", f"{p.num('sub', '2.1')} ผลโดยรวม")
    way = "สูงขึ้น" if f.total > f.before_total else "ลดลง"
    p.para(
        f"คะแนนรวม {p.fy()} = {p.total()} {u} (ระดับ {p.level()}) {way}จากปีงบประมาณ พ.ศ. {p.figure(str(f.year - 1))} ซึ่งได้ {p.mark('before', p.number(f.before_total))} {u} "
        f"ระดับ {p.figure(f.before_level)} และค่าเฉลี่ยของทั้งประเทศ = {p.figure(f.national)} {u}"
    )
    p.put(f"{p.num('sub', '2.2')} ผลรายเครื่องมือและรายตัวชี้วัด")
    for code in ("IIT", "EIT", "OIT"):
        each = "; ".join(f"{p.name(n)} = {p.score(n)}" for n in f.rules.numbers_of[code])
        p.para(f"{p.instrument(code)} = {p.mean(code)} {u} ได้แก่ {each}")
    p.put(f"{p.num('sub', '2.3')} จุดอ่อนที่ต้องแก้ไข")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.para(
            f"{code}: ตัวชี้วัดที่ได้คะแนนต่ำสุด{'เท่ากัน' if p.tied(code) else ''} = {p.low(code, form='{name}', called=True)} ({p.low_score(code)} {u}) ข้อบกพร่องคือ {p.issue_mark(plan, plan.issue)}"
        )
    if f.community:
        p.para(f"ข้อเสนอแนะอื่น: {f.words.community[0]}")
    p.put(f"{p.num('sub', '2.4')} สรุปผลการวิเคราะห์")
    if f.total < 85:
        overall = f"คะแนนรวมยังต่ำกว่าค่าเป้าหมาย (85 {u}) หน่วยงานมีเรื่องที่ต้องปรับปรุงตามจุดอ่อนข้างต้น"
    else:
        overall = f"คะแนนรวมสูงกว่าค่าเป้าหมาย (85 {u}) หน่วยงานควรรักษามาตรฐานและแก้ไขจุดอ่อนข้างต้น"
    p.para(p.mark("overall", overall))
    p.put(f"{p.num('part', '3.')} มาตรการ {p.fy('measures')}")
    p.put("\t".join(("ที่", "ผู้รับผิดชอบ", "มาตรการและวิธีดำเนินการ", "ระยะเวลา", "วันที่รายงานผล", "เพื่อแก้ไข")))
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", row(p, f.plans[code], k), code=code))
    p.put("", f"{p.num('part', '4.')} การเผยแพร่และการรายงานผล")
    p.para(
        f"รายงานฉบับนี้เผยแพร่ที่ {p.raw(office.web)} ตามรายการ {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน "
        f"ผลการดำเนินการตามมาตรการจะเผยแพร่ตามรายการ {p.code('followup')} การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน ของ{p.fy('measures')} โดย{p.division(office.divisions[0])}"
    )


def row(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    items = " ".join(
        p.mark("item", f"({j}) {one.measure} วิธีการคือ{one.step}", answers=one.answers, code=code)
        for j, one in enumerate(plan.items, 1)
    )
    follow = p.reporting(plan, "รอบ 6 เดือน {} ", "รอบ 12 เดือน {}", "{}", form="middle", joint="และ")
    low = p.low(code, form="{name}", joint=" / ", called=False)
    return "\t".join(
        (
            p.num("rows", str(k)),
            p.responsible(plan, joint=", ", numbered=False),
            items,
            p.period(plan, "full"),
            follow,
            f"{low} ({code})",
        )
    )
