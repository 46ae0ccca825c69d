"""The data of a report and of a follow-up report, full as the real document of 2564 has them; changed at will."""

from collections.abc import Iterator
from typing import Any

from demo.document import imported, source
from memo_flow.manuscripts import scores_of
from organization.calendar import thai_digits

DIVISIONS = {one["id"]: one["name_th"] for one in source()["divisions"]}
#: What became of a measure in the five divisions, one after the other.
FATES: list[dict[str, Any]] = [
    {
        "state": "accepted",
        "percent": 100,
        "closed_on": "2022-03-15",
        "steps_done": 3,
        "reported": "ลงนามข้อตกลงครบทุกคนและเผยแพร่แล้ว",
        "evidence": ["ข้อตกลงการใช้ทรัพย์สินของทางราชการ.pdf"],
    },
    {
        "state": "accepted",
        "percent": 100,
        "closed_on": "2022-04-05",
        "late": True,
        "steps_done": 3,
        "reported": "แจ้งเวียนให้บุคลากรภายในกองรับทราบแล้ว",
        "obstacles": "เจ้าหน้าที่ติดราชการ",
        "evidence": ["หนังสือเวียน.pdf"],
    },
    {
        "state": "reported",
        "percent": 100,
        "closed_on": "2022-03-30",
        "steps_done": 3,
        "reported": "ดำเนินการครบทุกขั้นตอน",
        "evidence": ["ภาพถ่ายการประชุม.jpg", "รายชื่อ.xlsx"],
    },
    {
        "state": "in_progress",
        "percent": 67,
        "late": True,
        "steps_done": 2,
        "reported": "อยู่ระหว่างเผยแพร่ทางเว็บไซต์",
        "obstacles": "เว็บไซต์ปรับปรุงระบบ",
    },
    {"state": "assigned", "late": True},
]


def report(**changes: Any) -> dict[str, Any]:
    """The report as it is frozen after approval; `changes` of the body, or of the paper where the paper has the key."""
    return _with(
        changes,
        form="report",
        title=f"รายงานการวิเคราะห์ผลการประเมิน เรื่อง {imported().subject}",
        body={
            "fiscal_year": 2564,
            "title": source()["report"]["cover"]["title_th"],
            "memo": _memo(),
            "signature": _signature("นางสาวกมลวรรณ ศรีสวัสดิ์", "หัวหน้าสำนักปลัด", at="2021-09-14T09:12:00+07:00"),
            "chapters": chapters(),
            "scores": scores_of(imported().content),
            "plan": plan(),
            "attachments": [
                {"name": "ผลการประเมิน ITA ประจำปีงบประมาณ พ.ศ. 2564.pdf", "sha256": "ab12" * 16, "size": 482113},
                {"name": "คะแนนรายตัวชี้วัด.xlsx", "sha256": "cd34" * 16, "size": 18402},
            ],
            "blocks": [_endorsed(), _approved()],
        },
    )


def chapters() -> list[dict[str, str]]:
    """The real report's words. Headings within a chapter are lines of its text, numbered in two parts."""
    report = source()["report"]
    by_id = {one["id"]: one for one in report["sections"]}
    return [
        _chapter("foreword", report["foreword"]),
        _chapter("background", by_id["background"]),
        _chapter("overall", by_id["overall_result"]),
        {**_chapter("indicators", by_id["per_indicator_analysis"]), "text": "โดยการวิเคราะห์ผลการประเมินแต่ละตัวชี้วัด ดังนี้"},
        {**_chapter("suggestions", by_id["suggestions"]), "text": "\n".join(_suggestions(by_id["suggestions"]))},
    ]


def _chapter(name: str, raw: dict[str, Any]) -> dict[str, str]:
    paragraphs = raw.get("paragraphs_th") or [raw.get("text_th", "")]
    return {"id": name, "heading": raw["heading_th"], "text": "\n".join(one.strip() for one in paragraphs)}


def _suggestions(raw: dict[str, Any]) -> Iterator[str]:
    for one in raw["subsections"]:
        yield f"{thai_digits(one['seq'])} {one['heading_th']}"
        if "text_th" in one:
            yield one["text_th"]
        for place, item in enumerate(one.get("items", []), 1):
            yield f"{thai_digits(place)}. ด้าน {item['instrument']} พบว่า {item['text_th']}"


def plan() -> list[dict[str, Any]]:
    """The imported plan with the divisions by their names."""
    return [
        {
            **row,
            "measures": [one["text"] for one in row["measures"]],
            "steps": [{**step, "responsible": _names(step["responsible"])} for step in row["steps"]],
            "responsible": _names(row["responsible"]),
        }
        for row in imported().content["plan"]
    ]


def follow_up(**changes: Any) -> dict[str, Any]:
    """The interim report on the 15 tasks of 5 divisions; `changes` as for `report`."""
    rows = _rows()
    return _with(
        changes,
        form="follow_up",
        title="รายงานผลการดำเนินการตามมาตรการ",
        body={
            "kind": "interim",
            "fiscal_year": 2565,
            "memo": _memo(),
            "on": "2022-04-29",
            "totals": _totals([task for row in rows for one in row["measures"] for task in one["tasks"]]),
            "divisions": [{"name": name, **_totals(_tasks_of(rows, name))} for name in DIVISIONS.values()],
            "rows": rows,
        },
    )


