# ruff: noqa: E501 - the lines are the sentences of a document
"""A hand of the second part: a report that was a worksheet, one row a measure, each with its own office, time and report."""

from benchmarks.corpus.facts import Item, Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    u = p.style.unit
    p.put(
        f"แบบรายงานการนำผลการประเมิน ITA {p.fy()} ไปสู่การปฏิบัติ",
        f"หน่วยงาน\t{office.full} อำเภอ{office.district} จังหวัด{office.province}",
        f"ผู้รายงาน\t{office.head}",
        f"วันที่รายงาน\t{p.date(f.memo, 'memo_date')}",
        f"เว็บไซต์\t{p.raw(office.web)}",
        f"ผู้ตอบ IIT / EIT\t{p.figure(f.respondents[0])} / {p.figure(f.respondents[1])} คน",
        "",
        f"ตอนที่ {p.num('part', '1')} สรุปผลคะแนน {p.fy()}",
        f"คะแนนรวม\t{p.total()} {u}\tระดับ\t{p.level()}",
        "เครื่องมือ\tตัวชี้วัด\tค่าคะแนน",
    )
    for code in ("IIT", "EIT", "OIT"):
        for n in f.rules.numbers_of[code]:
            p.put(f"{code}\t{n}.{p.name(n)}\t{p.score(n)}")
        p.put(f"เฉลี่ย {p.instrument(code)}\t\t{p.mean(code)}")
    p.put("", f"ตอนที่ {p.num('part', '2')} ผลการวิเคราะห์", "")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.put(f"ตัวชี้วัดที่ได้คะแนนน้อยที่สุดของ {code}\t{p.low(code, form='{n}.{name}', joint=' / ')}\t{p.low_score(code)} {u}")
        p.put(f"ข้อบกพร่อง\t{p.issue_mark(plan, plan.issue)}", "")
    below, above = "คะแนนรวมต่ำกว่าเกณฑ์เป้าหมาย ต้องปรับปรุง", "คะแนนรวมสูงกว่าเกณฑ์เป้าหมาย ให้รักษามาตรฐาน"
    overall = below if f.total < 85 else above
    p.put(f"ข้อสรุป\t{p.mark('overall', overall)} (เป้าหมาย {p.figure(85)} {u})", "")
    p.put(f"ตอนที่ {p.num('part', '3')} แผนปรับปรุง {p.fy('measures')}", "")
    p.put("เครื่องมือ\tมาตรการ\tวิธีการ\tผู้รับผิดชอบ\tระยะเวลา\tกำหนดรายงาน")
    for code in ("IIT", "EIT", "OIT"):
        plan = f.plans[code]
        p.put(p.mark("row", "\n".join(line(p, plan, one) for one in plan.items), code=code))
    p.put("", f"ตอนที่ {p.num('part', '4')} การเปิดเผย", "")
    p.put(f"มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน {p.fy('measures', 'ปี ')}\t{p.code('measures')}")
    p.put(f"รายงานผลการดำเนินการตามมาตรการ {p.fy('measures', 'ปี ')}\t{p.code('followup')}")
    if f.year > 2564:
        law = p.mark("basis", "แผนแม่บทภายใต้ยุทธศาสตร์ชาติ ประเด็นที่ 21 การต่อต้านการทุจริตและประพฤติมิชอบ")
        p.put(f"ฐานอำนาจการประเมิน {p.fy(lead='ปี ')}\t{law}")
    p.put(
        f"คำสั่งแต่งตั้งผู้รับผิดชอบ\tที่ {p.figure(str(f.order_number))}/{p.figure(str(f.order.year + 543))} ลงวันที่ {p.date(f.order, act='order')}"
    )


def line(p: Page, plan: Plan, one: Item) -> str:
    code = plan.code
    if plan.interim:
        text = p.mark("interim", f"รอบ 6 เดือน {p.due(plan, plan.interim, 'short')} ", code=code) + p.mark(
            "final", f"รอบ 12 เดือน {p.due(plan, plan.due, 'short')}", code=code
        )
    else:
        text = p.due(plan, plan.due, "short")
    cells = (
        f"{code} {p.low(code, form='{name}', joint=' / ')}",
        one.measure,
        one.step,
        p.responsible(plan, joint=", ", numbered=False),
        p.period(plan, "short"),
        p.mark("cell", text, code=code, column="follow"),
    )
    return p.mark("item", "\t".join(cells), answers=one.answers, code=code)
