"""A real server in a process of its own, and `attune` speaking to it as somebody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from app.cli.main import main
from tests import servers

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Server:
    url: str
    home: Path

    def token(self, login: str, password: str = PASSWORD) -> str:
        answer = httpx.post(f"{self.url}/auth/login", json={"login": login, "password": password}, timeout=30)
        return str(answer.json()["data"]["access_token"])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`attune up` on a free port, with the shipped packs and an administrator."""
    home, port = tmp_path_factory.mktemp("cli") / "home", servers.free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATTUNE_")}
    settings = {"ATTUNE_HOME": str(home), "ATTUNE_ADMIN_PASSWORD": PASSWORD, "PORT": str(port), "ATTUNE_DEMO": "false"}
    process = subprocess.Popen(
        [sys.executable, "-m", "workers.up"],
        cwd=ROOT,
        env={**kept, **settings, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        servers.wait_until(lambda: _answers(url), timeout_s=60, what="The server answering /health")
        yield Server(url, home)
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class Said:
    """What a command has printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Attune = Callable[..., Said]


def call(*arguments: str, env: dict[str, str], stdin: str | None = None) -> Said:
    result = CliRunner().invoke(main, arguments, env=env, input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="session")
def admin_token(server: Server) -> str:
    return server.token("admin")


@pytest.fixture
def attune(server: Server, admin_token: str, tmp_path: Path) -> Attune:
    """Run a command as the administrator; `env` adds to its environment."""
    base = {"ATTUNE_URL": server.url, "ATTUNE_TOKEN": admin_token, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return lambda *arguments, env=None, stdin=None: call(*arguments, env={**base, **(env or {})}, stdin=stdin)


@pytest.fixture
def offline(tmp_path: Path) -> Attune:
    """Run a command that needs no server, in an environment without one."""
    base = {"ATTUNE_URL": "http://127.0.0.1:1", "ATTUNE_TOKEN": "", "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return lambda *arguments, env=None, stdin=None: call(*arguments, env={**base, **(env or {})}, stdin=stdin)


@pytest.fixture(scope="session")
def pack(server: Server, admin_token: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An uploaded pack `t` with workflows and actions that tests start."""
    directory = tmp_path_factory.mktemp("pack") / "t"
    for path, text in PACK.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    env = {"ATTUNE_URL": server.url, "ATTUNE_TOKEN": admin_token}
    said = call("packs", "upload", str(directory), env=env)
    assert said.code == 0, said.err
    return "t"


PACK = {
    "pack.yaml": "ref: t\nlabel: Tests\nversion: 1.0.0\n",
    "actions/shout.yaml": """
ref: t.shout
runner_type: shell
entry_point: shout.sh
parameters: {}
""",
    "actions/shout.sh": 'printf "to out\\n"\nprintf "to \\033[31merr\\n" >&2\n',
    "workflows/greet.yaml": """
ref: t.greet
label: Greet
version: 1.0.0
parameters:
  name: {type: string, required: true, minLength: 2}
  times: {type: integer, default: 1}
tasks:
  - name: hello
    action: core.echo
    input: {message: "Hello {{ parameters.name }}"}
output_map:
  text: "{{ parameters.name }} x {{ parameters.times }}"
""",
    "workflows/broken.yaml": """
ref: t.broken
label: Broken
version: 1.0.0
tasks:
  - name: oops
    action: core.fail
    input: {message: "the disk is full"}
""",
    "workflows/ask.yaml": """
ref: t.ask
label: Ask
version: 1.0.0
tasks:
  - name: approve
    action: core.ask
    input: {prompt: "Ship **it**?", response_schema: {approved: {type: boolean, required: true}}}
  - name: room
    action: core.ask
    input:
      prompt: "Which room?"
      response_schema: {room: {type: string, enum: [attic, garden], required: true}, seats: {type: integer, default: 8}}
""",
    "workflows/output.yaml": """
ref: t.output
label: Output
version: 1.0.0
tasks:
  - {name: first, action: t.shout, on_success: second}
  - {name: second, action: core.sleep, input: {seconds: 1}, on_success: third}
  - {name: third, action: t.shout}
""",
}
