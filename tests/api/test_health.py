"""GET /health*, the OpenAPI document and its page (api.md 3)."""

from __future__ import annotations

import pytest

from app.persistence import session
from app.persistence.db import make_engine


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_a_healthy_server_says_ok_to_anybody(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_the_details_name_database_and_version(client):
    assert {"status": "ok", "database": "connected", "version": "0.1.0"}.items() <= client.get("/health/detailed").json.items()


def test_without_a_database_the_server_is_alive_but_not_ready(client, tmp_path):
    session.use(session.Database(make_engine(f"sqlite:///{tmp_path}/no/such/directory.db")))

    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    detailed = client.get("/health/detailed")
    assert (detailed.status_code, detailed.json["status"], detailed.json["database"]) == (503, "error", "disconnected")
    assert detailed.json["error"]


def test_a_call_without_a_database_is_503_and_tells_no_detail(client, alice, tmp_path):
    token = alice.token
    session.use(session.Database(make_engine(f"sqlite:///{tmp_path}/no/such/directory.db")))

    answer = client.get("/auth/me", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "directory" not in answer.json["error"]


def test_a_wrong_method_is_405(client):
    assert client.post("/health").status_code == 405


def test_the_openapi_document_is_public(client):
    document = client.get("/api-spec/openapi.json").json

    assert document["openapi"] == "3.1.0"
    assert document["paths"]["/api/v1/keys/{ref}"]["get"]["security"] == [{"bearer": []}]
    assert document["paths"]["/health"]["get"]["security"] == []


def test_the_page_for_people_lists_every_call_and_needs_no_script(client):
    page = client.get("/docs")

    assert page.status_code == 200
    assert "/api/v1/keys/{ref}" in page.text
    assert "<script" not in page.text
    assert "https://" not in page.text
