"""Server-sent events (api.md 15)."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from waitress.server import create_server

from app.api import event_streams
from app.persistence import session
from app.persistence.models import Execution, ExecutionLog, Inquiry, WorkflowExecution
from app.services import ports
from tests.servers import wait_until
from tests.services.builders import add, make_execution, make_run


@contextmanager
def watching(person, path) -> Iterator[Iterator[dict]]:
    """Notifications (or named events) of a stream, as they come."""
    response = person.get(path, buffered=False)
    assert response.status_code == 200, response.text
    chunks = response.iter_encoded()
    assert next(chunks).startswith(b":")
    try:
        yield (parsed(chunk) for chunk in chunks if not chunk.startswith(b":"))
    finally:
        response.close()


def parsed(chunk: bytes) -> dict:
    *name, data = chunk.decode().strip().split("\n")
    body = json.loads(data.removeprefix("data: "))
    return {"event": name[0].removeprefix("event: "), **body} if name else body


def change(model, row_id, **values):
    with session.transaction() as tx:
        row = tx.session.get(model, row_id)
        for key, value in {"updated": datetime.now(UTC), **values}.items():
            setattr(row, key, value)


def now():
    return datetime.now(UTC)


def test_every_status_of_an_execution_is_told(alice):
    execution_id = make_execution(status="requested")

    with watching(alice, f"/executions/stream?execution_id={execution_id}") as seen:
        change(Execution, execution_id, status="completed", started_at=now())
        told = [next(seen), next(seen)]

    assert [n["payload"]["status"] for n in told] == ["running", "completed"]
    assert told[0]["notification_type"] == "execution_status_changed"
    assert (told[0]["entity_type"], told[0]["entity_id"]) == ("execution", execution_id)
    assert "result" not in told[0]["payload"]


def test_a_new_execution_is_told_to_who_may_read_it(alice, mallory):
    with watching(alice, "/executions/stream") as alices, watching(mallory, "/executions/stream") as mallorys:
        make_execution(status="scheduled", created=now(), updated=now())
        own = make_execution(status="requested", created=now(), updated=now(), executor=mallory.id)
        first_of_alice, first_of_mallory = next(alices), next(mallorys)

    assert first_of_alice["notification_type"] == "execution_created"
    assert first_of_mallory["entity_id"] == own


def test_one_run_tells_its_tasks_executions_and_inquiries(alice):
    execution_id, run_id = make_run()

    with watching(alice, f"/workflow-executions/{run_id}/stream") as seen:
        child = make_execution(workflow_run=run_id, task_name="a", parent=execution_id, status="running", started_at=now())
        add(Inquiry, execution=child, workflow_execution=run_id, prompt="?")
        change(WorkflowExecution, run_id, version=1, paused=True)
        told = [next(seen) for _ in range(4)]

    assert [n["notification_type"] for n in told] == [
        "workflow_execution_status_changed", "execution_created", "execution_status_changed", "inquiry_created",
    ]  # fmt: skip
    assert told[0]["payload"]["paused"] is True


def test_a_log_is_told_until_its_end(alice):
    execution_id = make_execution(status="running")

    with watching(alice, f"/executions/{execution_id}/logs/stdout/stream") as seen:
        waiting = next(seen)
        add(ExecutionLog, execution=execution_id, stream="stdout", position=0, text="ä\n")
        change(Execution, execution_id, stdout_bytes=3)
        content = next(seen)
        add(ExecutionLog, execution=execution_id, stream="stdout", position=3, text="b\n")
        change(Execution, execution_id, stdout_bytes=5)
        append = next(seen)
        change(Execution, execution_id, status="completed")
        end = list(seen)

    assert waiting["event"] == "waiting"
    assert (content["event"], content["content"], content["next_offset"]) == ("content", "ä\n", 3)
    assert (append["event"], append["content"]) == ("append", "b\n")
    assert [e["event"] for e in end] == ["done"]


def test_browsers_send_their_token_in_the_address(client, alice):
    assert client.get("/api/v1/executions/stream").status_code == 401

    response = client.get(f"/api/v1/executions/stream?token={alice.token}", buffered=False)

    assert (response.status_code, response.mimetype) == (200, "text/event-stream")
    response.close()


def test_too_many_streams_are_refused_and_a_closed_one_makes_room(alice):
    open_streams = [alice.get("/executions/stream", buffered=False) for _ in range(ports.settings().max_streams)]

    refused = alice.get("/executions/stream")
    open_streams.pop().close()
    accepted = alice.get("/executions/stream", buffered=False)

    assert (refused.status_code, accepted.status_code) == (429, 200)
    assert int(refused.headers["Retry-After"]) > 0
    for stream in [*open_streams, accepted]:
        stream.close()


def test_a_quiet_stream_says_that_it_lives(alice, monkeypatch):
    monkeypatch.setattr(event_streams, "COMMENT_EVERY_S", 0.0)

    response = alice.get("/executions/stream", buffered=False)
    chunks = response.iter_encoded()

    assert [next(chunks)[:1], next(chunks)] == [b":", b": still here\n\n"]
    response.close()


@pytest.mark.parametrize("path", ["/executions/stream?execution_id=4711", "/workflow-executions/4711/stream", "/executions/4711/logs/stdout/stream"])
def test_what_is_not_there_is_not_watched(alice, path):
    assert alice.get(path).status_code == 404


def test_a_strangers_run_is_not_watched(mallory):
    _, run_id = make_run()

    assert mallory.get(f"/workflow-executions/{run_id}/stream").status_code == 404


def test_a_client_that_goes_away_makes_room(app, alice):
    """On the real server: nothing is written to a quiet stream, so its end must be noticed without writing."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4, channel_request_lookahead=1)
    threading.Thread(target=server.run, daemon=True).start()
    before = event_streams.slots.taken

    client = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=10)
    client.request("GET", "/api/v1/executions/stream", headers={"Authorization": f"Bearer {alice.token}"})
    response = client.getresponse()
    assert response.readline() == b": connected\n"
    assert event_streams.slots.taken == before + 1
    response.close()
    client.close()

    wait_until(lambda: event_streams.slots.taken == before, timeout_s=5, what="the slot of the stream being free")
    server.close()
