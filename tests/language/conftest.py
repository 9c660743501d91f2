"""A running system seen from outside: everything the cases say goes through the REST API, as an author's words would.

One system per module, since a start takes longer than a case.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskClient

from app import create_app
from app.persistence import session
from app.persistence.db import Base
from app.persistence.models import Identity, PermissionAssignment, PermissionSet
from app.services import packs
from tests.api.conftest import Person
from tests.language.actions import ACTIONS, KEYS
from tests.servers import wait_until
from workers.embedded import working

TERMINAL = ("completed", "failed", "cancelled", "timeout", "abandoned")
# Small limits of the settings, so that cases reach them quickly.
LIMITS = {"max_items": 1000, "max_tasks": 300, "sweep_s": 0.05, "items_window": 16}


class Judge:
    """Saves workflows, runs them to their end and reads what became of them."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._numbers = itertools.count(1)
        self.alice = self._person("alice")

    def _person(self, login: str) -> Person:
        with session.reading() as tx:
            found = tx.session.query(Identity).filter_by(login=login).one()
        return Person(self.client, found.id, login)

    def new_ref(self) -> str:
        return f"t.case{next(self._numbers)}"

    def save(self, definition: dict[str, Any], ref: str | None = None) -> tuple[str, Any]:
        """POST /workflows: the ref, and the answer."""
        ref = ref or self.new_ref()
        body = {"ref": ref, "pack_ref": "t", "label": ref, "version": "1.0.0", "definition": definition}
        return ref, self.alice.post("/workflows", json=body)

    def execute(self, ref: str, parameters: dict[str, Any] | None = None) -> int:
        answer = self.alice.post(f"/workflows/{ref}/execute", json={"parameters": parameters or {}})
        assert answer.status_code == 201, answer.text
        return int(answer.json["data"]["id"])

    def execution(self, execution_id: int) -> dict[str, Any]:
        return dict(self.alice.get(f"/executions/{execution_id}").json["data"])

    def run_of(self, execution_id: int) -> dict[str, Any]:
        return dict(self.alice.get(f"/executions/{execution_id}/workflow").json["data"])

    def tasks_of(self, execution_id: int) -> dict[str, dict[str, Any]]:
        run = self.run_of(execution_id)
        found = self.alice.get(f"/workflow-executions/{run['id']}/tasks").json["data"]
        return {task["name"]: task for task in found}

    def children(self, execution_id: int, task: str | None = None) -> list[dict[str, Any]]:
        found = self.alice.get(f"/executions/{execution_id}/children?limit=1000").json["items"]
        return [c for c in found if task in (None, c["workflow_task"]["task_name"])]

    def wait(self, condition: Any, what: str, timeout_s: float = 30) -> None:
        wait_until(condition, timeout_s=timeout_s, what=what)

    def end_of(self, execution_id: int, timeout_s: float = 30) -> dict[str, Any]:
        self.wait(
            lambda: self.execution(execution_id)["status"] in TERMINAL, f"the end of {execution_id}", timeout_s
        )
        return self.execution(execution_id)

    def pending_inquiry(self, execution_id: int, task: str) -> int:
        """Id of the open question of a task, once it is asked."""
        self.wait(lambda: self._pending(execution_id, task) is not None, f"a question of task '{task}'")
        found = self._pending(execution_id, task)
        assert found is not None
        return found

    def _pending(self, execution_id: int, task: str) -> int | None:
        rows = self.alice.get("/inquiries?status=pending&limit=200").json["items"]
        children = {c["id"] for c in self.children(execution_id, task)}
        return next((row["id"] for row in reversed(rows) if row["execution"] in children), None)

    def check(self, body: dict[str, Any]) -> dict[str, Any]:
        """POST /workflows/validate."""
        answer = self.alice.post("/workflows/validate", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json["data"])


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """A fresh system on SQLite with workers, the core pack, and a pack `t` with a few scripts and keys."""
    home = tmp_path_factory.mktemp("language")
    app = create_app(
        home=str(home / "home"), database_url=f"sqlite:///{home / 'language.db'}", jwt_secret="s" * 48,
        encryption_key=Fernet.generate_key().decode(), **LIMITS,
    )  # fmt: skip
    Base.metadata.create_all(session.current().engine)
    packs.load_shipped()
    with session.transaction() as tx:
        tx.session.add(alice := Identity(login="alice", display_name="Alice"))
        tx.session.flush()
        every_right = tx.session.query(PermissionSet).filter_by(ref="core.admin").one()
        tx.session.add(PermissionAssignment(identity_id=alice.id, permission_set_id=every_right.id))
    judge = Judge(app.test_client())
    _furnish(judge.alice)
    with working():
        yield judge
    session.current().engine.dispose()


def _furnish(alice: Person) -> None:
    config = {"region": "north", "retries": 2, "trap": "{{ 1 + 1 }}"}
    schema = {name: {"type": "string" if isinstance(value, str) else "integer"} for name, value in config.items()}
    made = alice.post(
        "/packs", json={"ref": "t", "label": "Tests", "version": "1.0.0", "config": config, "conf_schema": schema}
    )
    assert made.status_code == 201, made.text
    for name, action in ACTIONS.items():
        body = {"ref": f"t.{name}", "pack_ref": "t", "label": name, "runtime_ref": "core.shell", **action}
        made = alice.post("/actions", json=body)
        assert made.status_code == 201, made.text
    for key in KEYS:
        made = alice.post("/keys", json=key)
        assert made.status_code == 201, made.text
