"""Every call, by everybody who has no business with an object of somebody else: refused, and nothing of it is seen.

The calls come from the declared routes, so that a new one is in the matrix by being there. A call that people without any
rights may make is named here, with the reason; any other that answers them is a hole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from app import create_app
from app.api import declared_routes
from app.api.routes import PUBLIC, One, Page, Raw, Route
from app.engine.access import ACTIONS, RESOURCES
from app.persistence import session
from app.persistence.db import Base
from app.persistence.models import Identity, PermissionAssignment, PermissionSet
from app.services import auth_tokens
from tests.api.conftest import seed

MARK = "Zanzibar"  # stands in every object of the pack that is not theirs
ROUTES = [route for route in declared_routes() if not (route.path.startswith("/auth/") or route.path == "/docs")]
STREAMS = [route for route in ROUTES if isinstance(route.answer, Raw)]
REFUSED = (401, 403, 404)
NEUTRAL = {
    "stream": "stdout", "stream_name": "stdout", "number": "1", "old": "1", "new": "1",
    "workflow": "voyage", "name": "case", "token": "no-such-token", "key": "no-such-key",
}  # fmt: skip
REFS = {
    "packs": "ship", "actions": "ship.sail", "workflows": "ship.voyage", "keys": "k", "runtimes": "my.ruby",
    "triggers": "ship.horn", "rules": "ship.when", "drafts": "ship.voyage", "revisions": "ship.voyage",
}  # fmt: skip
# What one may do without any right, as nothing of anybody else's is in it.
OWN = {
    "POST /api/v1/saved-views": "a view of one's own list",
    "POST /api/v1/workflows/analyse": "the text comes with the call",
    "POST /api/v1/workflows/complete": "the text comes with the call",
    "POST /api/v1/workflows/edit": "the text comes with the call",
    "POST /api/v1/workflows/import": "the text comes with the call",
    "POST /api/v1/workflows/rehearse": "the text comes with the call, and nothing is run",
    "POST /api/v1/workflows/validate": "the text comes with the call",
}

# Refused for another reason, which the contract, or the body, brings up first; nothing changes all the same.
BEFORE = {
    "POST /api/v1/packs/upload": 400,  # without a file
    "POST /api/v1/packs/register": 400,  # a directory that packs may not be read from
    "POST /api/v1/packs/install": 400,
    "PUT /api/v1/packs/{ref}/tests/{workflow}/{name}": 422,
}
# What only comes with a worker, a sensor or a file; tests of these nouns ask for them with and without rights.
NOT_THERE = {
    f"GET /api/v1/{path}"
    for path in (
        "events/{id}", "enforcements/{id}", "executions/{id}/workflow", "executions/{id}/rehearsal-script", "inquiries/{id}/record",
        "packs/{ref}/tests/{workflow}/{name}", "workers/{id}", "workflows/{ref}/drafts/mine",
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: Any, password_hash: str) -> Iterator[Any]:
    """Alice's objects of each kind, Mallory without any right, and Fatima with all of them, in another pack."""
    home = tmp_path_factory.mktemp("matrix")
    app = create_app(home=str(home), jwt_secret="s" * 48, encryption_key=Fernet.generate_key().decode())
    Base.metadata.create_all(session.current().engine)
    with session.transaction() as tx:
        seed(tx.session, password_hash)
        _add_fatima(tx.session)
    client = app.test_client()
    for path, body in _objects():
        answer = client.post(f"/api/v1{path}", json=body, headers=_as("alice"))
        assert answer.status_code in (200, 201), (path, answer.text)
    yield client
    session.current().engine.dispose()


def _add_fatima(db: Any) -> None:
    grants = [{"resource": kind, "actions": list(ACTIONS), "constraints": {"pack_refs": ["elsewhere"]}} for kind in RESOURCES]
    person, rights = Identity(login="fatima"), PermissionSet(ref="elsewhere.all", grants=grants)
    db.add_all([person, rights])
    db.flush()
    db.add(PermissionAssignment(identity_id=person.id, permission_set_id=rights.id))


def _objects() -> Iterator[tuple[str, dict[str, Any]]]:
    ship = {"pack_ref": "ship", "label": MARK, "description": MARK}
    yield "/packs", {"ref": "ship", "label": MARK, "version": "1"}
    yield "/runtimes", {"ref": "my.ruby", "name": MARK}
    yield "/actions", {**ship, "ref": "ship.sail", "entrypoint": "x", "runtime_ref": "my.ruby"}
    yield "/workflows", {**ship, "ref": "ship.voyage", "version": "1", "definition": {"tasks": [{"name": MARK, "action": "ship.sail"}]}}
    yield "/triggers", {**ship, "ref": "ship.horn"}
    yield "/rules", {**ship, "ref": "ship.when", "trigger_ref": "ship.horn", "action_ref": "ship.sail"}
    yield "/keys", {"ref": "k", "name": MARK, "value": MARK, "owner_type": "system"}
    yield "/identities/1/integration-tokens", {"label": MARK}
    yield "/saved-views", {"name": MARK}
    yield "/executions/execute", {"action_ref": "ship.sail", "parameters": {}}
    yield "/executions/execute", {"action_ref": "ship.voyage", "parameters": {}}
    yield "/inquiries", {"execution": 1, "prompt": MARK, "assigned_to": 1}  # one that is nobody's is everybody's


