"""The application on an empty database, and the cast: alice (admin), bob (editor), carol (executor), mallory (nothing).

Each of the cast is a `Person`: `alice.get("/packs")`, `bob.post("/packs", json={...})` below /api/v1, with a token.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import boot, create_app
from app.engine.access import ACTIONS, RESOURCES
from app.persistence import session
from app.persistence.models import Identity, PermissionAssignment, PermissionSet
from app.services import auth_tokens, passwords
from tests.databases import copy_empty

PASSWORD = "correct horse battery"
SECRET = "s" * 48

EDITOR = {
    "packs": ["read", "create", "install", "configure"],
    "actions": ["read", "create", "update", "execute"],
    "queues": list(ACTIONS),
    "rules": ["read", "create", "update"],
    "triggers": ["read"],
    "executions": ["read", "cancel"],
    "keys": ["read", "update", "decrypt"],
    "artifacts": ["read"],
    "runtimes": ["read", "create", "update"],
    "workers": ["read"],
}
EXECUTOR = {
    **{kind: ["read"] for kind in ("packs", "rules", "triggers", "executions", "keys", "artifacts", "runtimes", "workers")},
    "actions": ["read", "execute"],
}
VIEWER = {kind: ["read"] for kind in (*EXECUTOR, "queues")}
SETS = {
    "core.admin": {kind: list(ACTIONS) for kind in RESOURCES},
    "core.editor": EDITOR,
    "core.executor": EXECUTOR,
    "core.viewer": VIEWER,
}


@dataclass(frozen=True)
class Person:
    """A member of the cast: calls the API below /api/v1 (paths that start with `/auth` or `/health` as they are)."""

    client: FlaskClient
    id: int
    login: str

    @property
    def token(self) -> str:
        return auth_tokens.issue(identity_id=self.id, login=self.login, token_type="access", life_s=3600)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.call("POST", path, **more)

    def put(self, path: str, **more: Any) -> TestResponse:
        return self.call("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.call("DELETE", path, **more)

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        root = path.startswith(("/auth/", "/health", "/api"))
        return self.client.open(path if root else f"/api/v1{path}", method=method, headers=headers, **more)


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


@pytest.fixture(scope="session")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application with every route, which takes a tenth of a second to make."""
    return create_app(home=str(tmp_path_factory.mktemp("routed")), jwt_secret=SECRET)


@pytest.fixture
def app(routed: Flask, tmp_path: Path, password_hash: str) -> Iterator[Flask]:
    """The application on a SQLite of its own with every table, the four shipped permission sets and the cast."""
    copy_empty(tmp_path / "api.db")
    own = {"home": str(tmp_path / "home"), "database_url": f"sqlite:///{tmp_path / 'api.db'}"}
    settings = boot.prepare_settings(None, **own, jwt_secret=SECRET, encryption_key=Fernet.generate_key().decode())
    boot.connect(settings)
    routed.config["ATTUNE"] = settings
    with session.transaction() as tx:
        seed(tx.session, password_hash)
    routed.testing = True
    yield routed
    session.current().engine.dispose()


def seed(db: Any, password_hash: str) -> None:
    sets = {
        ref: PermissionSet(ref=ref, grants=[{"resource": kind, "actions": acts} for kind, acts in grants.items()])
        for ref, grants in SETS.items()
    }
    people = {
        name: Identity(login=name, display_name=name.title(), password_hash=password_hash)
        for name in ("alice", "bob", "carol", "mallory")
    }
    db.add_all([*sets.values(), *people.values()])
    db.flush()
    for name, ref in (("alice", "core.admin"), ("bob", "core.editor"), ("carol", "core.executor")):
        db.add(PermissionAssignment(identity_id=people[name].id, permission_set_id=sets[ref].id))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without a token."""
    return app.test_client()


@pytest.fixture
def person(client: FlaskClient) -> Any:
    """`person(login)`: a member of the cast, or anybody else in the database."""

    def find(login: str) -> Person:
        with session.reading() as tx:
            found = tx.session.query(Identity).filter_by(login=login).one()
        return Person(client, found.id, login)

    return find


@pytest.fixture
def alice(person: Any) -> Person:
    return person("alice")


@pytest.fixture
def bob(person: Any) -> Person:
    return person("bob")


@pytest.fixture
def carol(person: Any) -> Person:
    return person("carol")


@pytest.fixture
def mallory(person: Any) -> Person:
    return person("mallory")
