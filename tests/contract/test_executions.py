"""api.md section 8: starting, listing, stopping and repeating executions."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from tests.contract import shapes
from tests.contract.client import Person, fits, fresh


def test_a_start_answers_with_the_whole_execution(admin: Person) -> None:
    started = admin.start("core.echo", {"message": "m"})
    assert (started["action_ref"], started["executor"], started["parent"]) == ("core.echo", admin.id, None)
    assert started["config"] == started["parameters"]
    assert started["parameters"]["message"] == "m"
    assert started["original_execution"] is None and started["workflow_execution"] is None
    ended = admin.ended(started["id"])
    assert ended["status"] == "completed" and ended["started_at"] <= ended["updated"]
    assert admin.data("GET", f"/executions/{started['id']}") == ended


def test_no_parameters_means_config_null(admin: Person) -> None:
    ref = admin.action("true")
    started = admin.start(ref)
    assert (started["config"], started["parameters"]) == (None, {})


def test_bad_starts(admin: Person, viewer: Person) -> None:
    admin.refused("POST", "/executions/execute", 404, json={"action_ref": "core.nowhere"})
    admin.refused("POST", "/executions/execute", 422, json={})
    admin.refused("POST", "/executions/execute", 422, json={"action_ref": ""})
    admin.refused("POST", "/executions/execute", 422, json={"action_ref": "core.echo", "parameters": []})
    admin.refused("POST", "/executions/execute", 422, json={"action_ref": "core.echo", "env_vars": "x"})
    admin.refused("POST", "/executions/execute", 422, json=[])
    viewer.refused("POST", "/executions/execute", 403, json={"action_ref": "core.nowhere"})


def test_permission_sets_beyond_ones_own_are_403(executor: Person) -> None:
    body = {"action_ref": "core.noop", "permission_set_refs": ["core.admin"]}
    executor.refused("POST", "/executions/execute", 403, json=body)
    executor.data("POST", "/executions/execute", status=201, json={**body, "permission_set_refs": ["core.executor"]})


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({}, "Missing required parameter: url"), ({"url": 5, "n": 1}, "url"), ({"url": "u", "n": "many"}, "n")],
)
def test_bad_parameters_are_accepted_then_fail_with_the_reason(admin: Person, parameters: dict[str, object], words: str) -> None:
    schema = {"url": {"type": "string", "required": True}, "n": {"type": "integer"}}
    ref = admin.action("echo ran", param_schema=schema)
    ended = admin.run(ref, parameters)
    assert ended["status"] == "failed" and words in ended["result"]["error"], ended["result"]
    assert ended["result"]["succeeded"] is False and "stdout" not in ended["result"]


def test_defaults_fill_and_exact_texts_are_coerced(admin: Person) -> None:
    schema = {
        "n": {"type": "integer"}, "x": {"type": "number"}, "b": {"type": "boolean"}, "d": {"type": "string", "default": "D"},
    }  # fmt: skip
    ended = admin.run(admin.action("cat", param_schema=schema, output_format="json"), {"n": "5", "x": "1.5", "b": "true", "d": None, "extra": 1})
    assert ended["result"]["data"] == {"n": 5, "x": 1.5, "b": True, "d": "D", "extra": 1}
    assert ended["parameters"] == ended["result"]["data"]


def test_json_schema_works_for_parameters_too(admin: Person) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer", "default": 3}}, "required": ["b"]}
    ref = admin.action("cat", param_schema=schema, output_format="json")
    assert admin.run(ref, {"b": 1})["result"]["data"] == {"b": 1, "a": 3}
    assert admin.run(ref)["status"] == "failed"


def test_secret_parameters_are_masked(admin: Person, executor: Person) -> None:
    ref = admin.action("true", param_schema={"word": {"type": "string", "secret": True}})
    started = executor.start(ref, {"word": "very-secret-word"})
    assert started["parameters"] == {"word": "***"} and started["config"] == {"word": "***"}
    place = f"/executions/{started['id']}"
    assert admin.data("GET", f"{place}?include_secret_values=true")["parameters"] == {"word": "very-secret-word"}
    assert executor.data("GET", f"{place}?include_secret_values=true")["parameters"] == {"word": "***"}


def test_an_idempotency_key_starts_once(admin: Person, executor: Person) -> None:
    key = {"Idempotency-Key": fresh("idem")}
    body = {"action_ref": "core.echo", "parameters": {"message": "1"}}
    first = admin.data("POST", "/executions/execute", status=201, json=body, headers=key)
    again = admin.data("POST", "/executions/execute", status=200, json=body, headers=key, shape=shapes.EXECUTION)
    assert again["id"] == first["id"]
    admin.refused("POST", "/executions/execute", 409, json={**body, "parameters": {"message": "2"}}, headers=key)
    other = executor.data("POST", "/executions/execute", status=201, json=body, headers=key)
    assert other["id"] != first["id"]
    flow = admin.workflow([{"name": "a", "action": "core.noop"}])
    key = {"Idempotency-Key": fresh("idem")}
    first = admin.data("POST", f"/workflows/{flow}/execute", status=201, json={}, headers=key)
    assert admin.data("POST", f"/workflows/{flow}/execute", status=200, json={}, headers=key)["id"] == first["id"]


@pytest.fixture(scope="module")
def marked(admin: Person) -> dict[str, object]:
    ref = admin.action('echo "needle-in-result"')
    return admin.run(ref)


def test_filters(admin: Person, marked: dict[str, object]) -> None:
    ref, one = str(marked["action_ref"]), marked["id"]
    flow = admin.workflow([{"name": "a", "action": ref}])
    run = admin.run(flow)
    child = admin.children(run["id"])[0]

    def ids(**params: object) -> list[int]:
        return [row["id"] for row in admin.items("/executions", shape=shapes.EXECUTION_SUMMARY, totals=False, limit=1000, **params)]

    assert ids(action_ref=ref) == [child["id"], one]
    assert ids(action_ref=ref[:-1] + "*", parent=run["id"]) == [child["id"]]
    assert ids(action_ref=ref, status="failed") == []
    assert ids(action_ref=ref, top_level_only="true") == [one]
    assert ids(parent=run["id"]) == [child["id"]]
    assert ids(action_ref=ref, pack_name="core", executor=admin.id) == [child["id"], one]
    assert ids(action_ref=ref, pack_name="other") == []
    assert one in ids(result_contains="needle-in-result", action_ref=ref)
    assert ids(result_contains="no-such-needle") == []
    assert ids(action_ref=ref, created_after="2999-01-01T00:00:00Z") == []
    assert ids(action_ref=ref, created_before="2999-01-01") == [child["id"], one]
    assert ids(workflow_execution=run["workflow_execution"])
    assert ids(enforcement=1) == [] and ids(rule_ref="a.b") == [] and ids(trigger_ref="a.*") == []
    admin.refused("GET", "/executions?status=paused", 400)
    admin.refused("GET", "/executions?executor=x", 400)
    admin.refused("GET", "/executions?created_after=yesterday", 400)


def test_rows_leave_the_large_keys_out(admin: Person, marked: dict[str, object]) -> None:
    [row] = admin.items("/executions", totals=False, action_ref=marked["action_ref"], top_level_only="true")
    assert not {"config", "parameters", "env_vars", "result"} & set(row)


def test_lists_by_status_and_enforcement(admin: Person, marked: dict[str, object]) -> None:
    rows = admin.items("/executions/status/completed", shape=shapes.EXECUTION_SUMMARY, totals=False)
    assert {row["status"] for row in rows} == {"completed"}
    admin.refused("GET", "/executions/status/paused", 400)
    assert admin.items("/enforcements/1/executions", totals=False) == []
    assert admin.items("/executions/enforcement/1", totals=False) == []


def test_stats_count_all_rows(admin: Person, marked: dict[str, object]) -> None:
    keys = ("total", "completed", "failed", "running", "pending", "cancelled", "timeout", "abandoned")
    stats = admin.data("GET", "/executions/stats", shape=dict.fromkeys(keys, int))
    assert stats["total"] == sum(stats[key] for key in keys[1:])


def test_logs(admin: Person) -> None:
    ended = admin.run(admin.action("echo hello; echo oops >&2"))
    place = f"/executions/{ended['id']}/logs"
    sizes = admin.data("GET", place)
    assert sizes == {"stdout": {"size": 6, "truncated": False}, "stderr": {"size": 5, "truncated": False}}
    answer = admin.call("GET", f"{place}/stdout")
    assert answer.text == "hello\n" and answer.headers["Content-Type"].startswith("text/plain")
    assert admin.call("GET", f"{place}/stdout?offset=1&limit=3").text == "ell"
    assert admin.call("GET", f"{place}/stdout?offset=100").text == ""
    assert admin.call("GET", f"{place}/nothing").status_code in (400, 404, 422)
    admin.refused("GET", f"{place}/stdout?offset=-1", 400)


def test_lists_below_an_execution(admin: Person, marked: dict[str, object]) -> None:
    place = f"/executions/{marked['id']}"
    assert admin.items(f"{place}/artifacts") == []
    assert admin.items(f"{place}/inquiries") == []
    assert admin.items(f"{place}/children", totals=False) == []
    shape = {"time": "time", "operation": str, "changed_fields": [str], "old_values": dict, "new_values": dict}
    history = admin.items(f"{place}/history", shape=shape)
    assert history[-1]["new_values"] == {"status": "completed"}
    admin.refused("GET", f"{place}/workflow", 404)


def test_cancelling_what_runs_keeps_its_output(admin: Person) -> None:
    started = admin.start(admin.action("echo partial; sleep 60"))
    place = f"/executions/{started['id']}"
    admin.until(lambda: admin.call("GET", f"{place}/logs/stdout").text, lambda text: text == "partial\n")
    first = admin.data("POST", f"{place}/cancel", shape=shapes.EXECUTION)
    assert first["status"] in ("canceling", "cancelled")
    second = admin.call("POST", f"{place}/cancel")
    assert second.status_code == 200 or admin.data("GET", place)["status"] == "cancelled"
    ended = admin.ended(started["id"])
    assert (ended["status"], ended["result"]["stdout"], ended["result"]["succeeded"]) == ("cancelled", "partial\n", False)
    admin.refused("POST", f"{place}/cancel", 409)
    admin.refused("POST", "/executions/999999/cancel", 404)


def test_cancelling_is_for_the_executor_and_holders_of_the_right(admin: Person, viewer: Person, executor: Person, editor: Person) -> None:
    ref = admin.action("sleep 60")
    own = executor.start(ref)
    viewer.refused("POST", f"/executions/{own['id']}/cancel", 403)
    executor.data("POST", f"/executions/{own['id']}/cancel")
    other = executor.start(ref)
    editor.data("POST", f"/executions/{other['id']}/cancel")
    assert executor.ended(other["id"])["status"] == "cancelled"


def test_cancelling_a_workflow_before_and_while_it_runs(admin: Person) -> None:
    ref = admin.action("sleep 60")
    flow = admin.workflow([{"name": "a", "action": ref, "on_success": "b"}, {"name": "b", "action": "core.noop"}], cancellation_policy="cancel_running")
    started = admin.start(flow)
    admin.until(lambda: admin.children(started["id"]), lambda rows: rows and rows[0]["status"] == "running")
    admin.data("POST", f"/executions/{started['id']}/cancel")
    ended = admin.ended(started["id"])
    assert ended["status"] == "cancelled"
    assert (ended["result"]["succeeded"], ended["result"]["error"]) == (False, "Workflow cancelled")
    assert {row["status"] for row in admin.children(started["id"])} == {"cancelled"}


def test_retry_makes_a_new_execution_that_names_the_first(admin: Person) -> None:
    first = admin.run("core.echo", {"message": "again"})
    new = admin.data("POST", f"/executions/{first['id']}/retry", status=201, shape=shapes.EXECUTION)
    assert new["id"] != first["id"] and new["original_execution"] == first["id"]
    assert new["parameters"] == first["parameters"]
    running = admin.start(admin.action("sleep 60"))
    admin.refused("POST", f"/executions/{running['id']}/retry", 409)
    admin.data("POST", f"/executions/{running['id']}/cancel")
    admin.refused("POST", "/executions/999999/retry", 404)


def test_what_is_over_does_not_change(admin: Person, marked: dict[str, object]) -> None:
    ended = admin.data("GET", f"/executions/{marked['id']}")
    time.sleep(0.6)  # two sweeps of the server
    assert admin.data("GET", f"/executions/{marked['id']}") == ended


def test_an_idle_server_starts_soon(admin: Person) -> None:
    ended = admin.run(admin.action("true"))
    created, started = (datetime.fromisoformat(ended[key]) for key in ("created", "started_at"))
    assert (started - created).total_seconds() < 2


def test_children_carry_their_place_in_the_workflow(admin: Person) -> None:
    script = admin.action("exit 1")
    flow = admin.workflow(
        [{"name": "try", "action": script, "retry": {"count": 2, "delay": 0}, "on_failure": "each"},
         {"name": "each", "action": "core.echo", "with_items": "{{ [1, 2, 3] }}", "input": {"message": "{{ item }}"}}]
    )  # fmt: skip
    run = admin.run(flow)
    assert run["status"] == "completed", run
    rows = admin.items("/executions", parent=run["id"], shape=shapes.EXECUTION_SUMMARY, totals=False)
    tries = sorted((row["workflow_task"]["retry_count"], row["status"]) for row in rows if row["workflow_task"]["task_name"] == "try")
    assert tries == [(0, "failed"), (1, "failed"), (2, "failed")]
    assert {row["workflow_task"]["max_retries"] for row in rows if row["workflow_task"]["task_name"] == "try"} == {2}
    assert sorted(row["workflow_task"]["task_index"] for row in rows if row["workflow_task"]["task_name"] == "each") == [0, 1, 2]
    assert all(row["parent"] == run["id"] and row["workflow_task"]["workflow_execution"] == run["workflow_execution"] for row in rows)
    first = [row for row in rows if row["workflow_task"]["task_name"] == "try" and row["workflow_task"]["retry_count"] == 0]
    assert first[0]["original_execution"] is None


def test_a_task_that_times_out_is_failed_and_flagged(admin: Person) -> None:
    script = admin.action("sleep 60")
    flow = admin.workflow(
        [{"name": "slow", "action": script, "timeout": 1, "on_timeout": "after"}, {"name": "after", "action": "core.noop"}]
    )
    run = admin.run(flow)
    assert run["status"] == "completed", run
    [slow] = [row for row in admin.children(run["id"]) if row["workflow_task"]["task_name"] == "slow"]
    assert slow["status"] == "failed" and slow["workflow_task"]["timed_out"] is True
    assert slow["workflow_task"]["timeout_seconds"] == 1
    assert "timed out" in admin.data("GET", f"/executions/{slow['id']}")["result"]["error"]


def test_results_of_workflows(admin: Person) -> None:
    flow = admin.workflow(
        [{"name": "a", "action": "core.set", "input": {"values": {"x": [1, 2]}}}], output_map={"x": "{{ task.a.x }}"}
    )
    assert admin.run(flow)["result"] == {"x": [1, 2], "succeeded": True}
    failing = admin.workflow(
        [{"name": "good", "action": "core.set", "input": {"values": {"x": 1}}}, {"name": "breaks", "action": "core.fail", "input": {"message": "m"}}],
        output_map={"x": "{{ task.good.x }}"},
    )
    result = admin.run(failing)["result"]
    assert result["succeeded"] is False and "breaks" in result["error"] and result["x"] == 1


def test_json_printed_by_a_script_overlays_its_result(admin: Person) -> None:
    script = admin.action("echo noise; echo '{\"result\": \"X\", \"n\": 2}'")
    flow = admin.workflow(
        [{"name": "a", "action": script, "next": [{"when": "{{ result().result == 'X' }}", "publish": [{"v": "{{ result().n }}"}]}]}],
        vars={"v": None}, output_map={"v": "{{ vars.v }}", "w": "{{ task.a.result.n }}", "e": "{{ task.a.exit_code }}"},
    )  # fmt: skip
    assert admin.run(flow)["result"] == {"v": 2, "w": 2, "e": 0, "succeeded": True}


def test_nested_workflows_hang_below_one_child(admin: Person) -> None:
    inner = admin.workflow([{"name": "i", "action": "core.noop"}])
    run = admin.run(admin.workflow([{"name": "o", "action": inner}]))
    [child] = admin.children(run["id"])
    assert child["action_ref"] == inner and child["workflow_execution"] is not None
    assert [row["workflow_task"]["task_name"] for row in admin.children(child["id"])] == ["i"]
    fits(admin.data("GET", f"/executions/{child['id']}/workflow"), {**shapes.RUN, "parent_workflow_execution": {run["workflow_execution"]}})