def _as(login: str) -> dict[str, str]:
    with session.reading() as tx:
        person = tx.session.query(Identity).filter_by(login=login).one()
    token = auth_tokens.issue(identity_id=person.id, login=login, token_type="access", life_s=3600)
    return {"Authorization": f"Bearer {token}"}


def _path(route: Route) -> str:
    """The address of an object of Alice's; those with an id have the first one."""
    noun = route.path.split("/")[3] if "/api/v1/" in route.path else ""
    names = {**NEUTRAL, "status": "pending" if noun == "inquiries" else "completed", "pack_ref": "ship", "ref": REFS.get(noun, "ship"), "id": "1", "token_id": "1", "role_id": "1", "link_id": "1"}
    return route.path.format(**{name: names[name] for name in route.path_names})


def _body(route: Route) -> Any:
    if route.body_model is None:
        return None
    schema = route.body_model.model_json_schema()
    required = {name: _value(name, schema["properties"][name]) for name in schema.get("required", [])}
    return required | MORE.get(_name(route), {})


VALUES = {
    "ref": "ship.new", "pack_ref": "ship", "action_ref": "ship.sail", "trigger_ref": "ship.horn", "permission_set_ref": "core.admin",
    "path": "/nowhere", "source": "/nowhere", "text": "tasks: []", "operation": {"op": "add_task", "action": "core.noop"},
    "identity": 1, "owner_type": "system", "execution": 1,
}  # fmt: skip


WORKFLOW = {"label": "x", "version": "1", "definition": {"tasks": [{"name": "a", "action": "core.noop"}]}, "text": "tasks: []"}
MORE = {  # where the required keys alone say too little
    "POST /api/v1/permissions/assignments": {"identity_login": "mallory"},
    "PUT /api/v1/packs/{ref}/tests/{workflow}/{name}": {"text": "workflow: ship.voyage"},
    "POST /api/v1/workflows": WORKFLOW,
    "POST /api/v1/packs/{pack_ref}/workflows": WORKFLOW,
    "POST /api/v1/packs/{pack_ref}/workflow-files": WORKFLOW,
}


def _value(name: str, schema: dict[str, Any]) -> Any:
    if name == "ref" and "." not in schema.get("pattern", "."):
        return "newer"
    return VALUES.get(name, 1 if schema.get("type") == "integer" else "word")


def _ask(server: Any, route: Route, headers: dict[str, str]) -> Any:
    return server.open(_path(route), method=route.method, json=_body(route), headers=headers)


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", ROUTES, ids=_name)
def test_without_a_token_only_public_calls_are_answered(server, route):
    before = _everything(route)

    answer = _ask(server, route, {})

    assert (answer.status_code == 401) == (route.access != PUBLIC), answer.status_code
    assert route in STREAMS or MARK not in answer.text
    assert _everything(route) == before


@pytest.mark.parametrize("login", ["mallory", "fatima"])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.access != PUBLIC], ids=_name)
def test_who_has_no_right_to_an_object_neither_sees_nor_changes_it(server, route, login):
    before = _everything(route)

    answer = _ask(server, route, _as(login))

    if _name(route) not in OWN:
        a_list = route.method == "GET" and (isinstance(route.answer, Page) or not route.path_names)  # leaves out what is not theirs
        assert answer.status_code in (*REFUSED, BEFORE.get(_name(route)), 200 if a_list else None), answer.text[:300]
        assert _everything(route) == before
    assert route in STREAMS or MARK not in answer.text


def test_the_matrix_is_of_objects_that_are_there(server):
    """Else what is refused above might be refused for want of an object."""
    calls = [r for r in ROUTES if r.method == "GET" and isinstance(r.answer, One) and set(r.path_names) & {"id", "ref"}]

    missing = {_name(route) for route in calls if _ask(server, route, _as("alice")).status_code != 200}

    assert missing == NOT_THERE


def _everything(route: Route) -> dict[str, int]:
    """A digest of each table; of a call that asks only, none."""
    if route.method == "GET":
        return {}
    with session.reading() as tx:
        return {t.name: hash(tuple(map(repr, tx.execute(select(t).order_by(*t.primary_key)).all()))) for t in Base.metadata.sorted_tables}
