"""Open data: each page's figures as rows of named columns, for JSON, CSV, their schema and their dictionary alike.

A dataset is a list of columns; a publication's frozen data give its rows. The same rows are what the page shows.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from disclosure.models import Publication
from organization.calendar import local

VERSION = 1
LICENCE = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
STATES = ("assigned", "in_progress", "reported", "accepted", "cancelled")
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A named figure. `kind`: text, integer, number (two decimals), date, moment, yes (true or false), or list."""

    name: str
    kind: str
    th: str
    en: str
    empty: bool = False  # may it be missing?
    among: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        said: dict[str, Any] = {"description": f"{self.th} / {self.en}", **_TYPES[self.kind]}
        if self.among:
            said["enum"] = [*self.among, *([None] if self.empty else [])]
        if self.empty:
            said["type"] = [said["type"], "null"]
        return said


_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "yes": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string"}},
}
_PLACE = (
    Column("row", "integer", "ลำดับของแผน", "place of the plan row"),
    Column("instrument", "text", "เครื่องมือการประเมิน", "assessment instrument", among=("IIT", "EIT", "OIT", "")),
    Column("indicator", "integer", "ตัวชี้วัดที่", "number of the indicator", empty=True),
)
_MEASURE = (
    *_PLACE,
    Column("measure_no", "integer", "มาตรการที่ (ในแผนนั้น)", "place of the measure in its plan row"),
    Column("measure", "text", "มาตรการ", "the measure"),
)
_WORK = (
    *_MEASURE,
    Column("division", "text", "รหัสหน่วยงานภายใน", "code of the division"),
    Column("division_th", "text", "หน่วยงานที่รับผิดชอบ", "division, in Thai"),
    Column("division_en", "text", "หน่วยงานที่รับผิดชอบ (อังกฤษ)", "division, in English"),
    Column("state", "text", "สถานะ", "state of the work", among=STATES),
    Column("percent", "integer", "ความคืบหน้า (ร้อยละ)", "progress in percent"),
    Column("ordered_due_on", "date", "กำหนดเดิม", "date first ordered"),
    Column("due_on", "date", "กำหนดปัจจุบัน (หลังขยายเวลา)", "date that holds, after extensions"),
    Column("finished_on", "date", "วันที่รายงานแล้วเสร็จ", "day it was reported finished", empty=True),
    Column("late", "yes", "ล่าช้ากว่ากำหนด", "later than its date"),
)
DATASETS: dict[str, tuple[Column, ...]] = {
    "measures": (
        *_MEASURE,
        Column("issue", "text", "ประเด็นที่ต้องแก้ไข", "what the plan row answers"),
        Column("steps", "list", "ขั้นตอน", "steps of the measure"),
        Column("divisions", "list", "รหัสหน่วยงานที่รับผิดชอบ", "codes of the responsible divisions"),
        Column("period_start", "date", "เริ่มดำเนินการ", "first day of the work"),
        Column("period_end", "date", "สิ้นสุดการดำเนินการ", "last day of the work"),
        Column("follow_up", "text", "การติดตามผล", "how it is followed up"),
        Column("follow_up_due", "date", "กำหนดติดตามผล", "date of the follow-up"),
    ),
    "scores": (
        Column("fiscal_year", "integer", "ปีงบประมาณของคะแนน (พ.ศ.)", "fiscal year of the scores (Buddhist era)"),
        Column("instrument", "text", "เครื่องมือการประเมิน", "assessment instrument"),
        Column("number", "integer", "ตัวชี้วัดที่", "number of the indicator"),
        Column("name_th", "text", "ชื่อตัวชี้วัด", "indicator, in Thai"),
        Column("name_en", "text", "ชื่อตัวชี้วัด (อังกฤษ)", "indicator, in English"),
        Column("score", "number", "คะแนน (เต็ม 100)", "score, of 100", empty=True),
        Column("before", "number", "คะแนนปีก่อน", "score of the year before", empty=True),
        Column("lowest", "yes", "ต่ำสุดของเครื่องมือ", "lowest of its instrument"),
    ),
    "progress": _WORK,
    "follow-up": (
        Column("report", "text", "รายงานรอบ", "which report", among=("interim", "final")),
        Column("taken_at", "moment", "เวลาที่เก็บตัวเลข", "when the numbers were taken"),
        *_WORK,
        Column("reported", "text", "ผลการดำเนินการที่รายงาน", "what the division reported"),
        Column("obstacles", "text", "ปัญหาและอุปสรรค", "obstacles"),
        Column("evidence", "list", "หลักฐาน", "evidence"),
    ),
}
#: Of a year: what is published, and where.
CATALOGUE = (
    Column("dataset", "text", "ชุดข้อมูล", "dataset", among=tuple(DATASETS)),
    Column("item", "text", "รหัสข้อ OIT ของปี", "the year's own code of the item"),
    Column("published_at", "moment", "เผยแพร่เมื่อ", "when it was published"),
    Column("as_of", "date", "ข้อมูล ณ วันที่", "the day the data speak of"),
    Column("digest", "text", "รหัสตรวจสอบ SHA-256 ของข้อมูลที่เผยแพร่", "SHA-256 of the published data"),
    Column("page", "text", "หน้าเว็บ", "page"),
    Column("json", "text", "ข้อมูล JSON", "JSON"),
    Column("csv", "text", "ข้อมูล CSV", "CSV"),
)
#: Which publications a dataset is made of.
SOURCES = {
    "measures": ("measures",),
    "scores": ("measures",),
    "progress": ("progress",),
    "follow-up": ("interim", "final"),
}


