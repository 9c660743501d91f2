"""Runs seen and steered from outside: rows, questions, pause, cancel and retry (language.md 4, 6, 11 "Control")."""

from __future__ import annotations

import itertools
import json

from tests.language.conftest import Judge


def test_every_attempt_and_item_is_a_row_of_its_own(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {"name": "a", "action": "core.fail", "retry": {"count": 2}, "next": [{"do": "b"}]},
                {"name": "b", "action": "core.noop", "with_items": [1, 2, 3], "batch_size": 2},
            ]
        }
    )

    execution_id = judge.execute(ref)
    judge.end_of(execution_id)
    attempts = [c["workflow_task"] for c in judge.children(execution_id, "a")]
    items = [c["workflow_task"] for c in judge.children(execution_id, "b")]

    assert [(a["retry_count"], a["max_retries"], a["task_index"]) for a in attempts] == [
        (0, 2, None),
        (1, 2, None),
        (2, 2, None),
    ]
    assert [(i["task_index"], i["task_batch"]) for i in items] == [(0, 0), (1, 0), (2, 1)]


def test_cancel_ends_a_workflow_as_cancelled_with_what_output_map_can_give(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "cancellation_policy": "cancel_running",
            "tasks": [
                {"name": "a", "action": "core.noop", "next": [{"do": "b"}]},
                {"name": "b", "action": "t.slow", "next": [{"do": "c"}]},
                {"name": "c", "action": "core.noop"},
            ],
            "output_map": {"a": "{{ task.a.status }}", "c": "{{ task.c.status }}"},
        }
    )
    execution_id = judge.execute(ref)
    judge.wait(lambda: any(c["status"] == "running" for c in judge.children(execution_id, "b")), "b running")

    judge.alice.post(f"/executions/{execution_id}/cancel")
    ended = judge.end_of(execution_id)

    assert (ended["status"], ended["result"]) == (
        "cancelled",
        {"succeeded": False, "error": "Workflow cancelled", "a": "succeeded"},
    )
    assert judge.tasks_of(execution_id)["c"]["state"] in ("pending", "cancelled")


def test_a_child_cancelled_by_a_person_has_failed_for_its_transitions(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {
                    "name": "a",
                    "action": "t.slow",
                    "next": [{"when": "failed()", "publish": {"type": "{{ error().type }}"}, "do": "noop"}],
                }
            ],
            "output_map": {"type": "{{ vars.type }}"},
        }
    )
    execution_id = judge.execute(ref)
    judge.wait(lambda: any(c["status"] == "running" for c in judge.children(execution_id, "a")), "a running")

    judge.alice.post(f"/executions/{judge.children(execution_id, 'a')[0]['id']}/cancel")
    ended = judge.end_of(execution_id)

    assert (ended["status"], ended["result"]["type"]) == ("completed", "cancelled")


def test_nothing_starts_while_paused(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {"name": "a", "action": "t.half", "next": [{"do": "b"}]},
                {"name": "b", "action": "core.noop"},
            ]
        }
    )
    execution_id = judge.execute(ref)
    run_id = judge.run_of(execution_id)["id"]

    paused = judge.alice.post(f"/workflow-executions/{run_id}/pause", json={"reason": "lunch"}).json["data"]
    judge.wait(lambda: not judge.run_of(execution_id)["pausing"], "the pause")
    held = judge.children(execution_id, "b")
    judge.alice.post(f"/workflow-executions/{run_id}/resume")

    assert (paused["paused"], paused["pause_reason"], paused["status"], held) == (
        True,
        "lunch",
        "running",
        [],
    )
    assert judge.end_of(execution_id)["status"] == "completed"


def test_a_retry_of_a_run_copies_what_completed(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [{"name": "a", "action": "t.third", "input": {"mark": "{{ parameters.mark }}"}, "retry": {"count": 2}, "next": [{"do": "b"}]},
                      {"name": "b", "action": "t.third", "input": {"mark": "{{ parameters.mark }}b"}}],
            "output_map": {"a": "{{ task.a.n }}", "b": "{{ task.b.n }}"},
        }
    )  # fmt: skip
    first = judge.end_of(judge.execute(ref, {"mark": "rerun"}))
    runs = [first]
    while runs[-1]["status"] == "failed" and len(runs) < 5:
        run_id = judge.run_of(runs[-1]["id"])["id"]
        again = judge.alice.post(f"/workflow-executions/{run_id}/retry", json={"mode": "failed"})
        runs.append(judge.end_of(again.json["data"]["id"]))

    assert [run["status"] for run in runs] == ["failed", "failed", "completed"]
    assert runs[-1]["result"] == {"succeeded": True, "a": 3, "b": 3}
    assert runs[1]["original_execution"] == first["id"]


def test_a_secret_key_needs_the_right_to_decrypt(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {
                    "name": "a",
                    "action": "core.echo",
                    "input": {"message": "{{ kv.get_secret('vault.token') }}"},
                }
            ]
        }
    )

    execution_id = judge.person("carol").post(f"/workflows/{ref}/execute", json={}).json["data"]["id"]
    ended = judge.end_of(execution_id)

    assert ended["status"] == "failed"
    assert "decrypt" in ended["result"]["error"]
    assert "hunter2" not in json.dumps(ended)


