"""The press: a process of its own sets papers and opens strangers' files, so that whatever hangs can be stopped.

Typst knows no limit of time, and a hostile PDF knows no shame. The process is started when it is first needed, does
one job at a time, and is replaced after a number of jobs, which keeps its memory flat.
"""

import atexit
import os
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socketpair
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from documents.typesetting import Unprinted

JOBS_OF_ONE_PROCESS = 100
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONUTF8", "TMPDIR", "TZ")
WORKER = "documents.worker"
ROOT = Path(__file__).resolve().parent.parent


def print_paper(data: dict[str, Any], *, seconds: float | None = None) -> bytes:
    """The PDF of a paper's data (typesetting.py). Raises Unprinted with a sentence: why, or that it took too long."""
    return _press().ask("typeset", {"data": data}, seconds)  # type: ignore[no-any-return]


def examine(pdf: bytes, *, roots_pem: list[str], seconds: float | None = None) -> list[Any]:
    """sealing.examine of a file from outside. Raises Unprinted where it cannot be read, or not in time."""
    return _press().ask("examine", {"pdf": pdf, "roots_pem": roots_pem}, seconds)  # type: ignore[no-any-return]


class Unanswered(Unprinted):
    """The press was busy, was stopped or died: nothing is said of the job itself."""


class Press:
    """One process and the lock that gives it one job at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._done = 0

    def ask(self, name: str, arguments: dict[str, Any], seconds: float | None = None) -> Any:
        """The result of a job. Raises Unprinted: what went wrong with it, or that its time was up."""
        seconds = seconds or settings.MEMOFLOW_PRINT_SECONDS
        if not self._one_at_a_time.acquire(timeout=seconds):
            raise Unanswered(_("The press is busy with other papers. Try again in a moment."))
        try:
            ok, result = self._asked(name, arguments, seconds)
        finally:
            self._one_at_a_time.release()
        if not ok:
            raise Unprinted(result)
        return result

    def stop(self) -> None:
        """End the process; the next job starts another."""
        if self._pipe:
            self._pipe.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = None
        self._done = 0

    def _asked(self, name: str, arguments: dict[str, Any], seconds: float) -> tuple[bool, Any]:
        if self._done >= JOBS_OF_ONE_PROCESS or self._process is None or self._process.poll() is not None:
            self.stop()
            self._start()
        assert self._pipe is not None and self._process is not None
        late = threading.Event()
        timer = threading.Timer(seconds, self._give_up, [self._process, late])
        timer.start()
        try:
            self._pipe.send((name, arguments))
            answer: tuple[bool, Any] = self._pipe.recv()
            self._done += 1
            return answer
        except (EOFError, OSError):  # killed by us, by the system, or by itself
            self.stop()
            if late.is_set():
                said = _("It took longer than %(seconds)s seconds and was stopped.") % {"seconds": f"{seconds:g}"}
                raise Unanswered(said) from None
            raise Unanswered(_("The printing process ended without an answer.")) from None
        except BaseException:  # interrupted: an answer that is still to come must not become the next job's
            self.stop()
            raise
        finally:
            timer.cancel()

    def _start(self) -> None:
        ours, theirs = socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", WORKER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env=_environment(),
            )
        self._pipe = Connection(ours.detach())

    @staticmethod
    def _give_up(process: subprocess.Popen[bytes], late: threading.Event) -> None:
        late.set()
        process.kill()


def _environment() -> dict[str, str]:
    """What the process needs and no more: it opens strangers' files, and our secrets are in the environment."""
    kept = {name: value for name in KEPT_VARIABLES if (value := os.environ.get(name)) is not None}
    threads = str(min(4, os.cpu_count() or 1))  # more would each reserve memory of their own
    return {**kept, "RAYON_NUM_THREADS": threads, "MALLOC_ARENA_MAX": threads}


_presses: dict[int, Press] = {}


def _press() -> Press:
    """This process's own: a worker forked from another never shares its pipe."""
    if os.getpid() not in _presses:
        _presses.clear()
        _presses[os.getpid()] = press = Press()
        atexit.register(press.stop)
    return _presses[os.getpid()]
