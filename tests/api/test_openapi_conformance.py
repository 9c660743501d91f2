"""Generated requests from our own OpenAPI document: no 500, and answers as the document says.

Bounded: a fixed number of requests per call, from a fixed seed, in process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from app.api import declared_routes
from app.api.routes import Raw
from app.persistence import session
from app.persistence.db import Base
from app.services import auth_tokens
from tests.api.conftest import seed

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
ROUTES = [route for route in declared_routes() if not route.hidden and not isinstance(route.answer, Raw)]
EXISTING = {
    "packs": "ship", "actions": "ship.sail", "workflows": "ship.voyage", "keys": "k", "runtimes": "my.ruby",
    "triggers": "ship.horn", "rules": "ship.when",
}  # fmt: skip
EACH = settings(
    max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: Any, password_hash: str) -> Iterator[Any]:
    """The document of an application with one object of each kind."""
    home = tmp_path_factory.mktemp("api")
    app = create_app(home=str(home), jwt_secret="s" * 48, encryption_key=Fernet.generate_key().decode())
    Base.metadata.create_all(session.current().engine)
    with session.transaction() as tx:
        seed(tx.session, password_hash)
    client, token = app.test_client(), _token()
    for path, body in _objects():
        assert client.post(f"/api/v1{path}", json=body, headers=token).status_code == 201
    yield schemathesis.openapi.from_wsgi("/api-spec/openapi.json", app)
    session.current().engine.dispose()


def _token() -> dict[str, str]:
    token = auth_tokens.issue(identity_id=1, login="alice", token_type="access", life_s=3600)
    return {"Authorization": f"Bearer {token}"}


def _objects() -> Iterator[tuple[str, dict[str, Any]]]:
    ship = {"pack_ref": "ship", "label": "x"}
    yield "/packs", {"ref": "ship", "label": "Ship", "version": "1"}
    yield "/runtimes", {"ref": "my.ruby", "name": "Ruby"}
    yield "/actions", {**ship, "ref": "ship.sail", "entrypoint": "x", "runtime_ref": "my.ruby"}
    tasks = [{"name": "a", "action": "ship.sail"}]
    yield "/workflows", {**ship, "ref": "ship.voyage", "version": "1", "definition": {"tasks": tasks}}
    yield "/triggers", {**ship, "ref": "ship.horn"}
    yield "/rules", {**ship, "ref": "ship.when", "trigger_ref": "ship.horn", "action_ref": "ship.sail"}
    yield "/keys", {"ref": "k", "name": "k", "value": 1, "owner_type": "system"}
    yield "/identities/1/integration-tokens", {"label": "x"}


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES, ids=[f"{route.method} {route.path}" for route in ROUTES])
def test_generated_requests_get_answers_as_described(api, route):
    operation = api[route.path][route.method]

    @EACH
    @given(case=operation.as_strategy(), existing=st.booleans())
    def send(case: Any, existing: bool) -> None:
        if existing:
            names = {"id": 1, "token_id": 1, "role_id": 1, "pack_ref": "ship", "ref": EXISTING.get(route.tag, "ship")}
            case.path_parameters = {name: names.get(name, value) for name, value in (case.path_parameters or {}).items()}
        answer = case.call_and_validate(headers=_token(), checks=CHECKS)
        assert answer.status_code != 500  # an undocumented one anyway, but this is the promise

    send()
