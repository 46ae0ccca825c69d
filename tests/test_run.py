"""script/run: one office on one machine. Together or not at all, no orphans, trouble in one sentence."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from config import supervisor
from tests.engines import free_port

ROOT = Path(__file__).resolve().parent.parent
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

# Three children under the supervisor: one whose grandchild ignores SIGTERM, one that can be told to end, one plain.
FAMILY = """
import os, sys
from config.children import Children, Stopped, Trouble, say
children = Children(dict(os.environ))
try:
    children.start("plain", ["sleep", "60"])
    children.start("stubborn", ["sh", "-c", "(trap '' TERM; sleep 60; sleep 60) & sleep 60"], grace=0.5)
    children.start("mortal", ["sh", "-c", "read line < $FIFO; echo goodbye; exit 7"])
    say("up")
    children.wait_until(lambda: False)
except Stopped:
    say("stopped")
except Trouble as trouble:
    sys.exit(str(trouble))
finally:
    children.stop()
"""


def start(*command: str, **environment: str) -> subprocess.Popen[str]:
    without = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "MEMOFLOW_DATA"}
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.Popen(
        command, cwd=ROOT, env={**kept, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(data: Path, port: int | None = None) -> subprocess.Popen[str]:
    return start(sys.executable, "-m", "config.supervisor", "--port", str(port or free_port()), "--data", str(data))


def alive(mark: str) -> list[str]:
    """The processes with this text in their environment, zombies apart: a mark that children inherit."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def soon(done: Callable[[], object], seconds: float = 8) -> bool:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(done())


@pytest.fixture
def family(tmp_path) -> Iterator[subprocess.Popen[str]]:
    os.mkfifo(tmp_path / "fifo")
    process = start(sys.executable, "-c", FAMILY, FIFO=str(tmp_path / "fifo"))
    assert process.stdout and process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.communicate()


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_no_orphan(family, tmp_path, number):
    family.send_signal(number)
    output, _ = family.communicate(timeout=10)
    assert output.endswith("stopped\n")
    assert family.returncode == 0
    assert not alive(str(tmp_path))


@linux
def test_the_death_of_one_child_stops_all(family, tmp_path):
    (tmp_path / "fifo").write_text("now\n")
    output, error = family.communicate(timeout=10)
    assert output == "mortal | goodbye\n"
    assert error == "mortal ended unexpectedly (exit code 7), so everything was stopped.\n"
    assert family.returncode == 1
    assert not alive(str(tmp_path))


@linux
def test_a_closed_terminal_keeps_nobody_from_stopping(family, tmp_path):
    family.stdout.close()
    family.send_signal(signal.SIGHUP)
    family.wait(10)
    assert not alive(str(tmp_path))


def refusal(process: subprocess.Popen[str]) -> str:
    """The one sentence of a run that did not begin."""
    _, error = process.communicate(timeout=20)
    assert process.returncode == 1, error
    assert error.count("\n") == 1, error
    return error


def test_a_busy_port_is_said_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert refusal(run(tmp_path, port)).startswith(f"Port {port} cannot be used")


def a_file(folder: Path) -> None:
    folder.write_text("")


def a_broken_database(folder: Path) -> None:
    folder.mkdir()
    (folder / "memoflow.sqlite3").write_bytes(b"not a database" * 500)


def a_folder_for_a_database(folder: Path) -> None:
    (folder / "memoflow.sqlite3").mkdir(parents=True)


def settings_that_are_no_text(folder: Path) -> None:
    folder.mkdir()
    (folder / "memoflow.env").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (a_file, "The data folder {} cannot be used: it is a file."),
        (a_broken_database, "The database {}/memoflow.sqlite3 cannot be used: file is not a database."),
        (a_folder_for_a_database, "The database {}/memoflow.sqlite3 cannot be used: unable to open database file."),
        (settings_that_are_no_text, "The settings {}/memoflow.env cannot be used: not text."),
    ],
)
def test_a_broken_data_folder_is_said_in_one_sentence(tmp_path, broken, sentence):
    folder = tmp_path / "data"
    broken(folder)
    assert refusal(run(folder)).startswith(sentence.format(folder))


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/healthz/", timeout=3) as answer:
            return json.load(answer) == {"ok": True, "database": "ok", "broker": "ok", "worker": "ok"}
    except OSError:
        return False


@linux
def test_an_office_comes_up_is_ours_alone_and_falls_together(tmp_path):
    port = free_port()
    first = run(tmp_path, port)
    try:
        assert first.stdout
        said = ""
        while "Stop it with Ctrl-C." not in said:
            line = first.stdout.readline()
            assert line, first.communicate()
            said += line
        assert f"http://localhost:{port}/" in said
        assert "head_of_office" in said
        assert "demo" in said
        assert soon(lambda: healthy(port))
        assert refusal(run(tmp_path)).startswith(f"MemoFlow already runs on the data folder {tmp_path}")
        assert (tmp_path / "memoflow.env").stat().st_mode & 0o077 == 0

        first.kill()  # not even then may anything stay behind
        first.wait()
        assert soon(lambda: not alive(str(tmp_path))), alive(str(tmp_path))
    finally:
        first.kill()
        first.communicate()


def test_settings_written_by_hand_get_the_keys_they_lack_and_no_demo(tmp_path: Path) -> None:
    file = tmp_path / "memoflow.env"
    file.write_text("# SECRET_KEY=old\nHTTPS=False\n")
    with patch.dict(os.environ):
        for name in ("SECRET_KEY", "MEMOFLOW_SEAL_KEYS"):
            os.environ.pop(name, None)
        supervisor.read_settings(file)
    assert supervisor.names_in(file) == {"SECRET_KEY", "MEMOFLOW_SEAL_KEYS", "HTTPS"}


@pytest.mark.parametrize(
    ("chosen", "address"),
    [
        ("", "http://localhost:9000"),
        ("http://localhost:8000", "http://localhost:9000"),
        ("https://memo.example", "https://memo.example"),
    ],
)
def test_letters_link_to_this_runs_port_unless_an_address_was_chosen(chosen: str, address: str) -> None:
    with patch.dict(os.environ, {"SITE_URL": chosen}):
        assert supervisor.site_url(9000) == address
