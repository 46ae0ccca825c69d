"""docker-compose.yml without a container engine: it fits the Compose Specification, and its commands work together."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest
import yaml

from config.children import die_with_parent
from tests.engines import free_port

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<rule>:[-?])(?P<word>[^}]*))?\}")
OURS = ("migrate", "web", "worker", "beat")
CHOSEN = {
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    "POSTGRES_PASSWORD": "secret",
    "MEMOFLOW_SEAL_KEYS": "b25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OS1hYmNkZWY=",
    "ALLOWED_HOSTS": "memo.example.go.th",
    "SITE_URL": "https://memo.example.go.th",
}


def filled_in(value: Any, variables: Mapping[str, str]) -> Any:
    """What Compose makes of ${NAME}, ${NAME:-default}, ${NAME:?why} and $$; a missing required one is a KeyError."""
    if isinstance(value, dict):
        return {key: filled_in(one, variables) for key, one in value.items()}
    if isinstance(value, list):
        return [filled_in(one, variables) for one in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if variables.get(match["name"]):
            return variables[match["name"]]
        if match["rule"] != ":-":
            raise KeyError(match["name"])
        return match["word"]

    return VARIABLE.sub(replace, value)


def test_it_fits_the_compose_specification():
    schema = json.loads(files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []
    assert [error.message for error in validator.iter_errors(filled_in(COMPOSE, CHOSEN))] == []


def test_what_it_names_exists():
    services, volumes = COMPOSE["services"], COMPOSE["volumes"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(volumes)


def test_every_service_that_stays_says_whether_it_is_well_and_comes_back():
    for name, service in COMPOSE["services"].items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


@pytest.mark.parametrize("name", CHOSEN)
def test_a_secret_has_no_default(name):
    with pytest.raises(KeyError, match=name):
        filled_in(COMPOSE, {key: value for key, value in CHOSEN.items() if key != name})


def test_the_example_names_every_variable():
    example = set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used = {match["name"] for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text()) if match["name"]}
    assert used == example


@pytest.mark.parametrize("name, default", [("MEMOFLOW_LINK_PORTS", "80,443"), ("MEMOFLOW_PUBLIC_SECONDS", "10")])
def test_what_an_office_may_want_to_set_reaches_the_containers(name: str, default: str):
    for chosen, meant in (({}, default), ({name: "8"}, "8")):
        assert filled_in(COMPOSE, CHOSEN | chosen)["x-memoflow"]["environment"][name] == meant


@pytest.fixture
def own_database() -> Iterator[str]:
    """A database beside the tests' own: other processes must see what is in it."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS memoflow_compose WITH (FORCE)")
        connection.execute("CREATE DATABASE memoflow_compose")
        yield url.rsplit("/", 1)[0] + "/memoflow_compose"
        connection.execute("DROP DATABASE memoflow_compose WITH (FORCE)")


@contextmanager
def running(name: str, command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, preexec_fn=die_with_parent
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def get(url: str, **headers: str) -> tuple[int, bytes]:
    """Status and body, redirects not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        with urllib.request.build_opener(Stay).open(urllib.request.Request(url, headers=headers), timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.postgres
def test_its_commands_run_together_and_are_well(own_database, tmp_path):
    port = free_port()
    services = filled_in(COMPOSE["services"], CHOSEN)

    def here(command: list[str]) -> list[str]:
        """The container's folders and port, moved to where a test may write and listen."""
        moved = [word.replace("/data/", f"{tmp_path}/").replace("8000", str(port)) for word in command]
        program, *arguments = moved
        return [sys.executable, *arguments] if program == "python" else [sys.executable, "-m", program, *arguments]

    environment = {
        **services["web"]["environment"],
        "PATH": os.environ["PATH"],
        "DATABASE_URL": own_database,
        "REDIS_URL": os.environ["REDIS_URL"],
        "MEMOFLOW_DATA": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "staticfiles"),
    }
    collectstatic = ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]  # the image's last step
    for command in (collectstatic, services["migrate"]["command"]):
        ended = subprocess.run(here(command), cwd=ROOT, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr[-2000:]

    with ExitStack() as stack:
        for name in ("web", "worker", "beat"):
            stack.enter_context(running(name, here(services[name]["command"]), environment, tmp_path / f"{name}.log"))
        answer: tuple[int, bytes] = 0, b""
        deadline = time.monotonic() + 30
        while answer[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
            try:
                answer = get(f"http://localhost:{port}/healthz/")
            except OSError as error:
                answer = 0, str(error).encode()
        logs = "\n".join((tmp_path / f"{name}.log").read_text()[-2000:] for name in ("web", "worker", "beat"))
        assert answer[0] == 200, (answer, logs)
        assert get(f"http://localhost:{port}/accounts/login/")[0] == 301  # to HTTPS
        status, page = get(f"http://localhost:{port}/accounts/login/", **{"X-Forwarded-Proto": "https"})
        assert status == 200, logs
        assert b"csrfmiddlewaretoken" in page
