"""script/bench paper: how fast papers are set and sealed, beside two other printers in the same run; JSON last.

memo       the approved real memo, every round another one, through the press as the product prints it
report     its report, made 12 pages long
others     the same memo's words, table and plan as HTML, by WeasyPrint and by headless Chromium, interleaved
seal       sealing the memo, and verifying it
memory     of the press's process after the first 20 and after 200 reports
"""

import html
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
os.environ.setdefault("MEMOFLOW_DEMO", "1")

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone
from pikepdf import Pdf

from demo import document, office
from documents import keys, press, sealing, seals
from documents.models import Paper
from documents.orders import new_code
from memo_flow import decisions
from memo_flow.models import Memo, Step
from memo_flow.queries import newest_revision
from organization.calendar import now
from organization.models import Organization, User
from tests.engines import chromium

ROUNDS, WARM_UP, REPORTS = 20, 3, 200
MEMO_SECONDS, REPORT_SECONDS, SEAL_SECONDS, TIMES_FASTER, GROWTH = 0.10, 0.6, 0.05, 2.0, 1.25
REPORT_PAGES = 12
FONTS = Path(__file__).resolve().parent.parent / "documents" / "fonts"


def main() -> None:
    call_command("migrate", verbosity=0)
    office.load()
    seals.make(Organization.objects.get(code=office.OFFICE), now=timezone.now())
    memo, report = approved()
    report, pages = lengthened(report)
    figures: dict[str, Any] = {"pages": {"memo": pages_of(press.print_paper(memo)), "report": pages}}
    times = race(
        {
            "typst_memo": lambda: press.print_paper(another(memo)),
            "typst_report": lambda: press.print_paper(another(report)),
            **others(memo),
            **sealer(memo),
        }
    )
    figures["seconds"] = {name: spread(measured) for name, measured in times.items()}
    memory = memory_of(report)
    figures["memory_mb"] = memory
    ratios = {
        name: round(statistics.median(b / a for a, b in zip(times["typst_memo"], times[name], strict=True)), 2)
        for name in ("weasyprint_memo", "chromium_memo")
        if name in times
    }
    figures["times_slower_than_typst"] = ratios or "not measured"
    median = {name: statistics.median(measured) for name, measured in times.items()}
    limits = {
        "memo": median["typst_memo"] <= MEMO_SECONDS,
        "report": median["typst_report"] <= REPORT_SECONDS,
        "seal": median["seal"] <= SEAL_SECONDS,
        "faster_than_weasyprint": ratios.get("weasyprint_memo", 0) >= TIMES_FASTER or "weasyprint_memo" not in ratios,
        "memory": memory["after_200"] <= memory["after_20"] * GROWTH,
    }
    print(json.dumps(figures, ensure_ascii=False))
    print(json.dumps({"ratios": ratios, "within": limits}))
    sys.exit(0 if all(limits.values()) else 1)


def approved() -> tuple[dict[str, Any], dict[str, Any]]:
    """The data of the real memo and of its report, brought to approval by the services."""
    memo = office.new_memo()
    people = {user.username: user for user in User.objects.all()}
    decisions.submit(memo.pk, by=people["head_of_office"], reason=document.REASON, now=now())
    for who, outcome in (("permanent_secretary", "endorse"), ("mayor", "approve")):
        _answer(memo, people[who], outcome)
    papers = {paper.form: paper.data for paper in Paper.objects.filter(about=f"memo:{memo.pk}")}
    return papers["memo"], papers["report"]


def _answer(memo: Memo, by: User, outcome: str) -> None:
    step = Step.objects.get(memo=memo, opened_at__isnull=False, closed_at=None)
    text = newest_revision(memo)
    assert text is not None
    decisions.decide(memo.pk, by=by, step=step.pk, outcome=outcome, revision=text.digest, now=now())


def another(data: dict[str, Any]) -> dict[str, Any]:
    """The same paper as another one: Typst remembers what it has set, and that is not to be measured."""
    code = new_code()
    body = json.loads(json.dumps(data["body"], ensure_ascii=False).replace("การ", f"การ{code[:3]}", 40))
    return {**data, "code": code, "body": body}


