"""The real document's papers as data, as if it had been decided: what the print shop is given (typesetting.py)."""

from typing import Any

from audit import chain
from demo import document
from memo_flow import manuscripts

OFFICE = "องค์การบริหารส่วนตำบลกำแพงแสน"
AT = "2021-09-16T15:20:00+07:00"
DIGEST = chain.digest("the text of the memo")


def signed(name: str, *lines: str, at: str = AT) -> dict[str, Any]:
    return {"name": name, "lines": list(lines), "at": at}


AUTHOR = signed("นายธีรวุฒิ ใจซื่อ", "หัวหน้าสำนักปลัด", at="2021-09-14T10:05:00+07:00")
SECRETARY = signed("นางสาวพรทิพย์ มั่นคง", f"ปลัด{OFFICE}", at="2021-09-15T09:30:00+07:00")
ACTING_MAYOR = signed("นายวิชัย สุขสวัสดิ์ชัยเจริญ", f"รองนายก{OFFICE}", f"รักษาราชการแทน นายก{OFFICE}", "ตามคำสั่งที่ 123/2564")


def block(heading: str, labels: tuple[str, str], ticked: int | None, **said: Any) -> dict[str, Any]:
    """An endorsement block; `ticked` is the place of the ticked label."""
    ticks = [{"label": label, "ticked": place == ticked} for place, label in enumerate(labels)]
    blank = {"lead": "", "reason": "", "comment": "", "order": "", "signature": None}
    return blank | {"heading": heading, "ticks": ticks} | said


def opinion(ticked: int | None = 0, **said: Any) -> dict[str, Any]:
    said = {"lead": "ได้พิจารณาแล้วเห็นว่า", "signature": SECRETARY} | said
    return block(f"ความเห็นของปลัด{OFFICE}", ("สมควร", "ไม่สมควร เพราะ"), ticked, **said)


def decision(ticked: int | None = 0, **said: Any) -> dict[str, Any]:
    said = {"signature": ACTING_MAYOR} | said
    return block(f"ความเห็นของนายก{OFFICE}", ("อนุมัติ", "ไม่อนุมัติ เนื่องจาก"), ticked, **said)


def attachment(name: str, size: int = 1_834_112) -> dict[str, Any]:
    return {"name": name, "sha256": chain.digest(name), "size": size}


def paper(form: str, name: str, body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A paper's data; a change named like a key of the body goes there, any other to the paper itself."""
    inner = {key: changes.pop(key) for key in list(changes) if key in body}
    return {
        "form": form,
        "shape": 1,
        "code": "7K3M9QPX2T",
        "verify": "https://memo.kamphaengsaen.example/verify/7K3M9QPX2T/",
        "digits": "thai",
        "mark": "",
        "note": "",
        "secrecy": "",
        "title": name,
        "keep": ["กำแพงแสน"],
        "organization": {
            "name": OFFICE,
            "short": "อบต.กำแพงแสน",
            "phone": "034-353051",
            "website": "www.kamphaengsaen.go.th/th/",
        },
        "at": AT,
        "public": {"secret": False},
        "body": body | inner,
        **changes,
    }


def plan() -> list[dict[str, Any]]:
    names = {one["id"]: one["name_th"] for one in document.source()["divisions"]}
    return [
        {
            **row,
            "measures": [one["text"] for one in row["measures"]],
            "steps": [step | {"responsible": [names[code] for code in step["responsible"]]} for step in row["steps"]],
            "responsible": [names[code] for code in row["responsible"]],
        }
        for row in document.imported().content["plan"]
    ]


def scores() -> dict[str, Any]:
    found = manuscripts.scores_of(document.imported().content)
    assert found is not None
    return found


def reference() -> dict[str, Any]:
    return {"number": "นฐ 71201/412", "date": "2021-09-14", "subject": document.imported().subject}


def memo(**changes: Any) -> dict[str, Any]:
    content = document.imported().content
    body = {
        "urgency": content["urgency"],
        "agency": content["agency"],
        **reference(),
        "cancelled": False,
        "to": content["to"],
        "sections": [{"heading": one["heading"], "text": one["text"]} for one in content["sections"]],
        "proposals": [one["text"] for one in content["proposals"]],
        "closing": content["closing"],
        "signature": AUTHOR,
        "blocks": [opinion(), decision(order="ให้ทุกสำนัก/กอง รายงานผลการดำเนินการภายในกำหนด")],
        "scores": scores(),
        "plan": plan(),
        "attachments": [attachment("รายงานการวิเคราะห์ผลการประเมินฯ ประจำปีงบประมาณ พ.ศ. ๒๕๖๔.pdf")],
        "round": 1,
        "digest": DIGEST,
    }
    return paper("memo", f"บันทึกข้อความ ที่ {body['number']} {body['subject']}", body, **changes)


def notice(**changes: Any) -> dict[str, Any]:
    divisions = document.source()["divisions"]
    body = {
        **reference(),
        "from": AUTHOR | {"at": ""},
        "to": [one["name_th"] for one in divisions],
        "orders": ["ให้ทุกสำนัก/กอง รายงานผลการดำเนินการภายในกำหนด"],
        "plan": plan(),
        "acknowledged": [
            {
                "position": one["head_title_th"],
                "division": one["name_th"],
                "name": "" if place > 2 else f"นางสาวสมหญิง รักงานที่{place + 1}",
                "acting": "รักษาราชการแทน ตามคำสั่งที่ 98/2564" if place == 1 else "",
                "at": "" if place > 2 else f"2021-09-17T09:1{place}:00+07:00",
            }
            for place, one in enumerate(divisions)
        ],
    }
    return paper("notice", f"หนังสือแจ้งเวียน {body['subject']}", body, **changes)


def certificate(**changes: Any) -> dict[str, Any]:
    def decided(step: int, outcome: str, word: str, by: dict[str, Any], **said: Any) -> dict[str, Any]:
        blank = {"round": 1, "step": step, "comment": "", "order": "", "digest": DIGEST}
        return blank | {"position": by["lines"][-1], "outcome": outcome, "outcome_th": word, "signature": by} | said

    body = {
        **reference(),
        "state": "approved",
        "round": 1,
        "texts": [{"round": 1, "digest": DIGEST, "at": AUTHOR["at"], "by": AUTHOR}],
        "decisions": [
            decided(1, "endorse", "เห็นสมควร", SECRETARY),
            decided(2, "approve", "อนุมัติ", ACTING_MAYOR, position=f"นายก{OFFICE}", order="ให้รายงานผลภายในกำหนด"),
        ],
        "chain": {"length": 7, "head": chain.digest("head"), "at": AT},
        "papers": [
            {"form": form, "title": title, "code": f"{code}3M9QPX2T", "digest": chain.digest(form)}
            for form, title, code in (
                ("memo", "บันทึกข้อความ ที่ นฐ 71201/412", "7K"),
                ("report", "รายงานการวิเคราะห์ผลการประเมิน", "8A"),
            )
        ],
    }
    return paper("certificate", f"หนังสือรับรองเส้นทางการพิจารณา ที่ {body['number']}", body, **changes)
