# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the third part: minutes of a meeting; figures before the names they belong to, per cent, what the meeting resolved."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page, listed


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    head = office.divisions[0]
    p.put(
        f"รายงานการประชุมคณะกรรมการขับเคลื่อน ITA {office.full}",
        f"วันที่ {p.date(f.memo, 'memo_date')} ณ ห้องประชุม{office.full}",
        "",
        f"ระเบียบวาระที่ {p.num('agenda', '1')} เรื่องที่ประธานแจ้งให้ทราบ",
    )
    p.para(
        f"ประธานแจ้งว่า จังหวัด{office.province}มีหนังสือลงวันที่ {p.date(f.letter, act='letter')} ให้ทุกแห่งรับการประเมิน และหน่วยงานได้มีคำสั่งลงวันที่ {p.date(f.order, act='order')} ตั้งคณะกรรมการชุดนี้ "
        f"โดยมีผู้ตอบแบบวัดภายใน {p.figure(f.respondents[0])} คน ภายนอก {p.figure(f.respondents[1])} คน"
    )
    p.put(f"ระเบียบวาระที่ {p.num('agenda', '2')} เรื่องเพื่อทราบ : ผลการประเมิน {p.fy()}")
    way = "สูงกว่า" if f.total > f.before_total else "ต่ำกว่า"
    p.para(
        f"เลขานุการรายงานว่า ผลการประเมิน ITA {p.fy()} ของหน่วยงานคิดเป็นร้อยละ {p.total()} ได้ระดับ {p.rated()} ซึ่ง{way}{p.fy_before()} ที่ได้ร้อยละ {p.mark('before', p.number(f.before_total))} รายละเอียดมีดังนี้"
    )
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        plan = f.plans[code]
        others = [n for n in f.rules.numbers_of[code] if n not in f.lowest[code]]
        said = [f"ได้ร้อยละ {p.score(n)} ในตัวชี้วัด{p.name(n)}" for n in others]
        both = "ซึ่งเท่ากันและ" if p.tied(code) else "ซึ่ง"
        p.para(
            f"{p.num('told', f'2.{k}')} ได้ร้อยละ {p.mean(code)} ใน{p.instrument(code)} โดย{listed(said)} "
            f"สำหรับคะแนนต่ำสุด ได้ร้อยละ {p.low_score(code)} ใน{p.low(code, form='ตัวชี้วัด{name}', called=True, turned=True)} {both}ที่ประชุมเห็นว่าเกิดจาก{p.issue_mark(plan, plan.issue)}"
        )
    if f.total < 85:
        overall = f"ที่ประชุมเห็นว่าผลรวมต่ำกว่าร้อยละ {p.figure(85)} จำเป็นต้องปรับปรุงโดยเร็ว"
    else:
        overall = f"ที่ประชุมเห็นว่าผลรวมเกินร้อยละ {p.figure(85)} น่าพอใจ ขอให้รักษามาตรฐานไว้"
    p.para(f"{p.num('told', '2.4')} {p.mark('overall', overall)}")
    if f.community:
        p.para(f"{p.num('told', '2.5')} กรรมการจากภาคประชาชนแจ้งว่า {f.words.community[0]}")
    p.put("มติที่ประชุม รับทราบ", "", f"ระเบียบวาระที่ {p.num('agenda', '3')} เรื่องเพื่อพิจารณา : มาตรการ {p.fy('measures')}")
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(p.mark("row", item(p, f.plans[code], k), code=code))
    p.para(f"ฝ่ายเลขานุการเสนอวงเงินดำเนินการทั้งสิ้น {p.figure(f.budget)} บาท จากเงินรายได้ของหน่วยงาน")
    p.put("มติที่ประชุม เห็นชอบ", "", f"ระเบียบวาระที่ {p.num('agenda', '4')} เรื่องอื่น ๆ")
    p.para(
        f"{p.division(head)}แจ้งว่า ใน{p.fy('measures')} มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงานต้องลงในข้อ {p.code('measures')} "
        f"ส่วนรายงานการดำเนินการตามมาตรการต้องลงในข้อ {p.code('followup')} ของแบบ OIT"
    )
    if f.year > 2564:
        law = p.mark("basis", "พระราชบัญญัติประกอบรัฐธรรมนูญว่าด้วยการป้องกันและปราบปรามการทุจริต พ.ศ. 2561")
        p.para(f"ทั้งนี้ การประเมิน ปีงบประมาณ พ.ศ. {f.year} เป็นไปตาม{law}")
    p.put("ปิดประชุมเวลา 16.30 น.", "", f"({office.clerk}) ผู้ตรวจรายงานการประชุม")


def item(p: Page, plan: Plan, k: int) -> str:
    code = plan.code
    lines = [f"{p.num('asked', f'3.{k}')} เรื่อง{p.low(code, form='{name}', called=False)} (แบบ {code})"]
    for j, one in enumerate(plan.items, 1):
        lines.append(p.mark("item", f"   {j}) {one.measure} วิธีทำ {one.step}", answers=one.answers, code=code))
    follow = p.reporting(
        plan,
        "นำผลระหว่างปี (รอบ 6 เดือน) เข้าที่ประชุมภายในเดือน{} ",
        "นำผลทั้งปีเข้าที่ประชุมภายในเดือน{}",
        "นำผลเข้าที่ประชุมภายในเดือน{}",
        form="month",
        joint="และ",
    )
    lines += [
        f"   ผู้รับผิดชอบ คือ {p.responsible(plan, joint=' ', numbered=False)}",
        f"   กำหนดเวลา คือ {p.period(plan, 'long')}",
        f"   การติดตามผล คือ {follow}",
    ]
    return "\n".join(lines)