def lengthened(data: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The report with chapters said again until it has its twelve pages."""
    chapters, pages = list(data["body"]["chapters"]), 0
    said = list(chapters)
    while (pages := pages_of(press.print_paper(data))) < REPORT_PAGES:
        chapters += [{**one, "id": f"again_{len(chapters)}"} for one in said[1:]]
        data = {**data, "body": {**data["body"], "chapters": chapters}}
    return data, pages


def pages_of(pdf: bytes) -> int:
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


# --- the others


def others(data: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Printers of HTML that are installed here."""
    found: dict[str, Callable[[], Any]] = {}
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as error:  # its libraries are not on this machine
        print(f"WeasyPrint is not measured: {error}")
    else:
        fonts = FontConfiguration()
        style = CSS(string=STYLE, font_config=fonts)
        found["weasyprint_memo"] = lambda: HTML(string=as_html(another(data))).write_pdf(
            stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1"
        )
    if where := chromium():
        from playwright.sync_api import sync_playwright

        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # its loop runs in this thread; nothing else does
        browser = (
            sync_playwright()
            .start()
            .chromium.launch(
                executable_path=where, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
        )
        page = browser.new_page()

        def printed() -> bytes:
            page.set_content(f"<style>{STYLE}</style>{as_html(another(data))}")
            return page.pdf(format="A4", tagged=True)

        found["chromium_memo"] = printed
    else:
        print("Chromium is not measured: it is not installed.")
    return found


STYLE = f"""
@font-face {{ font-family: Laksaman; src: url("file://{FONTS}/Laksaman.ttf") }}
@font-face {{ font-family: Laksaman; font-weight: bold; src: url("file://{FONTS}/Laksaman-Bold.ttf") }}
@page {{ size: A4; margin: 2cm 2cm 2cm 3cm }}
body {{ font: 10.64pt/17pt Laksaman; text-align: justify }}
h1 {{ font-size: 19.3pt; text-align: center }} h2 {{ font-size: 10.64pt }}
p {{ text-indent: 2.5cm; margin: 0 0 3pt }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ border: .5pt solid; padding: 2pt 4pt; vertical-align: top }}
"""


def as_html(data: dict[str, Any]) -> str:
    """The memo's words, blocks, table and plan, plainly."""
    body, e = data["body"], html.escape
    out = [f"<!doctype html><html lang=th><title>{e(data['title'])}</title><h1>บันทึกข้อความ</h1>"]
    out += [f"<p>{e(body[key])}" for key in ("agency", "number", "date", "subject", "to")]
    for section in body["sections"]:
        out.append(f"<h2>{e(section['heading'])}</h2>")
        out += [f"<p>{e(line)}" for line in section["text"].splitlines()]
    out += [f"<p>{e(text)}" for text in body["proposals"]]
    for block in body["blocks"]:
        out.append(f"<h2>{e(block['heading'])}</h2><p>{e(block['comment'] or block['reason'])}")
    out.append("<table>")
    for instrument in body["scores"]["instruments"]:
        out += [f"<tr><td>{row['number']}<td>{e(row['name'])}<td>{row['score']}" for row in instrument["rows"]]
    out.append("</table>")
    for row in body["plan"]:
        out.append(f"<h2>{e(row['title'])}</h2><table>")
        out += [
            f"<tr><td>{e(' '.join(row['measures']))}<td>{e(step['text'])}<td>{e(' '.join(step['responsible']))}"
            f"<td>{row['period_start']}<td>{e(row['follow_up'])}"
            for step in row["steps"]
        ]
        out.append("</table>")
    return "".join(out)


# --- the seal, and memory


def sealer(data: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    paper = Paper.objects.get(code=data["code"])
    seal = seals.in_use(paper.organization_id)
    assert seal is not None
    alone = ThreadPoolExecutor(1)  # pyHanko has a loop of its own, and Chromium's runs in this thread
    pdf, key, roots = press.print_paper(data), keys.decrypt(bytes(seal.key)), seals.roots()

    def sealed() -> bytes:
        return sealing.seal(
            pdf,
            key_pem=key,
            certificate_pem=seal.certificate,
            between_pem=seal.between,
            at=timezone.now(),
            name=paper.organization.name_th,
            reason=data["title"],
        )

    done = alone.submit(sealed).result()
    return {
        "seal": lambda: alone.submit(sealed).result(),
        "verify": lambda: alone.submit(sealing.examine, done, roots_pem=roots).result(),
    }


def memory_of(report: dict[str, Any]) -> dict[str, float]:
    """Megabytes of the press's process (a press that is replaced begins again, so this one is not)."""
    press.JOBS_OF_ONE_PROCESS = REPORTS + 1  # type: ignore[misc]
    own, sizes = press.Press(), {}
    for place in range(1, REPORTS + 1):
        own.ask("typeset", {"data": another(report)})
        if place in (20, REPORTS):
            assert own._process is not None
            sizes[f"after_{place}"] = resident(own._process.pid)
    own.stop()
    return sizes


def resident(pid: int) -> float:
    line = next(row for row in Path(f"/proc/{pid}/status").read_text().splitlines() if row.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def race(runs: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Seconds of each, one after the other, round by round."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for place in range(ROUNDS + WARM_UP):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if place >= WARM_UP:
                times[name].append(time.perf_counter() - start)
    return times


def spread(times: list[float]) -> dict[str, float]:
    return {
        "min": round(min(times), 4),
        "median": round(statistics.median(times), 4),
        "max": round(max(times), 4),
    }


if __name__ == "__main__":
    main()
