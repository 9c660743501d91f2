"""api.md section 20, and small promises that are easily lost."""

from __future__ import annotations

import json

import pytest

from tests.contract import shapes
from tests.contract.client import Person, fresh


def test_numbers_in_items_reach_a_text_parameter_through_templates(admin: Person) -> None:
    flow = admin.workflow([{"name": "a", "action": "core.echo", "with_items": "{{ [1, 2] }}", "input": {"message": "n {{ item }}"}}], output_map={"all": "{{ task.a.results | map(attribute='stdout') | list }}"})
    assert admin.run(flow)["result"]["all"] == ["n 1\n", "n 2\n"]


def test_an_unknown_name_in_a_template_fails_the_task_with_the_text(admin: Person) -> None:
    flow = admin.workflow([{"name": "a", "action": "core.set", "input": {"values": {"n": 1}}, "on_success": "b"}, {"name": "b", "action": "core.echo", "input": {"message": "{{ task.a.result.nope.deeper }}"}}])
    ended = admin.run(flow)
    assert ended["status"] == "failed" and "b" in ended["result"]["error"]
    [child] = [row for row in admin.children(ended["id"]) if row["workflow_task"]["task_name"] == "b"]
    assert "nope" in child["error"]


def test_an_unknown_action_fails_its_task(admin: Person) -> None:
    ended = admin.run(admin.workflow([{"name": "a", "action": "not.installed"}]))
    assert ended["status"] == "failed" and "not.installed" in json.dumps(ended["result"]) + str(admin.children(ended["id"]))


@pytest.mark.parametrize("text", ["{{ 1 + 1 }}", "{% raw %}", "{{ parameters }}"])
def test_data_is_never_evaluated(admin: Person, text: str) -> None:
    flow = admin.workflow(
        [{"name": "a", "action": "core.echo", "input": {"message": "{{ parameters.m }}"}}],
        output_map={"m": "{{ task.a.stdout }}"}, param_schema={"m": {"type": "string"}},
    )  # fmt: skip
    assert admin.run(flow, {"m": text})["result"]["m"] == f"{text}\n"


def test_times_have_no_or_six_digits_everywhere(admin: Person) -> None:
    for path in ("/packs/core", "/actions/core.echo", "/runtimes/core.shell"):
        document = admin.data("GET", path)
        assert shapes.TIME.fullmatch(document["created"]) and shapes.TIME.fullmatch(document["updated"])


def test_a_parallel_group_and_a_join(admin: Person) -> None:
    flow = admin.workflow(
        [
            {"name": "p", "type": "parallel", "tasks": [{"name": "l", "action": "core.noop"}, {"name": "r", "action": "core.noop"}], "on_success": "end"},
            {"name": "end", "action": "core.noop"},
        ]
    )
    ended = admin.run(flow)
    assert ended["status"] == "completed", ended
    tasks = admin.data("GET", f"/workflow-executions/{ended['workflow_execution']}/tasks", shape=[shapes.TASK_STATE])
    assert {"p", "l", "r", "end"} <= {task["name"] for task in tasks}
    admin.data("GET", f"/workflow-executions/{ended['workflow_execution']}/graph", shape=shapes.GRAPH)


def test_workflow_parameters_are_checked_before_anything_runs(admin: Person) -> None:
    flow = admin.workflow([{"name": "a", "action": "core.noop"}], param_schema={"n": {"type": "integer", "required": True}})
    ended = admin.run(flow)
    assert ended["status"] == "failed" and "n" in ended["result"]["error"] and admin.children(ended["id"]) == []
    run = admin.data("GET", f"/executions/{ended['id']}/workflow", shape=shapes.RUN)
    assert run["status"] == "failed"


def test_a_cancelled_execution_that_never_started_says_so(admin: Person) -> None:
    blockers = [admin.start(admin.action("sleep 20"))["id"] for _ in range(9)]
    waiting = admin.start(admin.action("true"))
    cancelled = admin.data("POST", f"/executions/{waiting['id']}/cancel", shape=shapes.EXECUTION)
    for blocker in blockers:
        admin.call("POST", f"/executions/{blocker}/cancel")
    assert cancelled["status"] == "cancelled" and cancelled["result"]["error"] == "Cancelled by user before execution started"


def test_output_is_the_rendered_text_of_a_map(admin: Person) -> None:
    flow = admin.workflow([{"name": "a", "action": "core.noop"}], vars={"v": {"k": [1, True, None]}}, output_map={"text": "v={{ vars.v }}", "value": "{{ vars.v }}"})
    assert admin.run(flow)["result"] == {"text": 'v={"k":[1,true,null]}', "value": {"k": [1, True, None]}, "succeeded": True}


def test_runtimes_can_be_made(admin: Person, viewer: Person) -> None:
    ref = f"core.{fresh('runtime')}"
    viewer.refused("POST", "/runtimes", 403, json={"ref": ref, "name": "R"})
    made = admin.data("POST", "/runtimes", status=201, json={"ref": ref, "name": "R"}, shape=shapes.RUNTIME)
    assert admin.data("PUT", f"/runtimes/{ref}", json={"description": "D"})["description"] == "D"
    admin.refused("POST", "/runtimes", 409, json={"ref": ref, "name": "R"})
    admin.done("DELETE", f"/runtimes/{made['ref']}")


def test_queue_stats_of_an_action(admin: Person) -> None:
    admin.run("core.noop")
    shape = {"action_id": int, "action_ref": {"core.noop"}, "queue_length": int, "active_count": int, "max_concurrent": int,
             "oldest_enqueued_at": shapes.maybe("time"), "total_enqueued": int, "total_completed": int, "last_updated": "time"}  # fmt: skip
    admin.data("GET", "/actions/core.noop/queue-stats", shape=shape)
