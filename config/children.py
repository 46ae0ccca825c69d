"""Processes that run together or not at all.

Each child has its own session, so Ctrl-C reaches only the supervisor, which stops them in reverse order; where one
dies, all stop. Where the supervisor itself is killed, the kernel tells its children (Linux).
"""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

BASE_DIR = Path(__file__).resolve().parent.parent
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """What stands in the way, in one sentence for the person at the terminal."""


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C, SIGTERM or a closed terminal."""


@dataclass
class Child:
    """A process and what it says: line by line with its name in front, or kept back until somebody asks."""

    name: str
    process: subprocess.Popen[bytes]
    grace: float  # seconds between SIGTERM and SIGKILL
    quiet: bool = False
    kept: dict[str, list[str]] = field(default_factory=lambda: {"stdout": [], "stderr": []})
    rest: dict[str, bytes] = field(default_factory=lambda: {"stdout": b"", "stderr": b""})

    def hear(self, stream: str, data: bytes) -> None:
        """Take what was read; empty at the end, when a last line without its newline counts too."""
        *lines, self.rest[stream] = (self.rest[stream] + data).split(b"\n")
        if not data and self.rest[stream]:
            lines, self.rest[stream] = [self.rest[stream]], b""
        for line in lines:
            text = line.decode(errors="replace").rstrip("\r")
            if self.quiet:
                self.kept[stream].append(text)
            else:
                say(f"{self.name:6} | {text}")


class Children:
    """Starts processes, passes on what they say, and ends them all. One loop, no threads."""

    def __init__(self, environment: dict[str, str], keep_open: Sequence[int] = ()) -> None:
        self.environment = environment
        self.keep_open = keep_open
        self.running: list[Child] = []
        self.asked_to_stop = 0
        self.selector = selectors.DefaultSelector()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, *_: object) -> None:
        self.asked_to_stop += 1

    def start(self, name: str, command: Sequence[str], *, grace: float = 5, quiet: bool = False) -> Child:
        process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=die_with_parent,
            pass_fds=self.keep_open,
        )
        child = Child(name, process, grace, quiet)
        for stream in ("stdout", "stderr"):
            pipe: IO[bytes] = getattr(process, stream)
            self.selector.register(pipe, selectors.EVENT_READ, (child, stream))
        self.running.append(child)
        return child

    def run(self, name: str, command: Sequence[str]) -> Child:
        """Wait for a command that ends by itself; its words are kept. Raises Trouble with its last word if it fails."""
        child = self.start(name, command, quiet=True)
        self.wait_until(lambda: child.process.poll() is not None, but=child)
        self.listen_to_the_end()
        self.running.remove(child)
        if child.process.returncode:
            raise Trouble(f"Preparing the office stopped at {name}: {last_word(child.kept['stderr'])}")
        return child

    def wait_until(self, done: Callable[[], bool], but: Child | None = None) -> None:
        """Listen until `done`. Raises Stopped, or Trouble when a child ends (`but` may)."""
        while not done():
            self.listen(0.1)
            if self.asked_to_stop:
                raise Stopped
            for child in self.running:
                if child is not but and (code := child.process.poll()) is not None:
                    self.listen_to_the_end()
                    raise Trouble(f"{child.name} ended unexpectedly ({ending(code)}), so everything was stopped.")

    def listen(self, seconds: float) -> bool:
        """Pass on what was said within this time; True when there may be more."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            child, stream = key.data
            data = os.read(key.fd, 65536)
            child.hear(stream, data)
            if not data:
                self.selector.unregister(key.fileobj)
                getattr(child.process, stream).close()
        return bool(ready)

    def listen_to_the_end(self) -> None:
        while self.listen(0):
            pass

    def stop(self) -> None:
        """End every child, last started first; one more request to stop ends the patience."""
        asked = self.asked_to_stop
        for child in reversed(self.running):
            with suppress(ProcessLookupError):
                child.process.terminate()
            deadline = time.monotonic() + child.grace
            while child.process.poll() is None and time.monotonic() < deadline and self.asked_to_stop == asked:
                self.listen(0.05)
            with suppress(ProcessLookupError):  # and the grandchildren of a master that was killed
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.listen_to_the_end()
        self.running.clear()


def die_with_parent() -> None:
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def last_word(lines: Sequence[str]) -> str:
    """The exception's own line below a traceback; drivers add indented advice after it."""
    return next((line for line in reversed(lines) if line and not line[0].isspace()), "no reason given")


def say(text: str) -> None:
    """Print, also when nobody reads any more: a closed terminal must not keep us from stopping the children."""
    with suppress(OSError):
        print(text, flush=True)
