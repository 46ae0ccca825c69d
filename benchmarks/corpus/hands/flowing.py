# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand that writes long sentences and tab-separated plan rows: memo with its report, contents and foreword."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

SIDE = {"IIT": "ภายใน", "EIT": "ภายนอก", "OIT": "การเปิดเผยข้อมูล"}


def write(p: Page) -> None:
    memo(p)
    report(p)


def memo(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(
        "บันทึกข้อความ",
        "",
        f"ส่วนราชการ {p.division(office.divisions[0])} {office.full}",
        f"ที่ {p.raw('')}        วันที่ {p.date(f.memo, 'memo_date')}",
        "",
        "เรื่อง รายงานการวิเคราะห์ผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ",
        f"ประจำ{p.fy()}",
        "",
        f"เรียน {office.mayor}",
        "",
        "เรื่องเดิม",
        "",
    )
    p.para(
        "ตามที่ สำนักงาน ป.ป.ช. ได้มีการประเมินคุณธรรมและความโปร่งใสในการดำเนินงาน (Integrity and Transparency Assessment) "
        f"ขององค์กรปกครองส่วนท้องถิ่น ประจำ{p.fy()} ปรากฏผลการประเมินระดับคุณธรรมและความโปร่งใส (ITA) ของ{office.full} "
        f"มีคะแนนรวม {p.total()} คะแนน อยู่ในระดับ {p.level()} มีรายละเอียด ดังนี้"
    )
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        numbers = f.rules.numbers_of[code]
        each = " ".join(f"ตัวชี้วัดที่ {n} {p.name(n)} มีผลคะแนนเท่ากับ {p.score(n)} คะแนน" for n in numbers)
        plan = f.plans[code]
        p.para(
            f"{p.num('memo', str(k) + '.')} ด้าน{p.instrument(code)} มีค่าคะแนนเท่ากับ {p.mean(code)} คะแนน โดยประกอบด้วย {len(numbers)} ตัวชี้วัด "
            f"ดังนี้ {each} จากลำดับคะแนน พบว่า{p.low(code)} มีค่าคะแนนน้อยที่สุด{'เท่ากัน' if p.tied(code) else ''} "
            f"{p.issue_mark(plan, 'เนื่องจาก' + plan.issue)} {must(plan)}"
        )
    p.put("ข้อเท็จจริง", "")
    p.para(
        "การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานขององค์กรปกครองส่วนท้องถิ่น มีการประเมินในทุก ๆ ปีงบประมาณ "
        f"และใน{p.fy('measures')} การประเมิน ITA ในตัวชี้วัดที่ 10 {p.name(10)} หน่วยงานต้องเปิดเผยข้อมูลผ่านทางเว็บไซต์ ดังนี้"
    )
    p.para(
        f"ข้อ {p.code('measures')} หน่วยงานต้องจัดทำสรุปผลการวิเคราะห์ผลการประเมินในปีที่ผ่านมา และต้องจัดทำมาตรการภายใน"
        "เพื่อกำหนดแนวทางปฏิบัติในการส่งเสริมคุณธรรมและความโปร่งใสของหน่วยงานให้ดียิ่งขึ้น"
    )
    p.para(
        f"ข้อ {p.code('followup')} หน่วยงานต้องกำกับติดตามการดำเนินงานตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน "
        f"โดยจัดทำสรุปผลการดำเนินงานตามมาตรการที่ได้กำหนดไว้ตามข้อ {p.code('measures')}"
    )
    p.para(
        f"{p.division(office.divisions[0])} ได้ดำเนินการวิเคราะห์ผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ ประจำ{p.fy()} "
        f"เพื่อนำมาสู่ขั้นตอนหรือวิธีการที่จะดำเนินการใน{p.fy('measures')} ตามเอกสารแนบ"
    )
    p.put("ข้อระเบียบและกฎหมาย", "")
    if f.year <= 2564:
        p.para(
            f"การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ ประจำ{p.fy()} เป็นไปตามมติคณะรัฐมนตรี ในการประชุมเมื่อวันที่ "
            f"{p.mark('date', '23 มกราคม 2561', act='basis')} ที่เห็นชอบให้หน่วยงานภาครัฐทุกหน่วยงานเข้าร่วมการประเมินตามแนวทางที่สำนักงาน ป.ป.ช. กำหนด"
        )
    else:
        p.para(
            f"การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ ประจำ{p.fy()} เป็นไปตาม"
            f"{p.mark('basis', 'พระราชบัญญัติประกอบรัฐธรรมนูญว่าด้วยการป้องกันและปราบปรามการทุจริต พ.ศ. 2561')} และแนวทางที่สำนักงาน ป.ป.ช. กำหนด"
        )
    p.put("ข้อเสนอเพื่อพิจารณา", "")
    p.para(
        f"เพื่อให้การประเมินคุณธรรมและความโปร่งใสในการดำเนินงาน ประจำ{p.fy('measures')} เป็นไปด้วยความเรียบร้อย "
        f"และสอดคล้องกับการเปิดเผยข้อมูลข้อ {p.code('measures')} และข้อ {p.code('followup')} เห็นสมควร"
    )
    p.put(
        f"{p.num('propose', '1.')} นำขั้นตอนหรือวิธีการไปปฏิบัติเพื่อรองรับการประเมินฯ ใน{p.fy('measures')}",
        f"{p.num('propose', '2.')} แจ้งทุกสำนัก/กอง ให้ทราบโดยทั่วกัน เพื่อดำเนินการในส่วนที่เกี่ยวข้องต่อไป",
        "",
        "จึงเรียนมาเพื่อโปรดพิจารณา",
        "",
        "",
        f"({office.head})",
        office.head,
        "",
        f"เรียน {office.mayor}",
        "- ได้พิจารณาแล้วเห็นว่า",
        "( ) สมควร",
        "( ) ไม่สมควร เพราะ.....",
        "",
        f"({office.clerk})",
        "",
        f"ความเห็นของ{office.mayor}",
        "( ) อนุมัติ.....",
        "( ) ไม่อนุมัติ เนื่องจาก.....",
        "",
        f"({office.mayor})",
        "",
        "",
    )


def must(plan: Plan) -> str:
    return "ซึ่งหน่วยงานต้อง" + " และ".join(one.measure for one in plan.items if isinstance(one.answers, int))[:400]


def report(p: Page) -> None:
    f, office = p.facts, p.facts.office
    title = "รายงานการวิเคราะห์ผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ"
    p.put(title, f"ประจำ{p.fy()}", "", office.full, f"โทร. {p.figure(office.phone)}", p.raw(office.web), "", "คำนำ", "")
    p.para(
        f"เมื่อผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ ประจำ{p.fy()} ประกาศแล้วเมื่อวันที่ {p.date(f.announced, 'announced')} "
        f"{office.full} ในฐานะหน่วยงานผู้รับการประเมิน จึงนำผลการประเมินมาพิจารณาถึงสิ่งที่ควรได้รับการปรับปรุงและพัฒนาไปในแนวทางที่ดีขึ้น รองรับการประเมินต่อไป"
    )
    if f.seed % 2:
        p.para(
            "ทั้งนี้ สอดคล้องกับยุทธศาสตร์ชาติว่าด้วยการป้องกันและปราบปรามการทุจริต ระยะที่ 3 (พ.ศ. 2560 – 2564) "
            f"และแผนปฏิบัติการป้องกันการทุจริตของหน่วยงาน {f.year - 2} – {f.year + 2} ซึ่งหน่วยงานเข้ารับการประเมินต่อเนื่องมาตั้งแต่ปีงบประมาณ พ.ศ. 2562"
        )
    p.put(office.full, "", "สารบัญ", "", "หน้า")
    toc = [
        ("คำนำ", ""),
        ("ความเป็นมาของการประเมิน", "1"),
        (
            f"ผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงาน ประจำ{p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year))}",
            "2",
        ),
        (f"การนำผลการประเมินไปดำเนินการปรับปรุงและพัฒนา ใน{p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year + 1))}", "4"),
        ("ภาคผนวก", "6"),
    ]
    for words, page in toc:
        p.put(p.mark("toc", f"{words}\t{page}".rstrip("\t")))
    p.put("", p.mark("body_heading", "ความเป็นมาของการประเมิน"), "")
    p.para(
        "สำนักงานคณะกรรมการป้องกันและปราบปรามการทุจริตแห่งชาติ (สำนักงาน ป.ป.ช.) พัฒนาเครื่องมือการประเมินเชิงบวกเพื่อเป็นมาตรการป้องกันการทุจริต "
        "โดยประเมินผลจากความคิดเห็นของผู้มีส่วนได้ส่วนเสียภายใน (IIT) ความคิดเห็นของผู้มีส่วนได้ส่วนเสียภายนอก (EIT) และการเปิดเผยข้อมูล (OIT) "
        "ประกอบด้วยตัวชี้วัดทั้ง 10 ตัวชี้วัด ได้แก่ " + " ".join(f"{n}) {p.name(n)}" for n in range(1, 11)) + " "
        f"มีผู้ตอบแบบวัดการรับรู้ภายใน {p.figure(f.respondents[0])} คน และภายนอก {p.figure(f.respondents[1])} คน"
    )
    p.put(f"ผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงาน ประจำ{p.fy()}", "")
    p.put(f"{p.num('section', '1.')} ผลการประเมินในภาพรวมของ{office.full}", "")
    p.para(
        f"ผลการประเมินโดยภาพรวม {office.full}ได้คะแนนเท่ากับ {p.total()} คะแนน ระดับผลการประเมิน “{p.level()}” ค่าเป้าหมาย {p.figure(85)} คะแนน"
    )
    order = sorted(range(1, 11), key=lambda n: (-f.scores[n], n))
    for k, n in enumerate(order, 1):
        p.put(f"{p.num('ranked', str(k) + ')')} {p.name(n)}\tได้คะแนนเท่ากับ\t{p.score(n)}")
    p.put("", f"{p.num('section', '2.')} การวิเคราะห์ผลการประเมินแต่ละตัวชี้วัด", "")
    p.put("ตัวชี้วัดของการประเมิน ITA\tคะแนน\tประเด็นที่ต้องแก้ไข/ปรับปรุง/รักษาระดับ")
    for code in ("IIT", "EIT", "OIT"):
        p.put(p.instrument(code, also=1))
        for n in f.rules.numbers_of[code]:
            word = "รักษาระดับ" if f.scores[n] >= 85 else "ปรับปรุง"
            p.put(f"{n}. {p.name(n)}\t{p.score(n)} คะแนน\t{p.mark('judge', word, n=n)}")
    p.put("", f"{p.num('section', '3.')} ข้อเสนอแนะในการพัฒนา", "")
    if f.total < 85:
        overall = "ผลการประเมินในภาพรวมต่ำกว่าค่าเป้าหมาย หน่วยงานต้องปรับปรุงการดำเนินงานในด้านที่ได้คะแนนน้อย"
    else:
        overall = "ผลการประเมินในภาพรวมอยู่ในระดับที่หน่วยงานควรรักษามาตรฐานไว้ และควรส่งเสริมให้เกิดการพัฒนาประสิทธิภาพของการดำเนินงานอย่างต่อเนื่อง"
    p.para(f"การประเมินตามแบบ IIT, EIT และ OIT พบว่า {p.mark('overall', overall)}")
    if f.community:
        p.para(COMMUNITY_ASKED)
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"{p.num('suggest', str(k) + '.')} ด้าน {code} พบว่า ผลคะแนนของ{p.low(code, form='ตัวชี้วัดด้าน{name}')} มีค่าต่ำสุด{'เท่ากัน' if p.tied(code) else ''} "
            f"เท่ากับ {p.low_score(code)} คะแนน {p.issue_mark(plan, plan.issue)}"
        )
    p.put(f"การนำผลการประเมินไปดำเนินการปรับปรุงและพัฒนา ใน{p.fy('measures')}", "")
    for code in ("IIT", "EIT", "OIT"):
        table(p, f.plans[code])
    p.put(
        p.mark("appendix", "ภาคผนวก"),
        "",
        f"คำสั่ง{office.full} ที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')} เรื่อง แต่งตั้งคณะทำงานขับเคลื่อนการประเมิน ITA",
    )


