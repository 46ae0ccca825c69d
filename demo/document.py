"""The real memo of Kamphaeng Saen, 2564, from its corrected transcription to the shape of a draft."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from memo_flow.content import Content
from organization.calendar import thai_digits

#: The real document keeps what a check calls high; whoever submits it has to say why.
REASON = (
    "เสนอตามเอกสารของสำนักงาน คะแนนตัวชี้วัดที่ ๘ อยู่ในช่วง ๙๗.๓๖-๙๗.๔๐ รอตรวจกับผลที่ประกาศ "
    "ช่องทางแจ้งเรื่องร้องเรียนการทุจริตจะกำหนดเพิ่มในคราวต่อไป กำหนดรายงานผลและผู้รับผิดชอบบางขั้นตอนยังเป็นไปตามต้นฉบับ "
    "ถ้อยคำ “ควรรักษามาตรฐานไว้” ในรายงานข้อ ๓.๑ คงไว้ตามต้นฉบับแม้คะแนนรวมต่ำกว่าเป้าหมาย "
    "จะปรับให้ครบถ้วนเมื่อแจ้งเวียนมาตรการให้ทุกสำนัก/กอง"
)
SOURCE = Path(__file__).parent / "data" / "kamphaeng_saen_2564.yaml"


@dataclass(frozen=True)
class Imported:
    """A draft's subject and content, and what the import had to fill in (sentences, in Thai)."""

    subject: str
    content: Content
    notes: list[str] = field(default_factory=list)


@lru_cache
def source() -> dict[str, Any]:
    with SOURCE.open(encoding="utf-8") as file:
        return yaml.safe_load(file)  # type: ignore[no-any-return]


def imported() -> Imported:
    """The memo as a draft. Steps without a responsible division get their plan row's, and the notes say so."""
    document, notes = source(), list[str]()
    header = document["memo"]["header"]
    plans = next(s for s in document["report"]["sections"] if s["id"] == "action_plan")["plans"]
    content = {
        "to": header["to_title_th"],
        "agency": header["agency_th"],
        "urgency": "",
        "sections": [_section(s) for s in document["memo"]["sections"]],
        "report": list(report()),
        "proposals": [{"text": p["text_th"]} for p in _proposal(document)["proposals"]],
        "closing": _proposal(document)["closing_th"],
        "scores": _scores(document["scores"]),
        "plan": [_row(plan, notes) for plan in plans],
    }
    return Imported(header["subject_th"], content, notes)


def _proposal(document: dict[str, Any]) -> dict[str, Any]:
    return next(s for s in document["memo"]["sections"] if s["id"] == "proposal")


def _section(raw: dict[str, Any]) -> dict[str, str]:
    paragraphs = [
        raw.get("intro_th"),
        raw.get("text_th"),
        *(f"{thai_digits(f['seq'])}. {f['text_th']}" for f in raw.get("findings", [])),
        *raw.get("paragraphs_th", []),
        *(f"ข้อ {i['item_code']} {i['text_th']}" for i in raw.get("items", [])),
        raw.get("closing_th") if raw["id"] != "proposal" else None,
    ]
    return {"id": raw["id"], "heading": raw["heading_th"], "text": "\n".join(p.strip() for p in paragraphs if p)}


def report() -> Iterator[dict[str, str]]:
    """The report's own words in its order; what the paper makes of the data (list, tables, plan) is not in them."""
    document = source()["report"]
    by_id = {section["id"]: section for section in document["sections"]}
    yield _chapter("foreword", document["foreword"])
    yield _chapter("background", by_id["background"])
    yield _chapter("overall", by_id["overall_result"])
    yield _chapter("indicators", by_id["per_indicator_analysis"])
    yield _chapter("suggestions", by_id["suggestions"])
    for place, part in enumerate(by_id["suggestions"]["subsections"], 1):
        heading = f"{thai_digits(part['seq'])} {part['heading_th']}"
        yield _chapter(f"suggestions_{place}", {**part, "heading_th": heading})


def _chapter(name: str, raw: dict[str, Any]) -> dict[str, str]:
    items = enumerate(raw.get("items", []), 1)
    paragraphs = [
        *raw.get("paragraphs_th", []),
        raw.get("text_th", ""),
        *(f"{thai_digits(n)}. ด้าน {item['instrument']} พบว่า {item['text_th']}" for n, item in items),
    ]
    return {"id": name, "heading": raw["heading_th"], "text": "\n".join(p.strip() for p in paragraphs if p)}


def _scores(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "fiscal_year": raw["fiscal_year"],
        "total": raw["total"]["reported"],
        "level": raw["total"]["level"],
        "means": {instrument["id"]: instrument["score"] for instrument in raw["instruments"]},
        "indicators": [
            {"seq": i["seq"], "name": i["name_th"], "score": i["score"]}
            for instrument in raw["instruments"]
            for i in instrument["indicators"]
        ],
    }


def _row(plan: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    places = {m["id"]: n for n, m in enumerate(plan["measures"], 1)}
    return {
        "instrument": plan["id"],
        "title": plan["title_th"],
        "indicator": plan["lowest_indicator"],
        "issue": plan["issue_th"],
        "measures": [{"text": m["text_th"]} for m in plan["measures"]],
        "steps": [
            {
                "text": s["text_th"],
                "measures": [places[m] for m in s["measures"]],
                "responsible": _responsible(plan, s, notes),
            }
            for s in plan["steps"]
        ],
        "responsible": plan["responsible"],
        "period_start": plan["period"]["start"].isoformat(),
        "period_end": plan["period"]["end"].isoformat(),
        "follow_up": plan["follow_up"]["text_th"],
        "follow_up_due": plan["follow_up"]["due"].isoformat(),
    }


def _responsible(plan: dict[str, Any], step: dict[str, Any], notes: list[str]) -> list[str]:
    """The step's own division; a step that leaves the column out has its row's, an empty column is filled from it."""
    if step.get("responsible", plan["responsible"]):
        return list(step.get("responsible", plan["responsible"]))
    names = {d["id"]: d["name_th"] for d in source()["divisions"]}
    filled = ", ".join(names[code] for code in plan["responsible"])
    notes.append(
        f"ตาราง {plan['id']} ขั้นตอนที่ {step['seq']} ไม่ได้ระบุผู้รับผิดชอบ: ใส่ “{filled}” ตามผู้รับผิดชอบของตาราง "
        f"({step['text_th'][:60]}…)"
    )
    return list(plan["responsible"])