def _rows() -> list[dict[str, Any]]:
    """Fifteen tasks: ten of the IIT's two measures, two of the EIT's, three of the OIT's, of which one is cancelled."""
    fates = iter([*FATES * 2, *FATES[:4], {"state": "cancelled", "due_on": "2022-09-30", "obstacles": "โอนงบประมาณ"}])
    return [
        {
            "instrument": row["instrument"],
            "title": row["title"],
            "issue": row["issue"],
            "follow_up_due": row["follow_up_due"],
            "measures": [
                {"text": text, "tasks": [task(name, **next(fates)) for name in row["responsible"]]}
                for text in row["measures"]
            ],
        }
        for row in plan()
    ]


def task(division: str, **changes: Any) -> dict[str, Any]:
    """A division's task, not yet begun and due on the last of March, but for the changes."""
    begun = {
        "division": division,
        "state": "assigned",
        "percent": 0,
        "ordered_due_on": "2022-03-31",
        "due_on": "2022-03-31",
        "closed_on": "",
        "late": False,
        "steps_done": 0,
        "steps_all": 3,
        "reported": "",
        "obstacles": "",
        "evidence": [],
    }
    return {**begun, **changes}


def _tasks_of(rows: list[dict[str, Any]], division: str) -> list[dict[str, Any]]:
    tasks = (one for row in rows for measure in row["measures"] for one in measure["tasks"])
    return [one for one in tasks if one["division"] == division]


def _totals(tasks: list[dict[str, Any]]) -> dict[str, int]:
    counted = [one for one in tasks if one["state"] != "cancelled"]
    return {
        "tasks": len(counted),
        "done": sum(one["state"] == "accepted" for one in counted),
        "late": sum(one["late"] for one in counted),
        "finished_late": sum(one["late"] and one["closed_on"] != "" for one in counted),
        "overdue": sum(one["late"] and one["closed_on"] == "" for one in counted),
        "percent": round(sum(one["percent"] for one in counted) / len(counted)) if counted else 0,
    }


def _with(changes: dict[str, Any], *, form: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    paper: dict[str, Any] = {
        "form": form,
        "shape": 1,
        "code": "7K3M9QPX2T",
        "verify": "https://memo.kamphaengsaen.go.th/verify/7K3M9QPX2T/",
        "digits": "thai",
        "mark": "",
        "note": "",
        "secrecy": "",
        "title": title,
        "keep": ["กำแพงแสน"],
        "organization": {
            "name": "องค์การบริหารส่วนตำบลกำแพงแสน",
            "short": "อบต.กำแพงแสน",
            "phone": "034-353051",
            "website": "www.kamphaengsaen.go.th/th/",
        },
        "at": "2021-09-15T10:00:00+07:00",
        "public": {},
        "body": body,
    }
    for key, value in changes.items():
        (paper if key in paper else body)[key] = value
    return paper


def _memo() -> dict[str, str]:
    return {"number": "นฐ 71201/412", "date": "2021-09-14", "subject": imported().subject}


def _names(codes: list[str]) -> list[str]:
    return [DIVISIONS[code] for code in codes]


def _signature(name: str, *lines: str, at: str) -> dict[str, Any]:
    return {"name": name, "lines": list(lines), "at": at}


def _endorsed() -> dict[str, Any]:
    return {
        "heading": "ความเห็นของปลัดองค์การบริหารส่วนตำบลกำแพงแสน",
        "lead": "ได้พิจารณาแล้วเห็นว่า",
        "ticks": [{"label": "สมควร", "ticked": True}, {"label": "ไม่สมควร เพราะ", "ticked": False}],
        "reason": "",
        "comment": "",
        "order": "",
        "signature": _signature("นายธีรพงษ์ แสงทอง", "ปลัดองค์การบริหารส่วนตำบลกำแพงแสน", at="2021-09-14T13:40:00+07:00"),
    }


def _approved() -> dict[str, Any]:
    return {
        "heading": "ความเห็นของนายกองค์การบริหารส่วนตำบลกำแพงแสน",
        "lead": "",
        "ticks": [{"label": "อนุมัติ", "ticked": True}, {"label": "ไม่อนุมัติ เนื่องจาก", "ticked": False}],
        "reason": "",
        "comment": "",
        "order": "ให้ทุกสำนัก/กองดำเนินการตามมาตรการ และรายงานผลภายในกำหนด",
        "signature": _signature(
            "นางวิไลพร บุญมา",
            "รองนายกองค์การบริหารส่วนตำบล รักษาราชการแทน",
            "นายกองค์การบริหารส่วนตำบลกำแพงแสน",
            "ตามคำสั่งที่ 215/2564 ลงวันที่ 1 กันยายน 2564",
            at="2021-09-15T09:05:00+07:00",
        ),
    }
