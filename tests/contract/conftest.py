"""One real server process for the whole suite, and a cast of people with different rights."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import servers
from tests.contract.client import Person, fresh

PASSWORD = "Correct-horse-9"
SECRET = "contract-suite-secret-of-48-characters-or-more-000"


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="attune-contract-") as place:
        yield Path(place)


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Where a fresh server on SQLite listens."""
    port = servers.free_port()
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith(("ATTUNE_", "DATABASE_", "REDIS_"))},
        "ATTUNE_HOME": str(home / "data"),
        "PORT": str(port),
        "ATTUNE_ADMIN_PASSWORD": PASSWORD,
        "ATTUNE_DEMO": "false",
        "ATTUNE_ALLOWED_PACK_ROOTS": str(home),
        "JWT_SECRET": SECRET,
    }
    with (home / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "workers.up"], env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            servers.wait_until(lambda: _answers(url, process, home), timeout_s=90, what="the server answering")
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _answers(url: str, process: subprocess.Popen[bytes], home: Path) -> bool:
    assert process.poll() is None, (home / "log").read_text()[-3000:]
    try:
        return httpx.get(f"{url}/health", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="session")
def admin(address: str) -> Person:
    return Person(address, "admin").sign_in(PASSWORD)


@pytest.fixture(scope="session")
def nobody(address: str) -> Person:
    """No token at all."""
    return Person(address)


@pytest.fixture(scope="session")
def editor(admin: Person, address: str) -> Person:
    return _with_set(admin, address, "core.editor")


@pytest.fixture(scope="session")
def executor(admin: Person, address: str) -> Person:
    return _with_set(admin, address, "core.executor")


@pytest.fixture(scope="session")
def viewer(admin: Person, address: str) -> Person:
    return _with_set(admin, address, "core.viewer")


@pytest.fixture
def newcomer(address: str) -> Person:
    """Freshly registered: no permission sets."""
    return register(address)


def register(address: str) -> Person:
    person = Person(address)
    body = {"login": fresh("person"), "password": PASSWORD}
    person.take(person.data("POST", "/auth/register", json=body))
    return person


def _with_set(admin: Person, address: str, permission_set: str) -> Person:
    person = register(address)
    body = {"identity_id": person.id, "permission_set_ref": permission_set}
    admin.data("POST", "/permissions/assignments", status=201, json=body)
    return person
