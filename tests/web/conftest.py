"""The pages on a real database with the shipped packs, browsers of the cast, and runs that really run.

alice is an administrator, bob an editor, carol may execute, mallory has no rights. `run(ref)` starts a workflow
as alice; `finished(id)` waits until an in-process worker has ended it.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.persistence import migrations, session
from app.persistence.models import Identity, PermissionAssignment, PermissionSet
from app.services import auth, executions, packs, passwords
from app.settings import Settings

PASSWORD = "correct horse battery"
RIGHTS = {"alice": "core.admin", "bob": "core.editor", "carol": "core.executor"}


class Browser:
    """A signed-in browser without JavaScript: it follows links and sends forms as they are on the page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Post with the token of a form."""
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/packs").text)
        assert found, "no form token on the page"
        return found[1]

    def poll(self, path: str) -> TestResponse:
        return self.client.get(path, headers={"HX-Request": "true"})


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> Settings:
    """A home with the shipped packs and the cast, which every file of tests gets a copy of."""
    from app import create_app

    home = tmp_path_factory.mktemp("furnished") / "home"
    settings = Settings(home=str(home), encryption_key=Fernet.generate_key().decode(), jwt_secret="s" * 48, sweep_s=0.05)
    create_app(settings)
    migrations.upgrade(session.current())
    packs.load_shipped()
    with session.transaction() as tx:
        _add_cast(tx.session, password_hash)
    session.current().engine.dispose()
    return settings


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, furnished: Settings) -> Iterator[Flask]:
    """One application for a file of tests, with a worker in the process."""
    from app import create_app
    from workers.embedded import working

    home = tmp_path_factory.mktemp("web") / "home"
    shutil.copytree(furnished.home, home)
    app = create_app(replace(furnished, home=str(home)))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with working():
        yield app
    session.current().engine.dispose()


def _add_cast(db: Any, password_hash: str) -> None:
    sets = {row.ref: row.id for row in db.query(PermissionSet)}
    for login in ("alice", "bob", "carol", "mallory"):
        person = Identity(login=login, display_name=login.title(), password_hash=password_hash)
        db.add(person)
        db.flush()
        if login in RIGHTS:
            db.add(PermissionAssignment(identity_id=person.id, permission_set_id=sets[RIGHTS[login]]))


@pytest.fixture
def visitor(server: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return server.test_client()


@pytest.fixture
def browser_of(server: Flask) -> Callable[[str], Browser]:
    def sign_in(login: str) -> Browser:
        client = server.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
        answer = client.post("/login", data={"csrf_token": token, "login": login, "password": PASSWORD})
        assert answer.status_code == 303
        return Browser(client)

    return sign_in


@pytest.fixture
def alice(browser_of: Callable[[str], Browser]) -> Browser:
    return browser_of("alice")


@pytest.fixture
def mallory(browser_of: Callable[[str], Browser]) -> Browser:
    return browser_of("mallory")


@pytest.fixture
def run(server: Flask) -> Callable[..., int]:
    """Start an action or a workflow as alice; its execution id."""

    def start(ref: str, **parameters: Any) -> int:
        by = auth.check_password("alice", PASSWORD)
        return executions.start(action_ref=ref, parameters=parameters, by=by).execution_id

    return start


@pytest.fixture
def finished(alice: Browser) -> Callable[[int], int]:
    """Wait until a run has ended; its id."""

    def wait(execution_id: int) -> int:
        eventually(lambda: alice.poll(f"/runs/{execution_id}/live").status_code == 286)
        return execution_id

    return wait


def eventually(condition: Callable[[], Any], *, limit_s: float = 20.0) -> Any:
    """What the condition gives as soon as it is true; fails after the limit."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not happen within {limit_s} s")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def words(response: TestResponse) -> str:
    """What a person reads on the page, in one line."""
    parser = _Text()
    parser.feed(response.text)
    return " ".join(" ".join(parser.parts).split())


def links(response: TestResponse) -> list[str]:
    return re.findall(r'href="([^"]+)"', response.text)


ROOT = Path(__file__).resolve().parents[2]
