"""From a paper's frozen data to the pages of a PDF. Pure: no database, no clock, no network, no Django.

A paper is data of one shape round a body of its form. Facts stay facts in it (ISO dates, decimal strings, codes);
the forms in `papers/*.typ` turn them into Thai dates and digits. A user's text is data, never source.

{
  "form":   "memo" | "report" | "follow_up" | "notice" | "certificate",
  "shape":  1,                                  of this description
  "code":   "7K3M9QPX2T",  "verify": "https://…/verify/7K3M9QPX2T/",      both "" in a preview
  "digits": "thai" | "arabic",                  of what the form fills in; typed words stay as typed
  "mark":   "" | "ร่าง" | "ยกเลิก" | …           large and grey across every page
  "note":   "" | "ฉบับพิมพ์เพื่อตรวจ …"            a line at the foot of every page
  "secrecy": "" | "ลับ"                          red, at the head and foot of every page
  "title":  "บันทึกข้อความ ที่ นฐ 71201/1 …",      in the PDF's metadata
  "keep":   ["กำแพงแสน"],                        words of this office that a line must not cut
  "organization": {"name", "short", "phone", "website"},
  "at":     "2021-09-14T10:00:00+07:00",        the moment it was frozen: the PDF's own date
  "public": {…},                                what anyone may be told who has the code (documents/views.py)
  "body":   {…}                                 of the form
}

memo:  {"urgency": "" | urgent | very_urgent | most_urgent, "agency", "number": "นฐ 71201/412", "cancelled": bool,
        "date": ISO | "", "subject", "to", "sections": [{"heading", "text"}], "proposals": [text], "closing",
        "signature": SIGNATURE | null, "blocks": [BLOCK], "scores": SCORES | null, "plan": [PLAN],
        "attachments": [ATTACHMENT], "round": 1, "digest": hex | ""}
report: {"fiscal_year": 2564, "title", "memo": {"number", "date", "subject"}, "signature": SIGNATURE | null,
        "chapters": [{"id": foreword | background | overall | suggestions | …, "heading", "text"}],
        "scores": SCORES | null, "plan": [PLAN], "attachments": [ATTACHMENT], "blocks": [BLOCK]}
follow_up: {"kind": "interim" | "final", "topic": "มาตรการ…", "fiscal_year": 2565,
        "memo": {"number", "date", "subject"},  whose measures; "report": the same of the memo that reports on them
        "on": ISO day, "totals": TOTALS,
        "divisions": [{"name", and TOTALS}],
        "rows": [{"instrument", "title", "issue", "follow_up_due": ISO, "measures": [{"text", "tasks": [TASK]}]}]}
notice: {"number", "date", "subject", "from": SIGNATURE, "to": [division names], "orders": [text], "plan": [PLAN],
        "acknowledged": [{"position", "division", "name", "acting": text | "", "at": ISO moment | ""}]}
certificate: {"number", "date", "subject", "state": approved | rejected, "round": 1,
        "texts": [{"round", "digest", "at": ISO moment, "by": SIGNATURE}],
        "decisions": [{"round", "step", "position", "outcome", "outcome_th", "comment", "order", "digest",
                       "signature": SIGNATURE}],
        "chain": {"length": 7, "head": hex, "at": ISO moment}, "papers": [{"form", "title", "code", "digest"}]}

SIGNATURE:  {"name": "นายธีรวุฒิ …", "lines": ["หัวหน้าสำนักปลัด", "รักษาราชการแทน …", "ตามคำสั่งที่ …"], "at": ISO moment | ""}
BLOCK:      {"heading", "lead", "ticks": [{"label", "ticked"}], "reason", "comment", "order",
             "signature": SIGNATURE | null}
SCORES:     {"year": 2564, "target": "85.00", "has_before": bool,
             "instruments": [{"code", "name", "stated": "90.05", "computed": "90.05", "rows": [INDICATOR]}],
             "others": [INDICATOR], "stated": {"total", "level"}, "computed": {"total", "level"},
             "agrees": true | false | null}                     figures are decimal strings, "" where unknown
INDICATOR:  {"number": 1, "name", "score", "before", "judgement", "lowest": bool}
PLAN:       {"instrument": "IIT", "title", "indicator": 4 | null, "issue", "measures": [text],
             "steps": [{"text", "measures": [1, 2], "responsible": [names]}], "responsible": [names],
             "period_start": ISO, "period_end": ISO, "follow_up", "follow_up_due": ISO}
TASK:       {"division", "state": accepted | reported | in_progress | assigned | cancelled, "percent": 40,
             "ordered_due_on": ISO, "due_on": ISO, "closed_on": ISO | "", "late": bool, "steps_done": 2, "steps_all": 3,
             "reported": text, "obstacles": text, "evidence": [EVIDENCE]}
             Before dates could be moved there was no "ordered_due_on".
TOTALS:     {"tasks", "done", "late", "finished_late", "overdue", "percent"}   late: those of the two after it;
             which papers of before do not have
ATTACHMENT: {"name", "sha256", "size": bytes}
EVIDENCE:   {"name", "sha256", "size": bytes, "url"}                 a link has an address and no bytes; or a name alone
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from documents.letters import name_of, printable

HERE = Path(__file__).parent
FORMS = ("memo", "report", "follow_up", "notice", "certificate")
#: Archive with its source inside, and readable by a screen reader.
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]


class Unprinted(Exception):
    """A paper could not be set; the message says why."""


def typeset(data: dict[str, Any]) -> bytes:
    """The PDF of a paper's data; the same data give the same bytes. Raises Unprinted.

    It has no limit of time: `press.print_paper` runs it where it can be stopped.
    """
    if data["form"] not in FORMS:
        raise Unprinted(f"There is no form {data['form']!r}.")
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return typst.compile(
            str(HERE / "papers" / f"{data['form']}.typ"),
            root=str(HERE / "papers"),
            font_paths=[str(HERE / "fonts")],
            ignore_system_fonts=True,
            sys_inputs={
                "data": json.dumps(printable(data), ensure_ascii=False),
                "source": text,
                "qr": _qr(data["verify"]),
                "crowded": "yes" if _crowded(data) else "",
            },
            pdf_standards=[*STANDARDS],
            timestamp=datetime.fromisoformat(data["at"]),
        )
    except UnicodeEncodeError as error:  # half of a pair is no character, and no JSON can hold it
        raise Unprinted(f"The text has {name_of(error.object[error.start])}.") from error
    except typst.TypstError as error:
        raise Unprinted(getattr(error, "diagnostic", "") or str(error)) from error


#: Typst nests what a rule finds in one paragraph, and gives up at some five hundred.
MOST_FOUND = 300


def _crowded(data: dict[str, Any]) -> bool:
    """Has any text more kept words or endless tokens than Typst can nest? Its words may then be cut, but it prints."""
    long = [text for text in _texts(data["body"]) if len(text) > MOST_FOUND]
    if not long:
        return False
    words = [*json.loads((HERE / "papers" / "words.json").read_text(encoding="utf-8")), *data["keep"]]
    found = re.compile("|".join([*map(re.escape, filter(None, words)), r"พ\.ศ\.", r"[!-~]{24,}"]))
    return any(len(found.findall(text)) > MOST_FOUND for text in long)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _qr(address: str) -> str:
    """The address as a square to photograph, in SVG; nothing for none.

    Every mask can be read; to look for the best of the eight takes longer than all the rest.
    """
    if not address:
        return ""
    drawn = BytesIO()
    segno.make_qr(address, error="m", mask=2).save(drawn, kind="svg", border=2, light="#fff", xmldecl=False)
    return drawn.getvalue().decode()