# Rows


def rows_of(dataset: str, publications: Mapping[str, Publication]) -> list[Row]:
    """A dataset's rows from the standing publications of a year (page -> publication)."""
    makers = {"measures": _measures, "scores": _scores, "progress": _progress, "follow-up": _follow_up}
    sources = [publications[page].data for page in SOURCES[dataset] if page in publications]
    return [row for data in sources for row in makers[dataset](data)]


def _measures(data: Row) -> Iterator[Row]:
    for place, plan in enumerate(data["plan"], 1):
        for number, text in enumerate(plan["measures"], 1):
            yield {
                "row": place,
                "instrument": plan["instrument"],
                "indicator": plan["indicator"],
                "measure_no": number,
                "measure": text,
                "issue": plan["issue"],
                "steps": [one["text"] for one in plan["steps"] if number in one["measures"]],
                "divisions": [one["code"] for one in plan["divisions"]],
                "period_start": plan["period_start"],
                "period_end": plan["period_end"],
                "follow_up": plan["follow_up"],
                "follow_up_due": plan["follow_up_due"],
            }


def _scores(data: Row) -> Iterator[Row]:
    table = data["scores"]
    if table is None:
        return
    groups = [(one["code"], one["rows"]) for one in table["instruments"]] + [("", table["others"])]
    for code, rows in groups:
        for row in rows:
            yield {
                "fiscal_year": table["year"],
                "instrument": code,
                "number": row["number"],
                "name_th": row["name"],
                "name_en": row.get("name_en", ""),
                "score": _figure(row["score"]),
                "before": _figure(row["before"]),
                "lowest": row["lowest"],
            }


def _progress(data: Row) -> Iterator[Row]:
    for place, row, number, measure, task in tasks_of(data):
        yield {
            "row": place,
            "instrument": row["instrument"],
            "indicator": row["indicator"],
            "measure_no": number,
            "measure": measure["text"],
            "division": task["division"]["code"],
            "division_th": task["division"]["name_th"],
            "division_en": task["division"]["name_en"],
            **{key: task[key] for key in ("state", "percent", "ordered_due_on", "due_on")},
            "finished_on": task["finished_on"] or None,
            "late": task["late"],
        }


