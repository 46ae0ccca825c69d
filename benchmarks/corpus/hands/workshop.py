# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the fresh set: a memo on a workshop of three groups; each group's scores, causes and proposals together."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page

WHO = {"IIT": "หัวหน้าฝ่ายและพนักงานจ้าง", "EIT": "ผู้แทนผู้รับบริการและเจ้าหน้าที่หน้างาน", "OIT": "ผู้ดูแลเว็บไซต์และเจ้าของข้อมูล"}


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    home, u = office.divisions[0], p.style.unit
    p.put(
        "บันทึกข้อความ",
        f"ส่วนราชการ  งานการเจ้าหน้าที่ {p.division(home)} {office.short}",
        f"ที่  {p.figure(str(f.order_number + 40))}/{p.figure(str(f.memo.year + 543))}          วันที่  {p.date(f.memo, 'memo_date')}",
        f"เรื่อง  สรุปผลการประชุมเชิงปฏิบัติการทบทวนผลการประเมิน ITA ประจำ{p.fy()}",
        f"เรียน  {office.mayor} ผ่าน {office.clerk}",
        "",
    )
    p.para(
        f"    ตามที่ท่านอนุมัติให้{p.division(home)}จัดประชุมเชิงปฏิบัติการทบทวนผลการประเมิน ITA โดยใช้งบประมาณ {p.figure(f.budget)} บาท และเชิญคณะทำงานตามคำสั่งลงวันที่ {p.date(f.order, act='order')} เข้าร่วม นั้น "
        "บัดนี้ การประชุมเสร็จสิ้นแล้ว ขอสรุปผลดังนี้"
    )
    p.put(f"{p.num('head', '1.')} ข้อมูลที่ใช้ในการประชุม")
    p.para(
        f"    ฝ่ายเลขานุการชี้แจงว่า {p.fy()} {office.short} ทำได้ {p.total()} {u} จัดเป็นระดับ {p.level()} ซึ่ง{compared(p)}ปีก่อน ({p.mark('before', p.number(f.before_total))} {u}) "
        f"ตามประกาศผลวันที่ {p.date(f.announced, 'announced')} และหนังสือแจ้งการประเมินลงวันที่ {p.date(f.letter, act='letter')}"
    )
    if f.year > 2564:
        law = p.mark("basis", "พระราชบัญญัติประกอบรัฐธรรมนูญว่าด้วยการป้องกันและปราบปรามการทุจริต")
    else:
        law = f"มติคณะรัฐมนตรีวันที่ {p.mark('date', '23 มกราคม 2561', act='basis')}"
    p.para(f"    ทั้งนี้ การประเมินปีงบประมาณ พ.ศ. {f.year} สืบเนื่องจาก{law}")
    p.put(f"{p.num('head', '2.')} ผลการประชุมกลุ่มย่อย")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        group(p, f.plans[code], k)
    p.put(f"{p.num('head', '3.')} ข้อสรุปของที่ประชุม")
    if f.total < 85:
        overall = f"ที่ประชุมเห็นพ้องว่าคะแนนรวมต่ำกว่าเป้าหมาย {p.figure(85)} {u} ต้องแก้ไขตามข้อเสนอของทั้งสามกลุ่ม"
    else:
        overall = f"ที่ประชุมเห็นพ้องว่าคะแนนรวมสูงกว่าเป้าหมาย {p.figure(85)} {u} ขอให้รักษามาตรฐานและทำตามข้อเสนอของทั้งสามกลุ่ม"
    p.para(f"    {p.mark('overall', overall)}")
    if f.community:
        p.para(f"    อนึ่ง {f.words.community[0]} ซึ่งกลุ่มที่ 2 รับไว้ในข้อเสนอแล้ว")
    p.put(f"{p.num('head', '4.')} การดำเนินการต่อไป")
    p.para(
        f"    ขอนำข้อเสนอไปประกาศเป็นมาตรการ{p.fy('measures')} เผยแพร่ในรายการ {p.code('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน "
        f"และเมื่อครบกำหนดจะรายงานในรายการ {p.code('followup')} การดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน"
    )
    p.put(
        "    จึงเรียนมาเพื่อโปรดทราบและพิจารณา",
        "",
        f"          ({office.head})",
        "",
        "ทราบ/เห็นชอบ",
        f"          ({office.mayor})",
    )


def compared(p: Page) -> str:
    return "มากกว่า" if p.facts.total > p.facts.before_total else "น้อยกว่า"


def group(p: Page, plan: Plan, k: int) -> None:
    f, code = p.facts, plan.code
    u = p.style.unit
    p.put(
        f"กลุ่มที่ {p.num('group', str(k))} {p.instrument(code)} ({WHO[code]})",
        f"    คะแนนเฉลี่ยของแบบ: {p.mean(code)} {u}",
    )
    for n in f.rules.numbers_of[code]:
        p.put(f"    ตัวชี้วัดที่ {n} {p.name(n)}: {p.score(n)} {u}")
    p.put(
        f"    ได้น้อยที่สุด{'เท่ากัน' if p.tied(code) else ''}: {p.low(code, form='ตัวชี้วัดที่ {n} {name}', called=True)} ({p.low_score(code)} {u})",
        f"    กลุ่มเห็นว่าเป็นเพราะ: {p.issue_mark(plan, plan.issue)}",
    )
    p.put(p.mark("row", proposal(p, plan), code=code), "")


def proposal(p: Page, plan: Plan) -> str:
    code = plan.code
    lines = [f"    ข้อเสนอของกลุ่มเพื่อแก้ไข{p.low(code, form='{name}', called=False)}:"]
    lines += [
        p.mark("item", f"      {j}. {one.measure} โดยให้{one.step}", answers=one.answers, code=code)
        for j, one in enumerate(plan.items, 1)
    ]
    follow = p.reporting(
        plan,
        "รายงานครึ่งปี (รอบ 6 เดือน) ไม่เกิน {} ",
        "รายงานเต็มปี (รอบ 12 เดือน) ไม่เกิน {}",
        "รายงานผล ไม่เกิน {}",
        joint="และ",
    )
    lines += [
        f"      หน่วยงานเจ้าภาพ: {p.responsible(plan, joint=' ร่วมกับ ', numbered=False)}",
        f"      เวลา: {p.period(plan, 'long')}",
        f"      การรายงานผล: {follow}",
    ]
    return "\n".join(lines)
