"""api.md sections 15 (server-sent events), 11 (keys), 18 (workers), 3 (the OpenAPI document)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.contract import shapes
from tests.contract.client import Person, fits, fresh

NOTIFICATION = {
    "notification_type": {"execution_created", "execution_status_changed", "inquiry_created", "inquiry_responded",
                          "inquiry_timeout", "inquiry_cancelled", "workflow_execution_status_changed", "workflow_task_changed"},
    "entity_type": str, "entity_id": int, "user_id": shapes.maybe(int), "payload": dict, "timestamp": "time",
}  # fmt: skip


@contextmanager
def listening(person: Person, path: str, **params: Any) -> Iterator[list[dict[str, Any]]]:
    """Everything a stream says while the block runs, as it comes."""
    heard: list[dict[str, Any]] = []
    with person.http.stream("GET", f"/api/v1{path}", params=params, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        next(lines)  # the server is listening from its first line on

        def read() -> None:
            try:
                for line in lines:
                    if line.startswith("data: "):
                        heard.append(json.loads(line[6:]))
            except (httpx.HTTPError, httpx.StreamError):
                return

        threading.Thread(target=read, daemon=True).start()
        yield heard


def test_executions_are_streamed_status_by_status(admin: Person) -> None:
    ref = admin.action("sleep 1")
    with listening(admin, "/executions/stream") as heard:
        started = admin.start(ref)["id"]
        admin.until(lambda: [one["payload"]["status"] for one in heard if one["entity_id"] == started], lambda seen: "completed" in seen)
    mine = [one for one in heard if one["entity_id"] == started]
    for one in mine:
        fits(one, NOTIFICATION)
        fits(one["payload"], shapes.EXECUTION_SUMMARY)
        assert one["entity_type"] == "execution" and "result" not in one["payload"]
    assert mine[0]["notification_type"] == "execution_created"
    statuses = [one["payload"]["status"] for one in mine]
    assert "running" in statuses and statuses.count("completed") == 1


def test_one_execution_can_be_watched_alone(admin: Person, nobody: Person) -> None:
    started = admin.start(admin.action("sleep 1"))["id"]
    token = admin.tokens["access_token"]
    with listening(nobody, "/executions/stream", execution_id=started, token=token) as heard:
        admin.run("core.noop")
        admin.until(lambda: [one["payload"]["status"] for one in heard], lambda seen: "completed" in seen)
    assert {one["entity_id"] for one in heard} == {started}


def test_a_run_streams_everything_about_it(admin: Person) -> None:
    hold = admin.action("sleep 1")
    run = admin.start(admin.workflow([{"name": "a", "action": hold, "on_success": "b"}, {"name": "b", "action": "core.ask", "input": {"prompt": "p"}}]))
    number = admin.until(lambda: admin.data("GET", f"/executions/{run['id']}")["workflow_execution"], bool)
    with listening(admin, f"/workflow-executions/{number}/stream") as heard:
        [question] = admin.until(lambda: admin.items("/inquiries", workflow_execution=number), bool)
        admin.data("POST", f"/inquiries/{question['id']}/respond", json={"response": 1})
        admin.ended(run["id"])
        admin.until(lambda: {one["notification_type"] for one in heard}, lambda seen: {"inquiry_created", "inquiry_responded", "workflow_task_changed", "workflow_execution_status_changed"} <= seen)
    for one in heard:
        fits(one, NOTIFICATION)
        if one["entity_type"] == "inquiry":
            fits(one["payload"], {"id": int, "execution": int, "status": str, "prompt": str, "assigned_to": shapes.maybe(int), "timeout_at": shapes.maybe("time")})


def test_streams_need_a_token(nobody: Person) -> None:
    nobody.refused("GET", "/executions/stream", 401)
    nobody.refused("GET", "/executions/stream?token=nonsense", 401)


def test_logs_are_streamed(admin: Person) -> None:
    started = admin.start(admin.action("echo one; sleep 1; echo two"))["id"]
    events: list[str] = []
    with admin.http.stream("GET", f"/api/v1/executions/{started}/logs/stdout/stream", timeout=20) as answer:
        text = ""
        for line in answer.iter_lines():
            events += [line[7:]] if line.startswith("event: ") else []
            text += json.loads(line[6:]).get("content", "") if line.startswith("data: ") else ""
            if events and events[-1] == "done" and line == "":
                break
    assert set(events) <= {"waiting", "content", "append", "done"} and events[-1] == "done"
    assert text == "one\ntwo\n"


def key_of(**more: Any) -> dict[str, Any]:
    ref = fresh("some.key")
    return {"ref": ref, "name": ref, "value": "v", "owner_type": "system", **more}


def test_keys_keep_the_type_of_their_value(admin: Person) -> None:
    for value in ("text", 5, 1.5, True, None, [1], {"a": {"b": 1}}):
        made = admin.data("POST", "/keys", status=201, json=key_of(value=value), shape=shapes.KEY)
        assert made["value"] == value
        assert admin.data("GET", f"/keys/{made['ref']}", shape=shapes.KEY)["value"] == value


def test_keys_create_change_delete(admin: Person, viewer: Person) -> None:
    body = key_of(encrypted=True, value="hidden-value")
    made = admin.data("POST", "/keys", status=201, json=body, shape=shapes.KEY)
    admin.refused("POST", "/keys", 409, json=body)
    admin.refused("POST", "/keys", 422, json={"ref": "x"})
    admin.refused("POST", "/keys", 422, json=key_of(owner_type="nobody"))
    admin.refused("POST", "/keys", 404, json=key_of(owner_type="pack", owner_pack_ref="nowhere"))
    assert admin.data("GET", f"/keys/{made['ref']}")["value"] == "hidden-value"
    assert viewer.data("GET", f"/keys/{made['ref']}", shape=shapes.KEY)["value"] is None
    assert all("value" not in row for row in admin.items("/keys", shape=shapes.KEY_ROW))
    changed = admin.data("PUT", f"/keys/{made['ref']}", json={"value": [1], "encrypted": False}, shape=shapes.KEY)
    assert (changed["value"], changed["encrypted"]) == ([1], False)
    admin.done("DELETE", f"/keys/{made['ref']}")
    admin.refused("GET", f"/keys/{made['ref']}", 404)
    admin.refused("DELETE", f"/keys/{made['ref']}", 404)


def test_keys_expire(admin: Person) -> None:
    made = admin.data("POST", "/keys", status=201, json=key_of(ttl_seconds=1), shape=shapes.KEY)
    assert made["expires_at"]
    admin.until(lambda: admin.call("GET", f"/keys/{made['ref']}").status_code, lambda code: code == 404, 5)


def test_an_identitys_keys_are_its_own_affair(admin: Person, editor: Person) -> None:
    made = admin.data("POST", "/keys", status=201, json=key_of(owner_type="identity", owner_identity=admin.id), shape=shapes.KEY)
    assert made["owner_identity"] == admin.id
    editor.refused("GET", f"/keys/{made['ref']}", 404)
    assert made["ref"] not in {row["ref"] for row in editor.items("/keys", limit=1000)}
    assert made["ref"] in {row["ref"] for row in admin.items("/keys", owner_type="identity")}


def test_keys_in_templates(admin: Person) -> None:
    ref = fresh("kv_word")
    admin.data("POST", "/keys", status=201, json=key_of(ref=ref, value={"n": 7}))
    flow = admin.workflow(
        [{"name": "a", "action": "core.noop"}],
        output_map={"a": f"{{{{ keystore.{ref}.n }}}}", "b": f"{{{{ kv.get('{ref}').n }}}}"},
    )  # fmt: skip
    assert admin.run(flow)["result"] == {"a": 7, "b": 7, "succeeded": True}


def test_workers_can_be_cordoned(admin: Person) -> None:
    [worker, *_] = admin.items("/workers", shape=shapes.WORKER)
    shown = admin.json("GET", f"/workers/{worker['id']}")
    fits(shown.get("data", shown), shapes.WORKER)
    cordoned = admin.json("POST", f"/workers/{worker['id']}/cordon", json={"reason": "r"})
    fits(cordoned, {**shapes.WORKER, "cordoned": {True}})
    fits(admin.json("POST", f"/workers/{worker['id']}/uncordon"), {**shapes.WORKER, "cordoned": {False}})


def test_the_openapi_document_is_valid_and_knows_the_paths(nobody: Person) -> None:
    document = nobody.http.get("/api-spec/openapi.json").json()
    components = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["responses"], f"{method} {path}"
            named = {text for text in _references(operation) if text.startswith("#/components/schemas/")}
            assert {text.rpartition("/")[2] for text in named} <= set(components), f"{method} {path}"
    for path in ("/api/v1/executions/execute", "/api/v1/workflows/{ref}", "/auth/login", "/health"):
        assert path in document["paths"]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)