def _follow_up(data: Row) -> Iterator[Row]:
    head = {"report": data["report"], "taken_at": data["taken_at"]}
    words = ("reported", "obstacles", "evidence")
    for row, (*_place, task) in zip(_progress(data), tasks_of(data), strict=True):
        yield head | row | {key: task[key] for key in words}


def tasks_of(data: Row) -> Iterator[tuple[int, Row, int, Row, Row]]:
    """Every task of work's data: place and row of the plan, number and measure in it, the task."""
    for place, row in enumerate(data["rows"], 1):
        for number, measure in enumerate(row["measures"], 1):
            for task in measure["tasks"]:
                yield place, row, number, measure, task


def _figure(said: str) -> float | None:
    return float(said) if said else None


# JSON


def page_json(dataset: str, code: str, year: int, publications: Mapping[str, Publication]) -> Row:
    """What data.json of a page holds."""
    sources = [publications[page] for page in SOURCES[dataset] if page in publications]
    return {
        "$schema": schema_address(dataset),
        "licence": LICENCE,
        "organization": sources[0].data["organization"],
        "fiscal_year": year,
        "dataset": dataset,
        "address": address("public-page", code, year, dataset),
        "publications": [_source(one) for one in sources],
        **_beside(dataset, sources),
        "rows": rows_of(dataset, publications),
    }


def _source(one: Publication) -> Row:
    return {
        "page": one.page,
        "item": one.data["item"],
        "as_of": one.data["as_of"],
        "published_at": moment(one),
        "digest": one.digest,
        "memo": {key: one.data["memo"][key] for key in ("number", "date", "subject", "approved_on")},
    }


def _beside(dataset: str, sources: Iterable[Publication]) -> Row:
    """What a dataset has beside its rows: totals, or the words of the analysis."""
    if dataset == "measures":
        return {"analysis": [text for one in sources for text in one.data["analysis"]]}
    if dataset == "scores":
        table = next(iter(sources)).data["scores"]
        means = {one["code"]: _figure(one["stated"] or one["computed"]) for one in table["instruments"]}
        stated = table["stated"] if table["stated"]["total"] else table["computed"]
        return {"means": means, "total": _figure(stated["total"]), "level": stated["level"]}
    return {"totals": {one.page: one.data["totals"] for one in sources}}


def year_json(code: str, year: int, publications: Mapping[str, Publication]) -> Row:
    """What data.json of a year holds: the catalogue, and every dataset whole."""
    first = next(iter(publications.values()))
    return {
        "$schema": schema_address("year"),
        "licence": LICENCE,
        "organization": first.data["organization"],
        "fiscal_year": year,
        "catalogue": catalogue(code, year, publications),
        "datasets": {name: page_json(name, code, year, publications) for name in held(publications)},
    }


def held(publications: Mapping[str, Publication]) -> list[str]:
    """The datasets that standing publications hold."""
    return [
        name
        for name, sources in SOURCES.items()
        if any(page in publications for page in sources)
        and (name != "scores" or publications["measures"].data["scores"] is not None)
    ]


def catalogue(code: str, year: int, publications: Mapping[str, Publication]) -> list[Row]:
    return [
        {
            "dataset": name,
            "item": one.data["item"],
            "published_at": moment(one),
            "as_of": one.data["as_of"],
            "digest": one.digest,
            "page": address("public-page", code, year, name),
            "json": address("public-json", code, year, name),
            "csv": address("public-csv", code, year, name),
        }
        for name in held(publications)
        for one in (publications[page] for page in SOURCES[name] if page in publications)
    ]


def moment(one: Publication) -> str:
    return local(one.at).isoformat(timespec="seconds")


def address(name: str, *args: Any) -> str:
    """The whole address of a public page, the same in every answer."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def as_json(value: Row) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


# Schema


def schema_address(name: str) -> str:
    return address("public-schema", name)


def schema(name: str) -> Row:
    """The JSON Schema of a dataset's data.json, or of a year's."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_address(name),
        "title": f"MemoFlow {name}, version {VERSION}",
    }
    return head | (_year_schema() if name == "year" else _page_schema(name))


