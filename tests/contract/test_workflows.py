"""api.md section 7: saving, checking, drawing and starting workflows; section 9: their runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract import shapes
from tests.contract.client import Person, fits, fresh

NOOP = [{"name": "a", "action": "core.noop"}]


def body_of(tasks: Any = None, **more: Any) -> dict[str, Any]:
    ref = f"core.{fresh('saved')}"
    return {"ref": ref, "pack_ref": "core", "label": "L", "version": "1.0.0", "definition": {"tasks": NOOP if tasks is None else tasks}, **more}


def test_create_read_change_delete(admin: Person) -> None:
    definition = {"tasks": [{"name": "a", "action": "core.noop", "x-ui": {"x": 10, "y": 2.5}}], "x-more": [1], "output_map": {}}
    body = body_of(definition=definition, description="D", tags=["t"], param_schema={"p": {"type": "string"}})
    made = admin.data("POST", "/workflows", status=201, json=body, shape=shapes.WORKFLOW)
    assert made["definition"] == definition
    assert (made["tags"], made["enabled"], made["param_schema"]) == (["t"], True, {"p": {"type": "string"}})
    admin.refused("POST", "/workflows", 409, json=body)
    admin.refused("POST", "/workflows", 409, json=body_of(ref="core.echo"))
    ref = fresh("nowhere")
    admin.refused("POST", "/workflows", 404, json=body_of(pack_ref=ref, ref=f"{ref}.x"))
    admin.refused("POST", "/workflows", 404, json=body_of(pack_ref=ref))
    for key in ("ref", "pack_ref", "label", "version", "definition"):
        admin.refused("POST", "/workflows", 422, json={k: v for k, v in body_of().items() if k != key})
    for bad in ({"label": ""}, {"label": "x" * 256}, {"version": "v" * 51}, {"version": 1}, {"definition": []}, {"tags": "t"}):
        admin.refused("POST", "/workflows", 422, json=body_of(**bad))
    changed = admin.data("PUT", f"/workflows/{made['ref']}", json={"label": "M", "tags": []}, shape=shapes.WORKFLOW)
    assert (changed["label"], changed["description"], changed["tags"], changed["definition"]) == ("M", "D", [], definition)
    admin.refused("PUT", f"/workflows/{made['ref']}", 422, json={"definition": {"tasks": []}})
    admin.refused("PUT", "/workflows/core.nowhere", 404, json={"label": "x"})
    admin.done("DELETE", f"/workflows/{made['ref']}")
    admin.refused("GET", f"/workflows/{made['ref']}", 404)
    admin.refused("DELETE", f"/workflows/{made['ref']}", 404)


@pytest.mark.parametrize(
    "tasks",
    [
        [], {"a": {"action": "core.noop"}}, [{"name": "a", "action": "core.noop"}, {"name": "a", "action": "core.noop"}],
        [{"name": "", "action": "core.noop"}], [{"action": "core.noop"}], [{"name": "a"}],
        [{"name": "a", "action": "core.noop", "on_success": "nowhere"}],
        [{"name": "a", "action": "core.noop", "retry": {"count": 0}}],
        [{"name": "a", "action": "core.noop", "retry": {"count": "many"}}],
        [{"name": "a", "action": "core.echo", "input": {"message": "{{ 1 + }}"}}],
        [{"name": "a", "action": "core.ask", "input": {"prompt": "p"}, "retry": {"count": 1}}],
        [{"name": "a", "action": "core.ask", "input": {"prompt": "p", "response_schema": {"ok": {"type": "boolean"}}, "default_response": {"ok": "maybe"}}}],
    ],
)  # fmt: skip
def test_what_cannot_work_is_422_with_places(admin: Person, tasks: Any) -> None:
    refusal = admin.refused("POST", "/workflows", 422, json=body_of(tasks))
    fits(refusal["details"], [{"path": str, "message": str}])
    verdict = admin.data("POST", "/workflows/validate", json={"definition": {"tasks": tasks}}, shape=shapes.VERDICT)
    assert verdict["valid"] is False and verdict["errors"]


@pytest.mark.parametrize(
    "tasks",
    [
        [{"name": "a", "action": "not.installed"}],
        [{"name": "a", "action": "core.noop", "colour": "red"}],
        [{"name": "a", "action": "core.noop"}, {"name": "b", "action": "core.noop", "on_success": "c"}, {"name": "c", "action": "core.noop"}],
    ],
)
def test_what_may_be_mended_later_is_saved(admin: Person, tasks: Any) -> None:
    made = admin.data("POST", "/workflows", status=201, json=body_of(tasks), shape=shapes.WORKFLOW)
    assert isinstance(made["warnings"], list)
    if tasks[0] != {"name": "a", "action": "core.noop"}:
        assert made["warnings"]
        fits(made["warnings"], [{"path": str, "message": str}])


def test_a_draft_is_stored_and_cannot_be_started(admin: Person) -> None:
    made = admin.data("POST", "/workflows?draft=true", status=201, json=body_of([]), shape=shapes.WORKFLOW)
    assert made["warnings"]
    admin.refused("POST", "/executions/execute", 409, json={"action_ref": made["ref"]})
    admin.refused("POST", f"/workflows/{made['ref']}/execute", 409, json={})
    admin.data("PUT", f"/workflows/{made['ref']}", json={"definition": {"tasks": NOOP}})
    assert admin.run(made["ref"])["status"] == "completed"


def test_a_disabled_workflow_is_409_to_start(admin: Person) -> None:
    ref = admin.workflow(NOOP)
    assert admin.data("PUT", f"/workflows/{ref}", json={"enabled": False})["enabled"] is False
    admin.refused("POST", "/executions/execute", 409, json={"action_ref": ref})
    admin.refused("POST", f"/workflows/{ref}/execute", 409)
    admin.data("PUT", f"/workflows/{ref}", json={"enabled": True})
    assert admin.run(ref)["status"] == "completed"


def test_filters(admin: Person) -> None:
    tag = fresh("tag")
    one = admin.data("POST", "/workflows", status=201, json=body_of(tags=[tag, "other"], description=f"about {tag}"))
    for params in ({"tags": f"none,{tag}"}, {"search": f"about {tag}"}, {"search": one["ref"]}, {"tags": tag, "pack_ref": "core"}):
        assert [row["ref"] for row in admin.items("/workflows", shape=shapes.WORKFLOW_SUMMARY, **params)] == [one["ref"]]
    assert admin.items("/workflows", tags=tag, pack_ref="examples") == []
    assert one["ref"] in {row["ref"] for row in admin.items("/packs/core/workflows", shape=shapes.WORKFLOW_SUMMARY, limit=1000)}
    assert admin.items("/workflows", tags=tag)[0]["task_count"] == 1


def test_validate_gives_lines_for_yaml_and_writes_nothing(admin: Person) -> None:
    text = "ref: core.v\nlabel: V\nversion: '1'\ntasks:\n  - name: a\n    action: core.noop\n    on_success: nowhere\n"
    verdict = admin.data("POST", "/workflows/validate", json={"yaml": text}, shape=shapes.VERDICT)
    assert verdict["valid"] is False and verdict["errors"][0]["line"] == 7 and verdict["errors"][0]["column"] >= 1
    good = admin.data("POST", "/workflows/validate", json={"definition": {"tasks": NOOP}}, shape=shapes.VERDICT)
    assert good["valid"] is True and good["errors"] == []
    bad = admin.data("POST", "/workflows/validate", json={"definition": {"tasks": [{"name": "a"}]}})
    assert bad["errors"][0]["line"] is None and bad["errors"][0]["column"] is None
    admin.data("POST", "/workflows/validate", json={"yaml": "a: [\n"}, shape=shapes.VERDICT)
    admin.refused("POST", "/workflows/validate", 422, json={})
    ref = admin.workflow(NOOP)
    assert admin.data("POST", f"/workflows/{ref}/validate", shape=shapes.VERDICT)["valid"] is True
    admin.refused("POST", "/workflows/core.nowhere/validate", 404)
    admin.refused("GET", "/workflows/core.v", 404)


def test_the_graph(admin: Person) -> None:
    tasks = [
        {"name": "a", "action": "core.noop", "on_success": "b", "on_failure": "c", "on_timeout": "c"},
        {"name": "b", "action": "core.noop", "next": [{"when": "{{ true }}", "do": "c", "label": "go"}]},
        {"name": "c", "action": "core.noop", "join": "any", "with_items": "{{ [1] }}"},
    ]
    graph = admin.data("GET", f"/workflows/{admin.workflow(tasks)}/graph", shape=shapes.GRAPH)
    assert [node["name"] for node in graph["nodes"]] == ["a", "b", "c"] and graph["entry_points"] == ["a"]
    kinds = {(edge["from"], edge["to"], edge["kind"]) for edge in graph["edges"]}
    assert kinds == {("a", "b", "succeeded"), ("a", "c", "failed"), ("a", "c", "timed_out"), ("b", "c", "custom")}


def test_files_of_workflows(admin: Person) -> None:
    pack = fresh("filed")
    admin.data("POST", "/packs", status=201, json={"ref": pack, "label": "x", "version": "1"})
    body = {"name": "one", "label": "One", "version": "1", "definition": {"tasks": NOOP}}
    made = admin.data("POST", f"/packs/{pack}/workflow-files", status=201, json=body, shape=shapes.WORKFLOW)
    assert made["ref"] == f"{pack}.one"
    admin.refused("POST", f"/packs/{pack}/workflow-files", 409, json=body)
    admin.refused("POST", "/packs/nowhere/workflow-files", 404, json=body)
    assert admin.data("PUT", f"/workflows/{pack}.one/file", json={"label": "Two"}, shape=shapes.WORKFLOW)["label"] == "Two"
    synced = admin.data("POST", f"/packs/{pack}/workflows/sync")
    assert (synced["loaded_count"], synced["registered_count"]) == (1, 1)
    assert admin.data("GET", f"/workflows/{pack}.one")["label"] == "Two"
    alias = {**body, "ref": f"{pack}.two"}
    assert admin.data("POST", f"/packs/{pack}/workflows", status=201, json=alias)["pack_ref"] == pack


def test_execute_by_address(admin: Person, viewer: Person) -> None:
    ref = admin.workflow(NOOP)
    started = admin.data("POST", f"/workflows/{ref}/execute", status=201, json={"parameters": {}}, shape=shapes.EXECUTION)
    assert admin.ended(started["id"])["status"] == "completed"
    admin.data("POST", f"/workflows/{ref}/execute", status=201)
    admin.refused("POST", "/workflows/core.nowhere/execute", 404)
    viewer.refused("POST", f"/workflows/{ref}/execute", 403)


def test_the_objects_of_a_run(admin: Person) -> None:
    ref = admin.workflow(
        [
            {"name": "a", "action": "core.set", "input": {"values": {"n": 1}}, "next": [{"when": "{{ succeeded() }}", "publish": [{"n": "{{ result().n }}"}], "do": "b"}, {"when": "{{ failed() }}", "do": "c"}]},
            {"name": "b", "action": "core.echo", "with_items": "{{ [1, 2] }}", "input": {"message": "{{ item }}"}},
            {"name": "c", "action": "core.noop"},
        ],
        vars={"n": 0}, param_schema={"word": {"type": "string", "secret": True}},
    )  # fmt: skip
    execution = admin.run(ref, {"word": "hidden-secret-word"})
    run = admin.data("GET", f"/workflow-executions/{execution['workflow_execution']}", shape=shapes.RUN)
    assert run == admin.data("GET", f"/executions/{execution['id']}/workflow")
    assert (run["execution"], run["workflow_ref"], run["status"], run["paused"]) == (execution["id"], ref, "completed", False)
    assert set(run["completed_tasks"]) == {"a", "b"} and run["variables"]["n"] == 1
    place = f"/workflow-executions/{run['id']}"
    tasks = admin.data("GET", f"{place}/tasks", shape=[shapes.TASK_STATE])
    assert [task["name"] for task in tasks] == ["a", "b", "c"]
    a, b, c = tasks
    assert (a["state"], a["attempts"], a["retry_count"], len(a["executions"])) == ("completed", 1, 0, 1)
    assert a["transitions"][0] == {**a["transitions"][0], "taken": True, "targets": ["b"], "published": ["n"]}
    assert a["transitions"][1]["taken"] is False
    assert {**b["items"], "total": 2, "completed": 2, "failed": 0, "running": 0} == b["items"] and len(b["executions"]) == 2
    assert c["state"] in ("pending", "skipped") and c["executions"] == []
    node = {**shapes.GRAPH_NODE, "state": str, "executions": [int]}
    edge = {**shapes.GRAPH_EDGE, "taken": shapes.maybe(bool)}
    graph = admin.data("GET", f"{place}/graph", shape={**shapes.GRAPH, "nodes": [node], "edges": [edge]})
    assert {(one["to"], one["taken"]) for one in graph["edges"]} == {("b", True), ("c", False)}
    context = admin.data("GET", f"{place}/context", shape={"parameters": dict, "vars": dict, "tasks": dict, "system": dict})
    assert context["vars"]["n"] == 1 and "a" in context["tasks"] and "hidden-secret-word" not in str(context)
    [row] = admin.items("/workflow-executions", shape=shapes.RUN_ROW, workflow_ref=ref)
    assert "variables" not in row
    for params in ({"status": "completed"}, {"pack_ref": "core"}, {"paused": "false"}, {"executor": admin.id}, {"top_level_only": "true"}, {"created_after": "2020-01-01"}):
        assert len(admin.items("/workflow-executions", workflow_ref=ref, **params)) == 1, params
    for params in ({"status": "failed"}, {"pack_ref": "examples"}, {"paused": "true"}, {"created_before": "2020-01-01"}):
        assert admin.items("/workflow-executions", workflow_ref=ref, **params) == [], params


def test_pause_and_resume(admin: Person, viewer: Person, executor: Person) -> None:
    hold = admin.action("sleep 1.5")
    ref = admin.workflow([{"name": "a", "action": hold, "on_success": "b"}, {"name": "b", "action": "core.noop"}])
    execution = executor.start(ref)
    run = admin.until(lambda: admin.data("GET", f"/executions/{execution['id']}")["workflow_execution"], bool)
    place = f"/workflow-executions/{run}"
    viewer.refused("POST", f"{place}/pause", 403, json={})
    admin.refused("POST", f"{place}/resume", 409)
    paused = executor.data("POST", f"{place}/pause", json={"reason": "lunch"}, shape=shapes.RUN)
    assert (paused["paused"], paused["pause_reason"], paused["status"]) == (True, "lunch", "running")
    executor.data("POST", f"{place}/pause")
    quiet = admin.until(lambda: admin.data("GET", place), lambda found: not found["pausing"])
    assert quiet["paused"] is True and "b" not in quiet["completed_tasks"]
    assert admin.data("GET", f"/executions/{execution['id']}")["status"] == "running"
    assert [row["id"] for row in admin.items("/workflow-executions", paused="true")] == [run]
    viewer.refused("POST", f"{place}/resume", 403)
    assert executor.data("POST", f"{place}/resume", shape=shapes.RUN)["paused"] is False
    assert admin.ended(execution["id"])["status"] == "completed"
    admin.refused("POST", f"{place}/pause", 409)
    admin.refused("POST", f"{place}/resume", 409)
    admin.refused("POST", "/workflow-executions/999999/pause", 404)


def test_cancel_by_run(admin: Person) -> None:
    ref = admin.workflow([{"name": "a", "action": "core.sleep", "input": {"seconds": 60}}], cancellation_policy="cancel_running")
    execution = admin.start(ref)
    run = admin.until(lambda: admin.data("GET", f"/executions/{execution['id']}")["workflow_execution"], bool)
    admin.json("POST", f"/workflow-executions/{run}/cancel")
    assert admin.ended(execution["id"])["status"] == "cancelled"
    admin.refused("POST", f"/workflow-executions/{run}/cancel", 409)


def test_retry_is_a_new_run(admin: Person, viewer: Person) -> None:
    once = admin.action('[ -e "$ATTUNE_ARTIFACTS_DIR/$mark" ] || { touch "$ATTUNE_ARTIFACTS_DIR/$mark"; exit 1; }')
    tasks = [
        {"name": "first", "action": "core.set", "input": {"values": {"n": 5}}, "on_success": "second"},
        {"name": "second", "action": once, "input": {"mark": "{{ parameters.mark }}"}},
    ]
    ref = admin.workflow(tasks, param_schema={"mark": {"type": "string", "required": True}}, output_map={"n": "{{ task.first.n }}"})
    failed = admin.run(ref, {"mark": fresh("retry")})
    assert failed["status"] == "failed"
    place = f"/workflow-executions/{failed['workflow_execution']}/retry"
    viewer.refused("POST", place, 403, json={})
    admin.refused("POST", place, 422, json={"mode": "from_task", "task": "nowhere"})
    admin.refused("POST", place, 422, json={"mode": "sideways"})
    new = admin.data("POST", place, status=201, json={"mode": "failed"}, shape=shapes.EXECUTION)
    assert new["original_execution"] == failed["id"] and new["id"] != failed["id"]
    done = admin.ended(new["id"])
    assert done["status"] == "completed" and done["result"] == {"n": 5, "succeeded": True}, done
    assert admin.data("GET", f"/executions/{failed['id']}") == failed
    again = f"/workflow-executions/{done['workflow_execution']}/retry"
    admin.refused("POST", again, 409, json={"mode": "failed"})
    admin.refused("POST", again, 409)
    for body in ({"mode": "all"}, {"mode": "from_task", "task": "second"}):
        assert admin.ended(admin.data("POST", again, status=201, json=body)["id"])["status"] == "completed"
    running = admin.start(admin.workflow([{"name": "a", "action": "core.sleep", "input": {"seconds": 60}}]))
    run = admin.until(lambda: admin.data("GET", f"/executions/{running['id']}")["workflow_execution"], bool)
    admin.refused("POST", f"/workflow-executions/{run}/retry", 409, json={"mode": "all"})
    admin.data("POST", f"/executions/{running['id']}/cancel")


def test_running_executions_keep_their_snapshot(admin: Person) -> None:
    hold = admin.action("sleep 1")
    ref = admin.workflow([{"name": "a", "action": hold, "on_success": "old"}, {"name": "old", "action": "core.noop"}])
    execution = admin.start(ref)
    admin.until(lambda: admin.children(execution["id"]), bool)
    admin.data("PUT", f"/workflows/{ref}", json={"definition": {"tasks": NOOP}})
    ended = admin.ended(execution["id"])
    tasks = admin.data("GET", f"/workflow-executions/{ended['workflow_execution']}/tasks")
    assert [task["name"] for task in tasks] == ["a", "old"]


def test_a_fresh_identity_steers_only_what_it_started(admin: Person, newcomer: Person) -> None:
    execution = admin.run(admin.workflow(NOOP))
    run = execution["workflow_execution"]
    newcomer.refused("GET", f"/workflow-executions/{run}", 404)
    for verb in ("pause", "resume", "cancel", "retry"):
        assert newcomer.call("POST", f"/workflow-executions/{run}/{verb}").status_code in (403, 404)
    assert newcomer.call("POST", f"/executions/{execution['id']}/cancel").status_code in (403, 404)
    assert newcomer.items("/workflow-executions") == []