def test_pause_goes_down_into_a_nested_workflow_and_so_does_resume(judge: Judge) -> None:
    inner, _ = judge.save(
        {
            "tasks": [
                {"name": "x", "action": "t.half", "next": [{"do": "y"}]},
                {"name": "y", "action": "core.noop"},
            ]
        }
    )
    ref, _ = judge.save({"tasks": [{"name": "a", "action": inner}]})
    execution_id = judge.execute(ref)
    judge.wait(
        lambda: (
            bool(judge.children(execution_id)) and bool(judge.children(judge.children(execution_id)[0]["id"]))
        ),
        "the nested run",
    )
    child_id = judge.children(execution_id)[0]["id"]
    run_id = judge.run_of(execution_id)["id"]

    judge.alice.post(f"/workflow-executions/{run_id}/pause")
    judge.wait(
        lambda: judge.run_of(child_id)["paused"] and not judge.run_of(child_id)["pausing"], "the nested pause"
    )
    held = [c["workflow_task"]["task_name"] for c in judge.children(child_id)]
    judge.alice.post(f"/workflow-executions/{run_id}/resume")
    ended = judge.end_of(execution_id)

    assert held == ["x"]
    assert ended["status"] == "completed"


def test_cancel_running_above_reaches_a_nested_workflow(judge: Judge) -> None:
    inner, _ = judge.save(
        {"cancellation_policy": "allow_finish", "tasks": [{"name": "x", "action": "t.slow"}]}
    )
    ref, _ = judge.save({"cancellation_policy": "cancel_running", "tasks": [{"name": "a", "action": inner}]})
    execution_id = judge.execute(ref)
    judge.wait(
        lambda: (
            bool(judge.children(execution_id))
            and any(c["status"] == "running" for c in judge.children(judge.children(execution_id)[0]["id"]))
        ),
        "x running",
    )

    judge.alice.post(f"/executions/{execution_id}/cancel")
    ended = judge.end_of(execution_id, timeout_s=15)

    assert (ended["status"], ended["result"]["error"]) == ("cancelled", "Workflow cancelled")
    assert judge.children(execution_id)[0]["status"] == "cancelled"


def test_with_allow_finish_what_runs_ends_by_itself(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {"name": "a", "action": "t.half", "next": [{"do": "b"}]},
                {"name": "b", "action": "core.noop"},
            ]
        }
    )
    execution_id = judge.execute(ref)
    judge.wait(lambda: any(c["status"] == "running" for c in judge.children(execution_id, "a")), "a running")

    judge.alice.post(f"/executions/{execution_id}/cancel")
    ended = judge.end_of(execution_id)

    assert ended["status"] == "cancelled"
    assert [c["status"] for c in judge.children(execution_id, "a")] == ["completed"]
    assert judge.children(execution_id, "b") == []


def test_concurrency_limits_what_runs_at_once_and_batches_wait_for_one_another(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {"name": "a", "action": "t.brief", "with_items": [1, 2, 3], "concurrency": 1},
                {"name": "b", "action": "t.brief", "with_items": [1, 2, 3, 4], "batch_size": 2},
            ]
        }
    )

    execution_id = judge.execute(ref)
    judge.end_of(execution_id)
    one_by_one = sorted(judge.children(execution_id, "a"), key=lambda c: c["workflow_task"]["task_index"])
    batches = {c["workflow_task"]["task_index"]: c for c in judge.children(execution_id, "b")}

    assert all(first["completed_at"] <= then["started_at"] for first, then in itertools.pairwise(one_by_one))
    assert max(batches[i]["completed_at"] for i in (0, 1)) <= min(batches[i]["started_at"] for i in (2, 3))


def test_an_answer_of_the_wrong_shape_is_refused_and_the_branch_waits_on(judge: Judge) -> None:
    schema = {"approved": {"type": "boolean", "required": True}}
    ref, _ = judge.save(
        {
            "tasks": [
                {"name": "q", "action": "core.ask", "input": {"prompt": "Go?", "response_schema": schema}}
            ]
        }
    )
    execution_id = judge.execute(ref)
    inquiry_id = judge.pending_inquiry(execution_id, "q")

    refused = judge.alice.post(f"/inquiries/{inquiry_id}/respond", json={"response": {"approved": "maybe"}})
    waiting = judge.execution(execution_id)["status"]
    given = judge.alice.post(
        f"/inquiries/{inquiry_id}/respond", json={"response": {"approved": True, "more": 1}}
    )
    again = judge.alice.post(f"/inquiries/{inquiry_id}/respond", json={"response": {"approved": True}})

    assert (refused.status_code, waiting, given.status_code, again.status_code) == (422, "running", 200, 409)
    assert judge.end_of(execution_id)["status"] == "completed"


def test_a_cancelled_question_has_failed_its_task(judge: Judge) -> None:
    ref, _ = judge.save(
        {
            "tasks": [
                {
                    "name": "q",
                    "action": "core.ask",
                    "input": {"prompt": "Go?"},
                    "next": [{"when": "failed()", "publish": {"why": "{{ error().message }}"}, "do": "noop"}],
                }
            ],
            "output_map": {"why": "{{ vars.why }}"},
        }
    )
    execution_id = judge.execute(ref)

    judge.alice.post(f"/inquiries/{judge.pending_inquiry(execution_id, 'q')}/cancel")
    ended = judge.end_of(execution_id)

    assert ended["status"] == "completed"
    assert "cancelled" in ended["result"]["why"]
