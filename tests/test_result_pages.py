"""The pages of results: who gets which answer, what is kept after a refusal, live totals, files, few statements."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from assessments import importing, results
from assessments.models import Assessment, IndicatorScore
from assessments.results import Announced, Figures
from assessments.rulebook import rules_for
from demo import assessed
from organization.models import User
from organization.refusals import Stale
from tests.cast import Cast, at, set_clock

pytestmark = pytest.mark.django_db

Browse = Callable[[User], Client]
D = Decimal
SCORES = {n: D("90.00") + n for n in range(1, 9)} | {9: D("88.00"), 10: D("87.50")}
READS = ["/results/", "/results/2564/", "/dashboard/"]
KEEPS = ["/results/new/", "/results/import/", "/results/2565/edit/", "/results/2564/edit/"]


@pytest.fixture
def as_(client: Client) -> Browse:
    def sign_in(user: User) -> Client:
        set_clock(at(hour=18))
        User.objects.update(language="en")
        client.force_login(user)
        return client

    return sign_in


def fields(scores: dict[int, Decimal] | None = None, **more: Any) -> dict[str, Any]:
    """The form of a year as a browser sends it."""
    given = SCORES if scores is None else scores
    return {f"score_{n}": str(score) for n, score in given.items()} | {"version": "", "op": "save"} | more


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def of(cast: Cast, year: int) -> results.YearResult | None:
    return results.of_year(cast.office, year)


# Who


@pytest.mark.parametrize("path", [*READS, *KEEPS, "/results/template/2564.xlsx"])
def test_a_stranger_signs_in_first(cast: Cast, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["mayor", "finance", "office_staff"])
def test_everyone_of_the_office_reads_and_only_keepers_write(cast: Cast, as_: Browse, name: str) -> None:
    client = as_(cast.people[name])
    for path in READS:
        text = page(client, path)
        assert "/edit/" not in text and "/results/import/" not in text
    for path in KEEPS:
        page(client, path, 403)
    assert client.post("/results/2565/edit/", fields()).status_code == 403
    assert client.post("/results/import/", {}).status_code == 403
    assert of(cast, 2565) is None


@pytest.mark.parametrize("name", ["head_of_office", "permanent_secretary"])
def test_keepers_find_the_way_to_write(cast: Cast, as_: Browse, name: str) -> None:
    client = as_(cast.people[name])
    assert "/results/import/" in page(client, "/results/")
    assert "/results/2564/edit/" in page(client, "/results/2564/")
    for path in KEEPS:
        page(client, path)


def test_another_office_sees_only_its_own(cast: Cast, as_: Browse) -> None:
    results.record(cast.office, 2565, cast.head_of_office, SCORES, now=at())
    client = as_(cast.outsider)
    page(client, "/results/2565/", 404)
    text = page(client, "/results/2564/")
    assert "82.14" not in text and "93.48" in text
    assert "2565" not in page(client, "/results/").split("chart-box")[0]
    client.post("/results/2565/edit/", fields({**SCORES, 1: D("1.00")}))
    kept = of(cast, 2565)
    assert kept is not None and kept.scores == SCORES


@pytest.mark.parametrize("path", ["/results/2563/", "/results/2599/", "/results/2599/edit/", f"/results/{9**40}/"])
def test_a_year_without_result_or_rules_is_not_there(cast: Cast, as_: Browse, path: str) -> None:
    page(as_(cast.head_of_office), path, 404)


def test_someone_without_an_organization_sees_an_empty_page(cast: Cast, as_: Browse) -> None:
    root = User.objects.create(username="root", email="root@example.org", name_th="ผู้ดูแล", language="en")
    client = as_(root)
    assert "No results yet" in page(client, "/results/")
    assert "No results yet" in page(client, "/dashboard/")
    for path in ("/results/2564/", *KEEPS):
        page(client, path, 404)


# Reading


def test_a_year_shows_announced_beside_computed_and_what_is_lowest(cast: Cast, as_: Browse) -> None:
    answer = as_(cast.mayor).get("/results/2564/")
    text = answer.content.decode()
    assert "82.14" in text and "97.49" in text and "97.48" in text and "Level" in text
    assert text.count("lowest of") == 3
    assert "What was announced agrees with the scores." in text
    assert [[row.judgement for row in group.rows] for group in answer.context["groups"]][2] == ["improve", "fix"]
    assert answer.context["below"] == 2


def test_rounding_is_explained_and_a_difference_is_said_aloud(cast: Cast, as_: Browse) -> None:
    scores = assessed._numbered(assessed.REAL[1])
    head = cast.head_of_office
    results.record(cast.office, 2564, head, scores, Announced(D("82.15"), "B"), now=at(), version=1)
    assert "Announced 82.15, computed 82.14: this comes of rounding" in page(as_(cast.mayor), "/results/2564/")
    results.record(cast.office, 2564, head, scores, Announced(D("86.15"), "A"), now=at(), version=2)
    text = page(as_(cast.mayor), "/results/2564/")
    assert "What was announced does not fit the scores." in text and "announced 86.15" in text


def test_a_year_is_compared_with_the_one_before(cast: Cast, as_: Browse) -> None:
    results.record(cast.office, 2565, cast.head_of_office, SCORES, now=at())
    text = page(as_(cast.mayor), "/results/2565/")
    assert "Compared with 2564" in text and "−3.86" in text and "+9.96" in text
    years = as_(cast.mayor).get("/results/").context["rows"]
    assert [row["result"].year for row in years] == [2565, 2564]
    assert years[0]["changes"].total == D("9.96") and years[1]["changes"].total is None


def test_a_memo_is_begun_from_a_year_by_who_writes_memos(cast: Cast, as_: Browse) -> None:
    assert "/memos/new/from-result/2564/" in page(as_(cast.head_of_office), "/results/2564/")
    assert "/memos/new/from-result/2564/" not in page(as_(cast.mayor), "/results/2564/")


# Entering


def test_a_year_is_entered_and_changed(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    assert client.get("/results/new/?year=๒๕๖๕")["Location"] == "/results/2565/edit/"
    told = {"announced_total": "๙๒.๑๐", "announced_level": "A", "announced_iit": "93", "announced_on": "2022-08-01"}
    answer = client.post("/results/2565/edit/", fields(**told))
    assert answer["Location"] == "/results/2565/"
    kept = of(cast, 2565)
    assert kept is not None and kept.scores == SCORES
    assert kept.announced == Announced(D("92.10"), "A", {"IIT": D("93.00")}, date(2022, 8, 1))
    form = client.get("/results/2565/edit/").context["form"]
    assert (form["score_1"].value(), form["version"].value()) == (D("91.00"), 1)
    client.post("/results/2565/edit/", fields({**SCORES, 1: D("50.55")}, version="1"))
    kept = of(cast, 2565)
    assert kept is not None and kept.scores[1] == D("50.55") and not kept.announced and kept.version == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ดี", "is not a number."),
        ("101", "101 is not between 0 and 100."),
        ("-1", "-1 is not between 0 and 100."),
        ("9.999", "9.999 has more than two decimals."),
        ("", "The score of indicator 4, Use of government property, is missing."),
        ("9\x00", "is not a number."),
    ],
)
def test_a_wrong_figure_is_named_and_what_was_typed_stays(cast: Cast, as_: Browse, typed: str, said: str) -> None:
    client = as_(cast.head_of_office)
    answer = client.post("/results/2565/edit/", fields(score_4=typed, announced_total="92.10"))
    assert answer.status_code == 200 and of(cast, 2565) is None
    assert list(answer.context["form"].errors) == ["score_4"]
    text = answer.content.decode()
    assert said in text and 'value="92.10"' in text and 'aria-invalid="true"' in text and 'href="#id_score_4"' in text


def test_a_level_of_another_year_and_a_day_that_is_none_are_refused(cast: Cast, as_: Browse) -> None:
    wrong = {"announced_level": "ผ่าน", "announced_on": "2022-02-31"}
    answer = as_(cast.head_of_office).post("/results/2565/edit/", fields(**wrong))
    assert sorted(answer.context["form"].errors) == ["announced_level", "announced_on"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2056-01-01", "2020-09-30", "2024-10-01"])
def test_a_day_far_from_the_year_is_refused(cast: Cast, as_: Browse, day: str) -> None:
    answer = as_(cast.head_of_office).post("/results/2565/edit/", fields(announced_on=day))
    (said,) = answer.context["form"].errors["announced_on"]
    assert "The day lies between 1/10/2563 and 30/9/2567." in said and of(cast, 2565) is None


def test_a_signed_zero_is_no_score(cast: Cast, as_: Browse) -> None:
    answer = as_(cast.head_of_office).post("/results/2565/edit/", fields(score_1="-0.00", announced_iit="−0"))
    assert sorted(answer.context["form"].errors) == ["announced_iit", "score_1"] and of(cast, 2565) is None


def test_whoever_saves_too_late_keeps_what_he_typed_and_sees_the_other_text(cast: Cast, as_: Browse) -> None:
    results.record(cast.office, 2565, cast.head_of_office, SCORES, now=at())
    results.record(cast.office, 2565, cast.permanent_secretary, SCORES | {2: D("55.55")}, now=at(), version=1)
    client = as_(cast.head_of_office)
    answer = client.post("/results/2565/edit/", fields(score_1="12.34", version="1"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="12.34"' in text and "saved is 55.55" in text and "saved is 91.00" in text
    assert 'name="version" value="2"' in text
    assert client.post("/results/2565/edit/", fields(score_1="12.34", version="2")).status_code == 302
    assert client.post("/results/2565/edit/", fields(version="nonsense")).status_code == 409
    assert client.post("/results/2565/edit/", fields(version="9" * 40)).status_code == 409


def test_totals_are_computed_without_saving(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    live = client.post("/results/2565/totals/", fields())
    assert live.status_code == 200 and "<html" not in live.content.decode()
    assert "92.10" in live.content.decode() and "Every score is in." in live.content.decode()
    part = client.post("/results/2565/totals/", fields(score_9="x", score_10=""))
    assert "2 scores are still to come." in part.content.decode() and "93.00" in part.content.decode()
    whole = client.post("/results/2565/edit/", fields(op="compute", score_9="x", announced_level="A"))
    assert 'value="x"' in whole.content.decode() and "1 score is still to come." in whole.content.decode()
    assert whole.status_code == 200 and of(cast, 2565) is None
    assert client.get("/results/2565/totals/").status_code == 405
    assert client.post("/results/2599/totals/", {}).status_code == 404


def test_totals_of_an_ended_session_are_not_a_sign_in_page(cast: Cast, client: Client) -> None:
    answer = client.post("/results/2565/totals/", fields())
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_year_without_weights_has_no_total_and_no_empty_chart(cast: Cast, as_: Browse) -> None:
    IndicatorScore.objects.filter(assessment__organization=cast.office).delete()
    Assessment.objects.filter(organization=cast.office).delete()
    results.record(cast.office, 2569, cast.head_of_office, SCORES, now=at())
    client = as_(cast.head_of_office)
    assert '<svg class="chart' not in page(client, "/results/")
    assert "The weights of this year are not known" in page(client, "/results/2569/")
    assert page(client, "/dashboard/").count("chart-box") == 1


def test_live_totals_ask_the_database_for_no_figures(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    with CaptureQueriesContext(connection) as captured:
        client.post("/results/2565/totals/", fields())
    assert len(captured) <= 2  # the session and the person


def test_when_all_years_are_entered_there_is_none_to_choose(cast: Cast, as_: Browse) -> None:
    figures = [Figures(year, SCORES) for year in range(2562, 2570) if year != 2564]
    results.record_all(cast.office, figures, by=cast.head_of_office, now=at())
    client = as_(cast.head_of_office)
    assert "All years are entered" in page(client, "/results/new/")
    assert "/results/new/" not in page(client, "/results/")


# Files


def upload(name: str = "r.csv", data: bytes | None = None, **more: Any) -> dict[str, Any]:
    table = "ปี,ตัวชี้วัด,คะแนน\n" + "\n".join(f"2565,{n},{score}" for n, score in SCORES.items())
    return {"file": SimpleUploadedFile(name, table.encode() if data is None else data)} | more


def test_a_file_is_imported(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    assert client.post("/results/import/", upload())["Location"] == "/results/2565/"
    kept = of(cast, 2565)
    assert kept is not None and kept.scores == SCORES


def test_a_recorded_year_is_replaced_only_with_the_tick(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    client.post("/results/import/", upload())
    text = client.post("/results/import/", upload()).content.decode()
    assert "Already recorded: 2565." in text
    assert client.post("/results/import/", upload(replace="on")).status_code == 302
    kept = of(cast, 2565)
    assert kept is not None and kept.version == 2


def test_a_file_that_comes_too_late_is_told(cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_given: Any, **_named: Any) -> None:
        raise Stale("Somebody else has saved the result of 2565 meanwhile.")

    monkeypatch.setattr(results, "record_all", late)
    answer = as_(cast.head_of_office).post("/results/import/", upload())
    assert answer.status_code == 200 and "saved the result of 2565 meanwhile." in answer.content.decode()


def test_a_file_with_mistakes_stores_nothing_and_names_each(cast: Cast, as_: Browse) -> None:
    bad = "ปี,ตัวชี้วัด,คะแนน\n2566,1,101\n2566,2,x\n" + "\n".join(f"2565,{n},{s}" for n, s in SCORES.items())
    before = Assessment.objects.count()
    text = as_(cast.head_of_office).post("/results/import/", upload(data=bad.encode())).content.decode()
    assert "Row 2, column 3: 101 is not between 0 and 100." in text and "Row 3, column 3" in text
    assert "Nothing was saved" in text and Assessment.objects.count() == before


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("r.csv", b"", "The file is empty."),
        ("r.csv", "คะแนนของปีนี้เป็นภาษาไทย".encode("cp874"), "Windows-874"),
        ("r.yaml", b"a: &a [1]\nb: *a", "anchors and aliases"),
        ("r.yaml", b"a: !!python/name:os.system", "the tag"),
        ("r.doc", b"x", "Choose a file that ends in"),
    ],
)
def test_a_bad_file_is_a_sentence(cast: Cast, as_: Browse, name: str, data: bytes, said: str) -> None:
    answer = as_(cast.head_of_office).post("/results/import/", upload(name, data))
    assert answer.status_code == 200 and said in answer.content.decode()


def test_no_file_is_a_sentence(cast: Cast, as_: Browse) -> None:
    assert "Choose a file." in as_(cast.head_of_office).post("/results/import/", {}).content.decode()


def test_a_file_of_20_megabytes_is_not_read(cast: Cast, as_: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "read", lambda *_a, **_k: pytest.fail("read"))
    huge = upload("r.xlsx", b"PK\x03\x04" + bytes(20_000_000))
    assert "The file is too large: 20000 kB" in as_(cast.head_of_office).post("/results/import/", huge).content.decode()


def test_templates_are_downloads_of_their_year(cast: Cast, as_: Browse) -> None:
    client = as_(cast.mayor)
    answer = client.get("/results/template/2566.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="ita-2566.xlsx"'
    assert load_workbook(BytesIO(answer.content)).active.title == "ITA 2566"
    text = client.get("/results/template/2566.csv").content
    assert text.startswith(b"\xef\xbb\xbf") and rules_for(2566).by_number[1].en in text.decode()
    for path in ("2599.xlsx", "2566.pdf"):
        assert client.get(f"/results/template/{path}").status_code == 404


# Statements


def test_the_pages_take_as_many_statements_for_eight_years_as_for_one(cast: Cast, as_: Browse) -> None:
    def statements() -> dict[str, int]:
        found = {}
        for path in ("/results/", "/results/2564/", "/results/2564/edit/", "/dashboard/?year=2564"):
            with CaptureQueriesContext(connection) as captured:
                page(client, path)
            found[path] = len(captured)
        return found

    client = as_(cast.head_of_office)
    page(client, "/results/")
    few = statements()
    figures = [Figures(year, SCORES) for year in range(2562, 2570) if year != 2564]
    results.record_all(cast.office, figures, by=cast.head_of_office, now=at())
    assert statements() == few
    assert max(few.values()) <= 20, few


def test_the_years_to_enter_are_those_that_have_begun_the_latest_first(cast: Cast, as_: Browse) -> None:
    client = as_(cast.head_of_office)
    offered = client.get("/results/new/").context["to_add"]
    assert offered == [2563, 2562]  # it is September of 2564, whose result is recorded
    assert client.get("/results/2569/edit/").status_code == 200
    set_clock(at(date(2021, 10, 1)))
    assert client.get("/results/new/").context["to_add"] == [2565, 2563, 2562]
