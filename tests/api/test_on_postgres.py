"""What differs between databases: the query behind every caller, JSON values, hostile texts, races for one ref."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from cryptography.fernet import Fernet

from app import create_app
from app.persistence import session
from app.persistence.models import Identity
from tests.api.conftest import PASSWORD, Person, seed
from tests.databases import make_empty

pytestmark = pytest.mark.postgres


@pytest.fixture
def app(tmp_path: Any, postgres_url: str, password_hash: str) -> Any:
    app = create_app(
        home=str(tmp_path), database_url=postgres_url, jwt_secret="s" * 48, encryption_key=Fernet.generate_key().decode()
    )
    engine = session.current().engine
    make_empty(engine)
    with session.transaction() as tx:
        seed(tx.session, password_hash)
    yield app
    engine.dispose()


def test_rights_come_through_sets_and_roles_in_one_query(alice, mallory):
    viewer = next(row["id"] for row in alice.get("/permissions/sets").json if row["ref"] == "core.viewer")
    alice.post(f"/permissions/sets/{viewer}/roles", json={"role": "watchers"})
    assert mallory.get("/keys").status_code == 403

    alice.post(f"/identities/{mallory.id}/roles", json={"role": "watchers"})

    assert mallory.get("/keys").status_code == 200
    assert mallory.get("/auth/me").json["data"]["roles"] == ["watchers"]


def test_signing_in_and_refreshing_work(client):
    pair = client.post("/auth/login", json={"login": "alice", "password": PASSWORD}).json["data"]

    assert client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]}).status_code == 200
    assert client.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]}).status_code == 401


@pytest.mark.parametrize("value", [None, 0, False, "", [], {}, 2**70, 1.5, "\U0001f600", {"a": [None]}], ids=repr)
@pytest.mark.parametrize("encrypted", [True, False])
def test_values_of_keys_keep_their_type(alice, value, encrypted):
    alice.post("/keys", json={"ref": "k", "name": "k", "owner_type": "system", "value": value, "encrypted": encrypted})

    found = alice.get("/keys/k").json["data"]["value"]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("path", ["/keys/a%00b", "/keys?owner=%F0%9F%98%80", "/keys?owner=9999999999999999999", "/packs/%ff"])
def test_strange_texts_are_no_server_error(alice, path):
    assert alice.get(path).status_code in (200, 400, 404)


def test_of_two_requests_for_one_login_one_wins(app, alice):
    statuses: list[int] = []

    def create() -> None:
        with session.reading() as tx:
            row = tx.session.query(Identity).filter_by(login="alice").one()
        racer = Person(app.test_client(), row.id, "alice")
        statuses.append(racer.post("/identities", json={"login": "racer"}).status_code)

    racers = [threading.Thread(target=create) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(statuses) == [201, 409, 409, 409, 409, 409]
