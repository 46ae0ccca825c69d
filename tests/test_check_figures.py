"""manage.py check_figures: what it prints, its exit codes, and files that mean harm."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

DATA = Path(__file__).parent.parent / "benchmarks" / "data"
PRINTED = str(DATA / "as_printed.txt")
CORRECTED = str(Path(__file__).parent.parent / "demo" / "data" / "kamphaeng_saen_2564.yaml")
FIELDS = {"rule", "severity", "where", "line", "stated", "expected", "message", "message_en", "resolve", "suggestion"}


def run(capsys: pytest.CaptureFixture[str], *files: str, year: int = 2564) -> tuple[int, Any]:
    code = 0
    try:
        call_command("check_figures", *files, year=year, json=True)
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, json.loads(capsys.readouterr().out)


def refused(path: Path, year: int = 2564) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("check_figures", str(path), year=year, json=True)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_the_document_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, data = run(capsys, PRINTED)
    assert code == 1
    assert set(data) == {"findings", "resolved", "computed", "proof", "admissible"}
    assert all(set(one) == FIELDS for one in data["findings"])
    assert all(set(one["where"]) == {"section", "start", "end"} for one in data["findings"])
    assert data["resolved"]["8"] == "97.36" and data["computed"]["level"] == "B"


def test_a_clean_text_exits_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "memo.txt"
    path.write_text("ผลการประเมิน ประจำปีงบประมาณ พ.ศ. 2564 มีคะแนนรวม 82.14 คะแนน อยู่ในระดับ B\n", encoding="utf-8")
    assert run(capsys, str(path)) == (
        0,
        {
            "findings": [],
            "resolved": {},
            "computed": dict.fromkeys(("IIT", "EIT", "OIT", "total", "level")),
            "proof": {},
            "admissible": {},
        },
    )


def test_several_files_are_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, data = run(capsys, PRINTED, CORRECTED)
    assert code == 1
    assert [one["file"] for one in data] == [PRINTED, CORRECTED]


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("check_figures", PRINTED, year=2564)
    out = capsys.readouterr().out
    assert "R01 สูง" in out and "IIT: (94.86 + 88.01" in out


def test_a_byte_order_mark_and_utf16_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(PRINTED).read_text(encoding="utf-8")
    path = tmp_path / "memo.txt"
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_text(text.replace("\n", "\r\n"), encoding=encoding)
        _code, data = run(capsys, str(path))
        assert data["resolved"]["1"] == "94.86"
        assert data["findings"][0]["line"] == 19


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        ("ผลการประเมินคุณธรรม มีคะแนนรวม 82.14".encode("cp874"), "Windows-874"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "not a text file"),
        (b"a\x00b", "not a text file"),
        (b"x" * 2_100_000, "too large"),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "memo.txt"
    path.write_bytes(data)
    assert sentence in refused(path)


BOMB = "schema: ita_memo_report/1\na: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BOMB, "Line 2: anchors and aliases"),
        ("schema: !!python/object/apply:os.system ['true']\n", "Line 1: the tag"),
        ("schema: ita_memo_report/1\nscores: [1, 2\n", "this is not YAML"),
        ("schema: something/2\n", "The schema is something/2"),
        ("- a\n- b\n", "no document of schema"),
        ("a: " + "[" * 80 + "]" * 80, "nested too deeply"),
        (
            "schema: ita_memo_report/1\nscores:\n  total: {reported: many}\n",
            "Line 3: scores.total.reported is not a number",
        ),
        (
            "schema: ita_memo_report/1\nscores:\n  total: {reported: .nan}\n",
            "Line 3: scores.total.reported is not a number",
        ),
        (
            "schema: ita_memo_report/1\nscores:\n  instruments:\n"
            "    - {id: IIT, indicators: [{seq: one, score: '9'}]}\n",
            "Line 4: scores.instruments.0.indicators.0.seq is not a whole number",
        ),
    ],
)
def test_what_is_no_document(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "memo.yaml"
    path.write_text(text, encoding="utf-8")
    assert sentence in refused(path)


def test_a_year_without_rules_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "no rules for 2599" in refused(Path(PRINTED), year=2599)
    assert "No such file" in refused(tmp_path / "nothing.txt")
    assert refused(tmp_path)
