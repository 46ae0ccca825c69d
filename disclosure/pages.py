"""What a public page shows: its context, from frozen data alone. The preview of the office shows the same."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.chart import Bar, Chart
from disclosure.open_data import SOURCES
from measures.lifecycle import State
from organization.models import bilingual

#: The places of a year, in the order of its menu.
PLACES = tuple(SOURCES)
#: The partial template that shows a page's data.
BODIES = {
    "measures": "disclosure/public/_measures.html",
    "scores": "disclosure/public/_scores.html",
    "progress": "disclosure/public/_progress.html",
    "interim": "disclosure/public/_report.html",
    "final": "disclosure/public/_report.html",
}


def label(place: str) -> str:
    return {
        "measures": _("Analysis and measures"),
        "scores": _("Scores"),
        "progress": _("Progress of the measures"),
        "follow-up": _("Follow-up reports"),
        "interim": _("Interim follow-up report"),
        "final": _("Final follow-up report"),
    }[place]


def office_name(data: Mapping[str, Any]) -> str:
    said = data["organization"]
    return bilingual(said["name_th"], said["name_en"])


def content(data: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    """The context of a page's body: the frozen data, with what is drawn and named for the reader."""
    shown = place or data["page"]
    context: dict[str, Any] = {"data": data, "body": BODIES[shown], "title": label(shown)}
    if shown == "scores":
        return context | {"table": data["scores"], "chart": _chart(data["scores"]), "groups": _groups(data["scores"])}
    if "rows" in data:
        return context | {"rows": _rows(data), "divisions": _divisions(data)}
    return context


def _groups(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": one["code"],
            "name": bilingual(one["name"], one.get("name_en", "")),
            "mean": one["stated"] or one["computed"],
            "rows": [row | {"name": bilingual(row["name"], row.get("name_en", ""))} for row in one["rows"]],
        }
        for one in table["instruments"]
    ]


def _chart(table: Mapping[str, Any]) -> Chart:
    bars = tuple(
        Bar(
            f"{row['number']}. {row['name']}",
            Decimal(row["score"]),
            Decimal(row["before"]) if row["before"] else None,
        )
        for group in _groups(table)
        for row in group["rows"]
        if row["score"]
    )
    year = table["year"]
    return Chart(
        "scores",
        _("Scores by indicator, fiscal year %(year)s") % {"year": year},
        bars,
        Decimal(table["target"] or "85"),
        str(year),
        str(year - 1) if table["has_before"] else "",
    )


#: How a state looks: its tag's colour and icon.
LOOKS = {
    State.ASSIGNED: "",
    State.IN_PROGRESS: "info",
    State.REPORTED: "info",
    State.ACCEPTED: "ok",
    State.CANCELLED: "",
}


def _rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        row
        | {
            "place": place,
            "measures": [
                measure | {"number": n, "tasks": [_task(one) for one in measure["tasks"]]}
                for n, measure in enumerate(row["measures"], 1)
            ],
        }
        for place, row in enumerate(data["rows"], 1)
    ]


def _task(one: Mapping[str, Any]) -> dict[str, Any]:
    state = State(one["state"])
    return {
        **one,
        "name": bilingual(one["division"]["name_th"], one["division"]["name_en"]),
        "state_label": state.label,
        "look": LOOKS[state],
        "extended": one["due_on"] != one["ordered_due_on"],
        "when": _when(one, state),
    }


def _when(one: Mapping[str, Any], state: State) -> str:
    """on time, late (finished), overdue (not yet), within its time; nothing of cancelled work."""
    if state == State.CANCELLED:
        return ""
    if one["late"]:
        return "late" if one["finished_on"] else "overdue"
    return "on time" if one["finished_on"] else "in time"


def _divisions(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**one, "name": bilingual(one["name_th"], one["name_en"])} for one in data["divisions"]]