def _page_schema(name: str) -> Row:
    beside: Row = {"totals": {"type": "object", "additionalProperties": _object(dict.fromkeys(_TOTALS, _INTEGER))}}
    if name == "measures":
        beside = {"analysis": {"type": "array", "items": _object({"heading": _TEXT, "text": _TEXT})}}
    if name == "scores":
        nullable = {"type": ["number", "null"]}
        beside = {"means": {"type": "object", "additionalProperties": nullable}, "total": nullable, "level": _TEXT}
    return _object(
        {
            **_FRAME,
            "dataset": {"const": name},
            "address": _URI,
            "publications": {"type": "array", "minItems": 1, "items": _SOURCE},
            **beside,
            "rows": {"type": "array", "items": _object({one.name: one.schema for one in DATASETS[name]})},
        }
    )


def _year_schema() -> Row:
    rows = {"type": "array", "items": _object({one.name: one.schema for one in CATALOGUE})}
    datasets = {"type": "object", "properties": {name: _page_schema(name) for name in DATASETS}}
    return _object({**_FRAME, "catalogue": rows, "datasets": datasets | {"additionalProperties": False}})


def _object(properties: Row) -> Row:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


_TEXT, _INTEGER = {"type": "string"}, {"type": "integer"}
_URI, _DIGEST = {"type": "string", "format": "uri"}, {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TOTALS = ("tasks", "done", "late", "percent")
_FRAME: Row = {
    "$schema": _URI,
    "licence": _object({"name": _TEXT, "url": _URI}),
    "organization": _object(dict.fromkeys(("code", "name_th", "name_en", "website"), _TEXT)),
    "fiscal_year": _INTEGER,
}
_SOURCE = _object(
    {
        "page": {"enum": ["measures", "progress", "interim", "final"]},
        "item": _TEXT,
        "as_of": {"type": "string", "format": "date"},
        "published_at": {"type": "string", "format": "date-time"},
        "digest": _DIGEST,
        "memo": _object(dict.fromkeys(("number", "date", "subject", "approved_on"), _TEXT)),
    }
)


# CSV


def as_csv(columns: Iterable[Column], rows: Iterable[Row]) -> str:
    """RFC 4180 in UTF-8 with a byte order mark, which Excel needs to read Thai; no cell is a formula."""
    columns = list(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([one.name for one in columns])
    writer.writerows([_cell(one, row[one.name]) for one in columns] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind == "yes":
        return "true" if value else "false"
    if column.kind == "number":
        return f"{value:.2f}"
    if column.kind == "list":
        value = "\n".join(value)
    return _harmless(str(value))


def _harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula begins with an apostrophe."""
    risky = text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r")
    return f"'{text}" if risky else text


def dictionary() -> list[Row]:
    """Every column of every dataset, as the dictionary's own table."""
    everything = {**DATASETS, "year": CATALOGUE}
    return [
        {
            "dataset": name,
            "column": one.name,
            "kind": one.kind,
            "empty": one.empty,
            "among": list(one.among),
            "th": one.th,
            "en": one.en,
        }
        for name, columns in everything.items()
        for one in columns
    ]


DICTIONARY = (
    Column("dataset", "text", "ชุดข้อมูล", "dataset"),
    Column("column", "text", "คอลัมน์", "column"),
    Column("kind", "text", "ชนิดข้อมูล", "kind of value"),
    Column("empty", "yes", "เว้นว่างได้", "may be empty"),
    Column("among", "list", "ค่าที่เป็นไปได้", "possible values"),
    Column("th", "text", "คำอธิบายภาษาไทย", "meaning, in Thai"),
    Column("en", "text", "คำอธิบายภาษาอังกฤษ", "meaning, in English"),
)
