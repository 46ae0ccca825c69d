# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand whose report came out of a page layout: hard narrow lines, decomposed sara am, bands, strengths and weaknesses."""

from assessments.scoring import rounded
from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page


def write(p: Page, with_plan: bool = True) -> None:
    """`with_plan`: with the measures; without, they stand in the memo before it."""
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        "รายงานวิเคราะห์ผลการประเมินคุณธรรมและความโปร่งใส (ITA)",
        p.fy(),
        f"ของ{office.full} อำเภอ{office.district} จังหวัด{office.province}",
        "",
        f"จัดทำโดย {p.division(office.divisions[0])} เมื่อวันที่ {p.date(f.memo, 'memo_date')}",
        "",
        "สารบัญ",
        p.mark("toc", "ส่วนที่ 1 บทนำ  หน้า 1"),
        p.mark("toc", f"ส่วนที่ 2 ผลการประเมิน {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year))}  หน้า 2"),
        p.mark("toc", "ส่วนที่ 3 จุดแข็งและจุดที่ควรพัฒนา  หน้า 3"),
        p.mark(
            "toc",
            f"ส่วนที่ 4 มาตรการส่งเสริมคุณธรรมและความโปร่งใส {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year + 1))}  หน้า 4",
        ),
        "",
        f"ส่วนที่ {p.num('part', '1')} บทนำ",
        "",
    )
    p.para(
        f"การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ {p.fy()} มีวัตถุประสงค์ให้หน่วยงานได้รับทราบผลการประเมินและนำไปปรับปรุงการทำงาน "
        f"{office.full}มีพนักงานผู้มีส่วนได้ส่วนเสียภายในตอบแบบวัด {p.figure(f.respondents[0])} คน และผู้มีส่วนได้ส่วนเสียภายนอกตอบแบบวัด {p.figure(f.respondents[1])} คน "
        f"ทั้งนี้ การประเมินสอดคล้องกับแผนแม่บทภายใต้ยุทธศาสตร์ชาติ (พ.ศ. 2561 – 2580) ประเด็นที่ 21 การต่อต้านการทุจริตและประพฤติมิชอบ "
        f"การดำเนินการเป็นไปตามประกาศ{office.full} เรื่อง เจตจำนงสุจริต ลงวันที่ {p.date(f.order, act='order')}"
    )
    p.put(f"ส่วนที่ {p.num('part', '2')} ผลการประเมิน {p.fy()}", "")
    p.para(
        f"{office.full} ได้รับคะแนนรวม {p.total()} {u} ผลการประเมินระดับ {p.level()} เป็นลำดับที่ {p.figure(f.rank[0])} จาก {p.figure(f.rank[1])} แห่งในจังหวัด"
        f"{office.province} โดยเกณฑ์ระดับผลการประเมินเป็นดังนี้"
    )
    bands(p)
    p.put("", "ผลคะแนนจำแนกตามเครื่องมือ", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        assert f.rules.weights is not None
        weight = f.rules.weights[code]
        share = f" (ถ่วงน้ำหนักแล้ว {p.figure(rounded(f.means[code] * weight))} {u})" if f.seed % 2 else ""
        p.para(
            f"{p.num('tool', f'2.{k}')} {p.instrument(code)} น้ำหนักร้อยละ {p.figure(int(weight * 100))} ได้ {p.mean(code)} {u}{share} มีตัวชี้วัดดังนี้ "
            + " ".join(f"({n}) {p.name(n)} ได้ {p.score(n)} {u}" for n in f.rules.numbers_of[code])
        )
    p.put(f"ส่วนที่ {p.num('part', '3')} จุดแข็งและจุดที่ควรพัฒนา", "")
    best = max(range(1, 11), key=lambda n: f.scores[n])
    p.para(f"จุดแข็ง ได้แก่ ตัวชี้วัดที่ {best} {p.name(best)} ซึ่งได้คะแนนสูงที่สุด {p.score(best)} {u}")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.para(
            f"จุดที่ควรพัฒนาของเครื่องมือ {code} ได้แก่ {p.low(code)} ซึ่งได้คะแนนต่ำที่สุด{'เท่ากัน' if p.tied(code) else ''} {p.low_score(code)} {u} "
            f"สาเหตุสำคัญคือ {p.issue_mark(plan, plan.issue)}"
        )
    if f.total < 85:
        overall = f"ผลการประเมินในภาพรวมยังต่ำกว่าเป้าหมาย 85 {u} หน่วยงานต้องแก้ไขและปรับปรุงโดยเร็ว"
    else:
        overall = f"ผลการประเมินในภาพรวมสูงกว่าเป้าหมาย 85 {u} หน่วยงานควรรักษามาตรฐานนี้ไว้"
    p.para(f"สรุปได้ว่า {p.mark('overall', overall)}")
    p.put(f"ส่วนที่ {p.num('part', '4')} มาตรการส่งเสริมคุณธรรมและความโปร่งใส {p.fy('measures')}", "")
    if not with_plan:
        p.para(
            f"ให้ทุกส่วนราชการดำเนินการตามมาตรการ {p.fy('measures')} ที่เสนอในบันทึกข้อความ และรวบรวมผลส่ง{p.division(office.divisions[0])}"
        )
        return
    p.para(
        f"เพื่อให้สอดคล้องกับข้อ {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน ของ{p.fy('measures')} {office.full}กำหนดมาตรการดังต่อไปนี้"
    )
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        block(p, f.plans[code], k)
    p.para(
        f"ทั้งนี้ ให้{p.division(office.divisions[0])}สรุปผลการดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน เพื่อเปิดเผยตามข้อ {p.code('followup')}"
    )


def bands(p: Page) -> None:
    above = None
    for band in p.facts.rules.bands:
        upper = "100" if above is None else f"{above - 0.01:.2f}"
        low = f"{band.total:.2f}"
        if band.level == "ผ่านดี":
            p.put(f"{band.level}\t{low} - {upper} และทุกเครื่องมือไม่น้อยกว่า {p.figure(85)}")
            continue
        if above is not None and float(band.total) == above:
            upper = "100"
        p.put(f"{band.level}\t{low} - {upper}")
        above = float(band.total)


def block(p: Page, plan: Plan, k: int) -> None:
    code = plan.code
    items = " ".join(
        p.mark("item", f"({j}) {one.measure} ด้วยวิธี{one.step}", answers=one.answers, code=code)
        for j, one in enumerate(plan.items, 1)
    )
    if plan.interim:
        text = (
            p.mark("interim", f"รอบ 6 เดือน ภายใน {p.due(plan, plan.interim)} ", code=code)
            + p.mark("joint", "และ", code=code)
            + p.mark("final", f"รอบ 12 เดือน ภายใน {p.due(plan, plan.due)}", code=code)
        )
    else:
        text = f"ภายใน {p.due(plan, plan.due)}"
    lines = [
        f"มาตรการที่ {p.num('measure', str(k))} แก้ไข{p.low(code, form='{name}')} ({code})",
        f"แนวทาง: {items}",
        f"หน่วยรับผิดชอบ: {p.responsible(plan, joint=' ', numbered=False)}",
        f"ระยะเวลาดำเนินการ: {p.period(plan, 'days')}",
        f"การรายงานผล: {p.mark('cell', text, code=code, column='follow')}",
    ]
    p.put(p.mark("row", "\n".join(lines), code=code), "")
