"""Workflows on real workers, from start to end."""

from __future__ import annotations

from app.engine.access import SYSTEM
from app.services import executions, inquiries
from app.services import workflow_executions as runs
from tests.workers.conftest import System


def test_an_action_runs_in_a_process_and_its_output_is_kept(live: System) -> None:
    live.script("hello", "echo hello $name")

    ended = live.end_of(live.start("t.hello", name="Ada"))

    assert (ended.status, ended.result["stdout"], ended.result["exit_code"]) == ("completed", "hello Ada\n", 0)


def test_a_missing_parameter_fails_the_execution_and_names_it(live: System) -> None:
    live.script("hello", "echo hello", param_schema={"name": {"type": "string", "required": True}})

    ended = live.end_of(live.start("t.hello"))

    assert (ended.status, ended.result["error"]) == ("failed", "Missing required parameter: name")
    assert ended.started_at is None


def test_branches_join_and_publish(live: System) -> None:
    live.script("say", "echo $word")
    ref = live.workflow(
        "branches",
        """
        version: 1.0.0
        vars: {greeting: hello}
        tasks:
          - {name: a, action: core.echo, input: {message: "{{ vars.greeting }}"}, next: [{do: [b, c]}]}
          - {name: b, action: t.say, input: {word: left}, next: [{publish: [left: "{{ result().stdout | trim }}"], do: d}]}
          - {name: c, action: t.say, input: {word: right}, next: [{publish: [right: "{{ result().stdout | trim }}"], do: d}]}
          - {name: d, action: core.noop, join: all}
        output_map: {both: "{{ vars.left }} and {{ vars.right }}"}
        """,
    )

    ended = live.end_of(live.start(ref))

    assert ended.result == {"succeeded": True, "both": "left and right"}
    assert len(live.children(ended.id, "d")) == 1


def test_a_failed_action_is_retried_with_rows_of_their_own(live: System) -> None:
    live.script("flaky", 'echo x >> "$ATTUNE_ARTIFACTS_DIR/$mark"; [ $(wc -l < "$ATTUNE_ARTIFACTS_DIR/$mark") -ge 3 ]')
    ref = live.workflow(
        "retries",
        """
        version: 1.0.0
        tasks:
          - {name: a, action: t.flaky, input: {mark: "m{{ system.execution_id }}"}, retry: {count: 4, delay: 0.05}}
        """,
    )

    ended = live.end_of(live.start(ref))

    assert ended.status == "completed"
    assert [(c.attempt, c.status, c.max_retries) for c in live.children(ended.id)] == [
        (1, "failed", 4),
        (2, "failed", 4),
        (3, "completed", 4),
    ]


def test_items_run_side_by_side_and_failed_ones_are_listed(live: System) -> None:
    live.script("odd", 'echo "{\\"n\\": $n}"; [ $((n % 2)) -eq 1 ]', output_format="json")
    ref = live.workflow(
        "items",
        """
        version: 1.0.0
        tasks:
          - name: each
            action: t.odd
            with_items: "{{ range(1, 6) }}"
            concurrency: 2
            input: {n: "{{ item }}"}
            next:
              - when: failed()
                publish: [bad: "{{ task.each.failed_items }}", good: "{{ task.each.results }}"]
                do: noop
        output_map: {bad: "{{ vars.bad | length }}", items: "{{ vars.good | length }}", at: "{{ vars.bad[0].index }}"}
        """,
    )

    ended = live.end_of(live.start(ref))

    assert ended.result == {"succeeded": True, "bad": 2, "items": 5, "at": 1}


def test_an_action_that_takes_too_long_is_stopped_and_says_so(live: System) -> None:
    live.script("slow", "sleep 30")
    ref = live.workflow(
        "timeout",
        """
        version: 1.0.0
        tasks:
          - {name: a, action: t.slow, timeout: 0.5, next: [{when: timed_out(), publish: [why: "{{ error().message }}"], do: noop}]}
        output_map: {why: "{{ vars.why }}"}
        """,
    )

    ended = live.end_of(live.start(ref))

    [child] = live.children(ended.id)
    assert (ended.status, child.status, child.timed_out) == ("completed", "failed", True)
    assert "timed out" in ended.result["why"]


def test_a_nested_workflow_gives_its_result_to_the_one_above(live: System) -> None:
    inner = live.workflow(
        "inner",
        """
        version: 1.0.0
        parameters: {n: {type: integer, required: true}}
        tasks: [{name: a, action: core.set, input: {values: {twice: "{{ parameters.n * 2 }}"}}}]
        output_map: {twice: "{{ task.a.twice }}"}
        """,
    )
    ref = live.workflow(
        "outer",
        f"""
        version: 1.0.0
        tasks: [{{name: call, action: {inner}, input: {{n: 21}}}}]
        output_map: {{answer: "{{{{ task.call.twice }}}}"}}
        """,
    )

    ended = live.end_of(live.start(ref))

    assert ended.result == {"succeeded": True, "answer": 42}
    [call] = live.children(ended.id)
    assert [c.task_name for c in live.children(call.id)] == ["a"]


