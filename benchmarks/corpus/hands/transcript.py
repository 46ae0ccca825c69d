# ruff: noqa: E501 - the lines are the sentences of a document
"""Not a hand but a transcription: the document as YAML of schema ita_memo_report/1, its texts in Arabic digits."""

from benchmarks.corpus.facts import Plan
from benchmarks.corpus.page import Page


def write(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(
        "schema: ita_memo_report/1",
        "language: th",
        f"calendar: {{era: BE, fiscal_year_assessed: {f.year}, fiscal_year_of_measures: {f.year + 1}}}",
        "organization:",
        f"  name_th: {office.full}",
        f"  short_th: {office.short}",
        "divisions:",
    )
    for k, name in enumerate(office.divisions):
        p.put(f"  - {{id: d{k}, name_th: {name}}}")
    scores(p)
    memo(p)
    report(p)


def scores(p: Page) -> None:
    f = p.facts
    p.put(
        "scores:",
        f"  fiscal_year: {f.year}",
        f'  total: {{reported: "{p.total()}", level: {p.level()}}}',
        "  instruments:",
    )
    for code in ("IIT", "EIT", "OIT"):
        assert f.rules.weights is not None
        p.put(
            f"    - id: {code}",
            f"      name_th: {p.instrument(code, bracket='')}",
            f'      weight: "{f.rules.weights[code]}"',
            f'      score: "{p.mean(code)}"',
            f"      lowest_indicator: {p.mark('low_number', str(f.lowest[code][0]), code=code)}",
            "      indicators:",
        )
        for n in f.rules.numbers_of[code]:
            p.put(f'        - {{seq: {n}, name_th: {p.name(n)}, score: "{p.score(n)}"}}')


def memo(p: Page) -> None:
    f, office = p.facts, p.facts.office
    p.put(
        "memo:",
        "  form: บันทึกข้อความ",
        "  header:",
        f"    agency_th: {office.divisions[0]} {office.full}",
        f"    date: {{be: {p.date(f.memo, 'memo_date')}, iso: {f.memo.isoformat()}}}",
        f"    subject_th: รายงานการวิเคราะห์ผลการประเมินคุณธรรมและความโปร่งใสในการดำเนินงานของหน่วยงานภาครัฐ ประจำ{p.fy()}",
        f"    to_title_th: {office.mayor}",
        "  sections:",
        "    - id: original_matter",
        "      heading_th: เรื่องเดิม",
        "      intro_th: >-",
        f"        ตามที่สำนักงาน ป.ป.ช. ได้ประกาศผลการประเมิน ประจำ{p.fy()} ปรากฏว่า{office.full}",
        f"        มีคะแนนรวม {p.total()} คะแนน อยู่ในระดับ {p.level()} มีรายละเอียดดังนี้",
        "      findings:",
    )
    for k, code in enumerate(("IIT", "EIT", "OIT"), 1):
        p.put(
            f"        - seq: {k}",
            f"          instrument: {code}",
            "          text_th: >-",
            f"            ด้าน{p.instrument(code)} มีค่าคะแนนเท่ากับ {p.mean(code)} คะแนน ประกอบด้วย",
        )
        for n in f.rules.numbers_of[code]:
            p.put(f"            ตัวชี้วัดที่ {n} {p.name(n)} {p.score(n)} คะแนน")
        p.put(
            f"            พบว่า{p.low(code)} มีค่าคะแนนน้อยที่สุด",
            f"            {p.issue_mark(f.plans[code], 'เนื่องจาก' + f.plans[code].issue)}",
            f"          lowest_indicator: {p.mark('low_number', str(f.lowest[code][0]), code=code)}",
        )
    p.put(
        "    - id: facts",
        "      heading_th: ข้อเท็จจริง",
        "      paragraphs_th:",
        "        - >-",
        f"          ใน{p.fy('measures')} หน่วยงานต้องเปิดเผยข้อมูลดังนี้",
        "      items:",
        f"        - item_code: {p.code('measures')}",
        "          text_th: จัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน จากผลการวิเคราะห์ผลการประเมินในปีที่ผ่านมา",
        f"        - item_code: {p.code('followup')}",
        "          text_th: รายงานผลการดำเนินการตามมาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน",
        "      closing_th: >-",
        f"        {office.divisions[0]}ได้วิเคราะห์ผลการประเมิน ประจำ{p.fy()}",
        f"        เพื่อกำหนดมาตรการที่จะดำเนินการใน{p.fy('measures')} ตามเอกสารแนบ",
        "    - id: proposal",
        "      heading_th: ข้อเสนอเพื่อพิจารณา",
        "      proposals:",
        f"        - {{seq: 1, text_th: เห็นชอบมาตรการประจำ{p.fy('measures')}}}",
        "        - {seq: 2, text_th: แจ้งทุกสำนักและกองเพื่อถือปฏิบัติ}",
        "      closing_th: จึงเรียนมาเพื่อโปรดพิจารณา",
    )


def report(p: Page) -> None:
    f = p.facts
    p.put(
        "report:",
        "  sections:",
        "    - id: overall_result",
        "      heading_th: ผลการประเมินในภาพรวม",
        "      text_th: >-",
        f"        ผลการประเมินโดยภาพรวมได้คะแนนเท่ากับ {p.total()} คะแนน ระดับ {p.level()}",
        "    - id: action_plan",
        f"      heading_th: การนำผลการประเมินไปดำเนินการปรับปรุงและพัฒนา ใน{p.fy('measures')}",
        "      plans:",
    )
    for code in ("IIT", "EIT", "OIT"):
        table(p, f.plans[code])


def table(p: Page, plan: Plan) -> None:
    f, code = p.facts, plan.code
    name = {one: f"d{k}" for k, one in enumerate(f.office.divisions)}
    who = p.mark("cell", f"[{', '.join(name[one] for one in plan.responsible)}]", code=code, column="responsible")
    due, period = plan.interim or plan.due, p.period(plan, "short")
    p.put(
        f"        - id: {code}",
        f"          title_th: ตารางการนำผลการประเมิน{p.instrument(code)} ประจำ{p.fy()} เพื่อปรับปรุงและพัฒนาใน{p.fy('measures')}",
        f"          lowest_indicator: {p.mark('low_number', str(f.lowest[code][0]), code=code)}",
        f'          score: "{p.low_score(code)}"',
        f"          issue_th: ผลคะแนนของ{p.low(code, form='ตัวชี้วัดด้าน{name}')} มีค่าต่ำสุด เท่ากับ {p.low_score(code)} คะแนน",
        "          measures:",
    )
    for k, one in enumerate(plan.items, 1):
        p.put(
            p.mark(
                "item",
                f"            - {{id: {code}-M{k}, seq: {k}, text_th: {one.measure}}}",
                answers=one.answers,
                code=code,
            )
        )
    p.put("          steps:")
    for k, one in enumerate(plan.items, 1):
        p.put(
            p.mark(
                "item",
                f"            - {{id: {code}-S{k}, seq: {k}, text_th: {one.step}, measures: [{code}-M{k}]}}",
                answers=one.answers,
                code=code,
            )
        )
    if plan.interim:
        text = f"รอบ 6 เดือน ภายในวันที่ {p.due(plan, plan.interim)} และรอบ 12 เดือน ภายในวันที่ {p.due(plan, plan.due)}"
    else:
        text = f"ภายในวันที่ {p.due(plan, plan.due)}"
    p.put(
        f"          responsible: {who}",
        f"          period: {{text_th: {period}, start: {plan.start.isoformat()}, end: {plan.end.isoformat()}}}",
        f"          follow_up: {{text_th: รายงานผล {text}, channels: [website], due: {due.isoformat()}}}",
    )
