"""GET /metrics and /health/workers: numbers of the whole system, read from the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.persistence import session
from app.persistence.models import DispatchOutbox, Inquiry, Timer, WorkerRow
from app.services import counters, ports
from tests.services.builders import add, make_execution, make_run

NOW = datetime.now(UTC)  # signed tokens are of the real time
A_MINUTE_AGO, LONG_AGO = NOW - timedelta(seconds=60), NOW - timedelta(hours=1)


@pytest.fixture
def read(client, alice, monkeypatch):
    """The numbers by name, and by label where there is one."""
    token = alice.token
    monkeypatch.setattr(ports.current(), "clock", lambda: NOW)

    def read():
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
        return {(s.name, *s.labels.values()): s.value for s in samples}

    return read


def test_only_who_may_read_workers_gets_numbers(client, mallory):
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer {mallory.token}"}).status_code == 403


def test_a_quiet_system_is_all_zero(read):
    found = read()

    zero = ("queue_size", "queue_age_seconds", "outbox_size", "timer_lag_seconds", "runs_stuck", "inquiries_pending", "workers")
    assert {name: found[f"attune_{name}",] for name in zero} == dict.fromkeys(zero, 0)
    assert {name: found[f"attune_{name}_total",] for name in counters.NAMES} == dict.fromkeys(counters.NAMES, 0)


def test_what_waits_is_counted_with_its_age(read):
    for updated in (A_MINUTE_AGO, NOW):
        make_execution(status="scheduled", updated=updated)
    _, held = make_run(paused=True)
    make_execution(status="scheduled", workflow_run=held, task_name="a", visit=1, attempt=1, updated=LONG_AGO)
    add(DispatchOutbox, kind="child_done", execution=1, created=A_MINUTE_AGO)
    add(Inquiry, execution=1, prompt="?", status="pending", created=A_MINUTE_AGO)
    add(Timer, workflow_execution=held, kind="retry", due_at=NOW - timedelta(seconds=7))

    found = read()

    assert (found["attune_queue_size",], found["attune_queue_age_seconds",]) == (2, 60)
    assert (found["attune_outbox_size",], found["attune_outbox_age_seconds",]) == (1, 60)
    assert (found["attune_inquiries_pending",], found["attune_inquiries_age_seconds",]) == (1, 60)
    assert found["attune_timer_lag_seconds",] == 7
    assert found["attune_executions", "scheduled"] == 3


def test_a_run_with_nothing_to_wait_for_is_stuck(read):
    make_run(updated=LONG_AGO)

    assert read()["attune_runs_stuck",] == 1


def test_what_workers_counted_adds_up_and_a_failed_heartbeat_loses_nothing(read):
    counters.count("resends", 3)
    with pytest.raises(RuntimeError), session.transaction() as tx:
        counters.flush(tx)
        raise RuntimeError
    for _ in range(2):
        with session.transaction() as tx:
            counters.flush(tx)
    assert read()["attune_resends_total",] == 3

    counters.count("resends")
    with session.transaction() as tx:
        counters.flush(tx)

    assert read()["attune_resends_total",] == 4


def test_no_label_grows_with_use(read):
    for number in range(3):
        make_execution(status="scheduled", action_ref=f"t.act{number}")
        add(WorkerRow, name=f"host:{number}:1", started_at=NOW, heartbeat_at=NOW)

    labels = {key[1:] for key in read() if len(key) > 1}

    assert labels == {(s,) for s in ("0.1.0", "requested", "scheduling", "scheduled", "running", "canceling")}


@pytest.mark.parametrize(("heartbeat", "waits", "status"), [(NOW, True, 200), (LONG_AGO, True, 503), (None, True, 503), (None, False, 200)])
def test_workers_are_well_unless_work_waits_and_none_is_alive(client, monkeypatch, heartbeat, waits, status):
    monkeypatch.setattr(ports.current(), "clock", lambda: NOW)
    if heartbeat:
        add(WorkerRow, name="secret-host:7:1", started_at=LONG_AGO, heartbeat_at=heartbeat, threads=8)
    if waits:
        make_execution(status="scheduled", updated=A_MINUTE_AGO)

    answer = client.get("/health/workers")

    assert answer.status_code == status
    assert answer.json["queue"] == {"size": int(waits), "age_seconds": 60.0 if waits else 0.0}
    assert [worker["alive"] for worker in answer.json["workers"]] == ([heartbeat == NOW] if heartbeat else [])
    assert "secret-host" not in answer.text