def test_only_the_asking_branch_waits_and_the_answer_reaches_the_workflow(live: System) -> None:
    ref = live.workflow(
        "asks",
        """
        version: 1.0.0
        tasks:
          - name: ask
            action: core.ask
            input: {prompt: "Go?", response_schema: {approved: {type: boolean, required: true}}}
            next: [{when: "result().response.approved", publish: [said: "yes"], do: noop}]
          - {name: other, action: core.noop}
        output_map: {said: "{{ vars.said | default('no') }}"}
        """,
    )
    execution_id = live.start(ref)
    question = live.inquiry(execution_id)
    other = live.children(execution_id, "other")[0]

    inquiries.respond(inquiry_id=question.id, response={"approved": True}, by=live.alice)
    ended = live.end_of(execution_id)

    assert other.status == "completed"
    assert ended.result == {"succeeded": True, "said": "yes"}


def test_an_unanswered_question_times_out(live: System) -> None:
    ref = live.workflow(
        "expires",
        """
        version: 1.0.0
        tasks:
          - {name: ask, action: core.ask, timeout: 0.3, input: {prompt: "Go?"}, next: [{when: timed_out(), publish: [late: true], do: noop}]}
        output_map: {late: "{{ vars.late }}"}
        """,
    )

    ended = live.end_of(live.start(ref))

    [child] = live.children(ended.id)
    assert (child.status, child.timed_out, child.result["error"]) == ("timeout", True, "inquiry timed out")
    assert ended.result == {"succeeded": True, "late": True}


def test_cancel_stops_the_running_process_and_keeps_what_it_printed(live: System) -> None:
    live.script("long", "echo begun; sleep 30")
    execution_id = live.start("t.long")
    live.wait(lambda: live.execution(execution_id).stdout_bytes > 0, "output")

    executions.cancel(execution_id=execution_id, by=SYSTEM)
    ended = live.end_of(execution_id)

    assert ended.status == "cancelled"
    assert ended.result["stdout"].startswith("begun")


def test_cancelling_a_workflow_with_cancel_running_stops_everything(live: System) -> None:
    live.script("long", "sleep 30")
    inner = live.workflow("inner", "{version: '1', tasks: [{name: a, action: t.long}]}")
    ref = live.workflow(
        "outer",
        f"{{version: '1', cancellation_policy: cancel_running, tasks: [{{name: call, action: {inner}}}, {{name: b, action: t.long}}]}}",
    )
    execution_id = live.start(ref)
    live.wait(lambda: _running(live, execution_id), "both processes running")

    executions.cancel(execution_id=execution_id, by=SYSTEM)
    ended = live.end_of(execution_id)

    assert (ended.status, ended.result["error"]) == ("cancelled", "Workflow cancelled")
    assert {c.status for c in live.children(execution_id)} == {"cancelled"}


def _running(live: System, execution_id: int) -> bool:
    children = live.children(execution_id)
    below = [g for c in children for g in live.children(c.id)]
    return sum(c.status == "running" and c.kind == "action" for c in [*children, *below]) == 2


def test_nothing_starts_while_paused_and_resume_goes_on(live: System) -> None:
    live.script("step", 'touch "$ATTUNE_ARTIFACTS_DIR/$mark"; while [ ! -f "$ATTUNE_ARTIFACTS_DIR/$mark.go" ]; do sleep 0.02; done')
    ref = live.workflow(
        "pausing",
        """
        version: 1.0.0
        tasks:
          - {name: a, action: t.step, input: {mark: "p{{ system.execution_id }}"}, next: [{do: b}]}
          - {name: b, action: core.noop}
        """,
    )
    execution_id = live.start(ref)
    live.wait((live_artifacts() / f"p{execution_id}").exists, "a running")
    run_id = live.run_of(execution_id).id

    runs.pause(workflow_execution_id=run_id, reason="lunch", by=SYSTEM)
    pausing = live.run_of(execution_id)
    (live_artifacts() / f"p{execution_id}.go").touch()
    live.wait(lambda: not live.run_of(execution_id).pausing, "pause settled")
    held = live.children(execution_id, "b")
    runs.resume(workflow_execution_id=run_id, by=SYSTEM)

    assert (pausing.paused, pausing.pausing, pausing.pause_reason) == (True, True, "lunch")
    assert held == []
    assert live.end_of(execution_id).status == "completed"


def live_artifacts():
    from app.services import ports

    return ports.settings().home_path / "artifacts"
