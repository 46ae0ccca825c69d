# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: a memo with its report, scanned and read by a machine; blanks inside words, columns without tabs."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

GAP = "   "  # what is left of a tab


def write(p: Page) -> None:
    p.digits("thai")
    memo(p)
    report(p)
    p.digits("arabic")
    plans(p)


def memo(p: Page) -> None:
    f, office = p.facts, p.facts.office
    home = office.divisions[0]
    p.put(
        "บันทึกข้อความ",
        "",
        f"ส่วนราชการ {p.division(home)} {office.full} โทร. {p.figure(office.phone)}",
        f"ที่ {p.raw('-')} วันที่ {p.date(f.memo, 'memo_date')}",
        f"เรื่อง ขอส่งผลการวิเคราะห์การประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ {p.fy()}",
        "",
        f"เรียน {office.mayor}",
        "",
        "เรื่องเดิม",
        "",
    )
    p.para(
        f"ด้วยสำนักงาน ป.ป.ช. กำหนดให้องค์กรปกครองส่วนท้องถิ่นทุกแห่งเข้ารับการประเมินคุณธรรมและความโปร่งใส (ITA) {p.fy()} "
        f"ตามหนังสือจังหวัด{office.province} ลงวันที่ {p.date(f.letter, act='letter')} และได้ประกาศผลแล้วเมื่อวันที่ {p.date(f.announced, 'announced')} "
        f"โดย{office.full} มีผลคะแนนภาพรวม {p.total()} คะแนน จัดอยู่ในระดับ {p.rated()} จำแนกได้ดังนี้"
    )
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        each = ", ".join(f"{p.name(n)} ได้ {p.score(n)} คะแนน" for n in f.rules.numbers_of[code])
        plan = f.plans[code]
        p.para(
            f"{p.num('memo', str(k) + '.')} {p.instrument(code)} ได้คะแนนเฉลี่ย {p.mean(code)} คะแนน จาก {len(f.rules.numbers_of[code])} ตัวชี้วัด คือ {each} "
            f"ตัวชี้วัดที่ได้คะแนนน้อยที่สุด{'เท่ากัน' if p.tied(code) else ''}คือ {p.low(code, form='{name}', called=True)} ({p.low_score(code)} คะแนน) "
            f"ทั้งนี้เพราะ{p.issue_mark(plan, plan.issue)}"
        )
    p.put("ข้อเท็จจริง", "")
    p.para(
        f"{p.division(home)}พิจารณาผลการประเมินแล้ว เห็นว่าต้องจัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน {p.fy('measures')} "
        f"เพื่อเปิดเผยตามข้อ {p.code('measures')} และต้องรายงานการดำเนินการตามมาตรการนั้นตามข้อ {p.code('followup')} ของแบบตรวจการเปิดเผยข้อมูลสาธารณะ"
    )
    p.put("ข้อกฎหมาย", "")
    if f.year <= 2564:
        law = f"มติคณะรัฐมนตรี เมื่อวันที่ {p.mark('date', '23 มกราคม 2561', act='basis')} ให้หน่วยงานภาครัฐทุกหน่วยงานให้ความร่วมมือและเข้ารับการประเมิน"
    else:
        law = f"{p.mark('basis', 'ยุทธศาสตร์ชาติว่าด้วยการป้องกันและปราบปรามการทุจริต')} และคู่มือการประเมินของสำนักงาน ป.ป.ช."
    p.para(f"การประเมิน ปีงบประมาณ พ.ศ. {f.year} เป็นไปตาม{law}")
    p.put("ข้อพิจารณา", "")
    p.put(
        f"{p.num('propose', '1.')} เห็นชอบรายงานและมาตรการ {p.fy('measures')} ตามเอกสารที่แนบ",
        f"{p.num('propose', '2.')} มอบทุกกองถือปฏิบัติตามระยะเวลา",
        f"{p.num('propose', '3.')} เผยแพร่ทาง {p.raw(office.web)}",
        "",
        "จึงเรียนมาเพื่อโปรดพิจารณา",
        "",
        f"({office.head})",
        "",
        "ความเห็นปลัด .............................",
        f"({office.clerk})",
        "คำสั่ง  ( ) เห็นชอบ  ( ) ไม่เห็นชอบ",
        f"({office.mayor})",
        "",
    )


