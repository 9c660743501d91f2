"""Workers over HTTP (api.md 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.persistence import session
from app.persistence.models import WorkerRow
from app.services import ports


@pytest.fixture
def workers(app):
    now = ports.now()
    with session.transaction() as tx:
        for name, age_s in (("fresh", 1), ("lost", 300)):
            seen = now - timedelta(seconds=age_s)
            tx.session.add(WorkerRow(name=name, started_at=seen, heartbeat_at=seen, threads=4, running=1))


def test_a_worker_without_heartbeat_is_stale(carol, workers):
    rows = carol.get("/workers").json["items"]

    assert [(row["name"], row["status"], row["heartbeat_stale"]) for row in rows] == [
        ("fresh", "active", False),
        ("lost", "inactive", True),
    ]
    assert [row["name"] for row in carol.get("/workers?health_state=unhealthy").json["items"]] == ["lost"]


def test_a_cordoned_worker_says_so(alice, carol, workers):
    assert alice.post("/workers/1/cordon", json={"reason": "upgrade"}).json["cordoned"] is True
    assert [row["id"] for row in carol.get("/workers?cordoned=true").json["items"]] == [1]
    assert alice.post("/workers/1/uncordon").json["cordoned"] is False
    assert carol.post("/workers/1/cordon").status_code == 403


def test_unknown_workers_are_404_and_mallory_sees_none(alice, mallory, workers):
    assert alice.get("/workers/99").status_code == 404
    assert alice.post("/workers/99/cordon").status_code == 404
    assert mallory.get("/workers").status_code == 403


def test_detailed_health_counts_the_workers_alive(client, workers):
    answer = client.get("/health/detailed")

    assert answer.status_code == 200
    assert {"status": "ok", "database": "connected", "workers": 1}.items() <= answer.json.items()
