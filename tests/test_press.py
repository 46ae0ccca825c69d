"""The press: whatever a paper does, the process that asked for it goes on."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from documents import press, worker
from documents.typesetting import Unprinted
from tests import paper_samples


@pytest.fixture
def own() -> Any:
    one = press.Press()
    yield one
    one.stop()


def forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that hang, eat memory or fall over, in a worker of this test's own."""
    (tmp_path / "faulty.py").write_text(
        "import os, sys, time\n"
        "from documents import worker\n"
        "def hang(): time.sleep(600)\n"
        "def eat(): return len(bytearray(8 << 30))\n"
        "def fall(): os.abort()\n"
        "def whoami(): return os.getpid()\n"
        "def sees(): return sorted(os.environ)\n"
        "worker._JOBS.update(hang=hang, eat=eat, fall=fall, whoami=whoami, sees=sees)\n"
        "worker.main(int(sys.argv[1]))\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{press.ROOT}")
    monkeypatch.setattr(press, "WORKER", "faulty")


def test_a_paper_that_hangs_is_stopped_and_the_next_is_printed(
    own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forever(tmp_path, monkeypatch)
    first = own.ask("whoami", {})
    began = time.monotonic()
    with pytest.raises(Unprinted, match=r"เกิน 0\.5 วินาที"):
        own.ask("hang", {}, 0.5)
    assert time.monotonic() - began < 5
    assert own.ask("whoami", {}) != first
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_paper_that_eats_the_memory_fails_alone(
    own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forever(tmp_path, monkeypatch)
    with pytest.raises(Unprinted, match="memory"):
        own.ask("eat", {})
    assert own.ask("whoami", {})


def test_a_press_that_falls_over_is_replaced(own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forever(tmp_path, monkeypatch)
    with pytest.raises(Unprinted, match="หยุดโดยไม่ส่งผล"):
        own.ask("fall", {})
    assert own.ask("whoami", {})


def test_a_press_killed_between_two_papers_is_replaced(own: press.Press) -> None:
    data = paper_samples.memo()
    first = own.ask("typeset", {"data": data})
    assert own._process is not None
    os.kill(own._process.pid, signal.SIGKILL)
    own._process.wait()
    assert own.ask("typeset", {"data": data}) == first, "the same data give the same bytes, in any process"


def test_whoever_waits_too_long_for_the_press_is_told_so(
    own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forever(tmp_path, monkeypatch)

    def hang() -> None:
        with pytest.raises(Unprinted, match="เกิน 2 วินาที"):
            own.ask("hang", {}, 2.0)

    other = threading.Thread(target=hang)
    other.start()
    time.sleep(0.5)
    with pytest.raises(Unprinted, match="กำลังพิมพ์เอกสารอื่น"):
        own.ask("whoami", {}, 0.2)
    other.join()


def test_a_process_is_replaced_after_its_share(
    own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forever(tmp_path, monkeypatch)
    monkeypatch.setattr(press, "JOBS_OF_ONE_PROCESS", 3)
    seen = [own.ask("whoami", {}) for _job in range(7)]
    assert [seen.index(pid) for pid in seen] == [0, 0, 0, 3, 3, 3, 6]


def test_the_process_that_opens_strangers_files_has_none_of_our_secrets(
    own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forever(tmp_path, monkeypatch)
    assert {"SECRET_KEY", "DATABASE_URL", "MEMOFLOW_SEAL_KEYS"} <= set(os.environ)
    assert not {"SECRET_KEY", "DATABASE_URL", "MEMOFLOW_SEAL_KEYS", "EMAIL_URL"} & set(own.ask("sees", {}))


def test_a_fault_of_the_typesetting_says_where(own: press.Press) -> None:
    broken = paper_samples.memo()
    del broken["body"]["sections"]
    with pytest.raises(Unprinted, match="sections"):
        own.ask("typeset", {"data": broken})


def test_an_unknown_job_is_no_job() -> None:
    assert worker._answer("rm", {}) == (False, "'rm'")


def test_an_answer_that_comes_after_an_interruption_is_not_the_next_jobs(
    own: press.Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forever(tmp_path, monkeypatch)
    first = own.ask("whoami", {})

    class TimeIsUp(BaseException):
        pass

    def interrupted(_signal: int, _frame: Any) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(TimeIsUp):
            own.ask("hang", {})
    finally:
        signal.signal(signal.SIGALRM, before)
    assert own.ask("whoami", {}) != first


@pytest.mark.parametrize("words", ["ตัวชี้วัดภาครัฐ " * 700, "www.kamphaengsaen.go.th/th/1234567890 " * 500])
def test_a_paragraph_of_nothing_but_kept_words_is_printed(own: press.Press, words: str) -> None:
    data = paper_samples.memo()
    data["body"]["sections"][0]["text"] = words
    assert own.ask("typeset", {"data": data}).startswith(b"%PDF-")