COMMUNITY_ASKED = "ผู้มีส่วนได้ส่วนเสียภายนอกมีข้อเสนอแนะให้หน่วยงานจัดกิจกรรมต่อต้านการทุจริตในชุมชน เพื่อปลูกฝังและสร้างค่านิยมในระยะยาว"


def table(p: Page, plan: Plan) -> None:
    code = plan.code
    p.put(
        f"{p.mark('plan_title', 'ตารางการนำผลการประเมิน', code=code)}{p.instrument(code)} ประจำ{p.fy()} เพื่อปรับปรุงและพัฒนาใน{p.fy('measures')}",
        f"ผลคะแนนของ{p.low(code, form='ตัวชี้วัดด้าน{name}')} มีค่าต่ำสุด{'เท่ากัน' if p.tied(code) else ''} เท่ากับ {p.low_score(code)} คะแนน",
        "",
    )
    measures = " ".join(
        p.mark("item", f"{k}.{one.measure}", answers=one.answers, code=code) for k, one in enumerate(plan.items, 1)
    )
    steps = " ".join(
        p.mark("item", f"{k}.{one.step}", answers=one.answers, code=code) for k, one in enumerate(plan.items, 1)
    )
    p.put("มาตรการ/แนวทาง\tขั้นตอนหรือวิธีการดำเนินการ\tผู้รับผิดชอบ\tระยะเวลาดำเนินการ\tการติดตามผล")
    p.put(p.mark("row", "\t".join((measures, steps, p.responsible(plan), p.period(plan), follow(p, plan))), code=code))
    p.put()


def follow(p: Page, plan: Plan) -> str:
    where = f"รายงานผลการดำเนินการผ่านเว็บไซต์ {p.raw(p.facts.office.web)} "
    if plan.interim:
        first = p.mark("interim", f"รอบ 6 เดือน ภายในวันที่ {p.due(plan, plan.interim)} ", code=plan.code)
        final = p.mark("final", f"รอบ 12 เดือน ภายในวันที่ {p.due(plan, plan.due)}", code=plan.code)
        text = first + p.mark("joint", "และ", code=plan.code) + final
    else:
        text = f"ภายในวันที่ {p.due(plan, plan.due)}"
    return p.mark("cell", where + text, code=plan.code, column="follow")