def report(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(
        "รายงานผลการวิเคราะห์การประเมินคุณธรรมและความโปร่งใส",
        f"{p.fy()}",
        office.full,
        "",
        "สารบัญ",
        "หน้า",
    )
    for words, page in (
        ("1. บทนำ", 1),
        (f"2. ผลคะแนน {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year))}", 1),
        ("3. ข้อค้นพบ", 2),
        (f"4. มาตรการ {p.mark('toc_year', 'ปีงบประมาณ พ.ศ. ' + str(f.year + 1))}", 3),
        ("ภาคผนวก", 5),
    ):
        p.put(p.mark("toc", f"{words}{GAP}{page}"))
    p.put("", f"{p.num('chapter', '1.')} บทนำ", "")
    p.para(
        f"การประเมิน ITA เป็นเครื่องมือให้หน่วยงานรู้จุดที่ควรพัฒนาของตน ประกอบด้วย 10 ตัวชี้วัด ผู้ตอบแบบวัดภายในมีจำนวน {p.figure(f.respondents[0])} คน "
        f"และภายนอกจำนวน {p.figure(f.respondents[1])} คน โดยหน่วยงานเข้ารับการประเมินมาตั้งแต่ปีงบประมาณ พ.ศ. 2562 และเผยแพร่แผนพัฒนาท้องถิ่น (พ.ศ. 2561 - 2565) ไว้บนเว็บไซต์แล้ว"
    )
    p.put(f"{p.num('chapter', '2.')} ผลคะแนน {p.fy()}", "")
    p.para(f"ผลประเมินระดับ: {p.level()} ผลคะแนนรวมเท่ากับ {p.total()} คะแนน เรียงตามคะแนนจากน้อยไปมากดังนี้")
    for k, n in enumerate(sorted(range(1, 11), key=lambda n: (f.scores[n], n)), 1):
        p.put(f"{p.num('ranked', str(k) + ')')} {p.name(n)}{GAP}ได้คะแนน{GAP}{p.score(n)}")
    p.put("", "ตารางสรุปตามเครื่องมือ", f"เครื่องมือ{GAP}คะแนน")
    for code in ("IIT", "EIT", "OIT"):
        p.put(f"{p.instrument(code, also=1)}{GAP}{p.mean(code)}")
    p.put("", f"{p.num('chapter', '3.')} ข้อค้นพบ", "")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        p.para(
            f"{p.num('found', f'3.{k}')} ด้าน {code} ตัวชี้วัดที่มีค่าคะแนนต่ำที่สุด{'เท่ากัน' if p.tied(code) else ''} ได้แก่ {p.low(code, form='{name}', called=True)} เท่ากับ {p.low_score(code)} คะแนน "
            f"{p.issue_mark(plan, plan.issue)}"
        )
    if f.total < 85:
        overall = "คะแนนรวมอยู่ใต้ค่าเป้าหมาย 85 คะแนน ทุกกองต้องช่วยกันปรับปรุง"
    else:
        overall = "คะแนนรวมถึงค่าเป้าหมาย 85 คะแนนแล้ว ทุกกองช่วยกันรักษาระดับและพัฒนาต่อ"
    p.para(f"{p.num('found', '3.4')} {p.mark('overall', overall)}")
    if f.community:
        p.para(f"{p.num('found', '3.5')} {f.words.community[0]}")


def plans(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(f"{p.num('chapter', '4.')} มาตรการ {p.fy('measures')}", "")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.put(
            f"{p.mark('plan_title', 'มาตรการแก้ไข', code=code)}ด้าน {code} ตัวชี้วัด {p.low(code, form='{name}', joint=' กับ ', called=False)}",
            GAP.join(("มาตรการ/แนวทาง", "ขั้นตอนหรือวิธีการ", "ผู้รับผิดชอบ", "ระยะเวลา", "การติดตามผล")),
            p.mark("row", row(p, plan), code=code),
            "",
        )
    p.put(
        p.mark("appendix", "ภาคผนวก"),
        f"คำสั่ง{office.full} ที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')} เรื่อง แต่งตั้งคณะทำงาน ITA",
    )


def row(p: Page, plan: Plan) -> str:
    code = plan.code
    measures, steps = (
        " ".join(
            p.mark("item", f"{k}.{said}", answers=one.answers, code=code)
            for k, (one, said) in enumerate(((i, i.measure if first else i.step) for i in plan.items), 1)
        )
        for first in (True, False)
    )
    follow = p.reporting(plan, "รายงานรอบ 6 เดือน ภายในวันที่ {} ", "รายงานรอบ 12 เดือน ภายในวันที่ {}", "รายงานผล ภายในวันที่ {}")
    return GAP.join((measures, steps, p.responsible(plan), p.period(plan), follow))
