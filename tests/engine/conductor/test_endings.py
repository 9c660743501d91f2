"""Publish, handled failures, the end of a run and its result (language.md 2, 4, 5, 11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.conductor.commands import RefuseRun, Warn
from app.engine.conductor.reports import RunKey, Started
from app.engine.statuses import TaskState
from tests.engine.builders import Play, go, of_kind, task, workflow


def test_publish_entries_see_the_ones_above_and_variables_reach_later_tasks():
    spec = workflow(
        task("a", go("b", publish={"one": "{{ result().n }}", "two": "{{ vars.one + 1 }}"})),
        task("b", input={"sum": "{{ one + two }}"}),
    )
    play = Play(spec)

    play.ok("a", {"n": 1})

    assert play.out[play.key("b")].input == {"sum": 3}


def test_task_level_publish_comes_before_the_conditions():
    spec = workflow(task("a", go("b", when="{{ vars.n == 2 }}"), publish={"n": "{{ result().n }}"}), task("b"))
    play = Play(spec, )

    play.ok("a", {"n": 2})

    assert play.running == ["b"]


def test_conditions_do_not_see_what_transitions_of_the_same_task_publish():
    spec = workflow(
        task("a", go(publish={"n": 1}), go("b", when="{{ vars.n == 1 }}"), go("c", when="{{ vars.n == 0 }}")),
        task("b"), task("c"), vars={"n": 0},
    )  # fmt: skip
    play = Play(spec)

    play.ok("a")

    assert (play.running, play.state.variables["n"]) == (["c"], 1)


def test_a_bare_publish_stores_the_result_view():
    play = Play(workflow(task("a", go(publish="kept"))))

    play.ok("a", {"n": 1})

    assert play.state.variables["kept"]["n"] == 1


def test_an_error_in_publish_fails_the_task_unhandled_and_nothing_fires():
    spec = workflow(task("a", go("b", publish={"x": 1}), go("b", publish={"y": "{{ result().nope }}"})), task("b"))
    play = Play(spec)

    play.ok("a")

    assert play.status == "failed"
    assert play.visit("a").error.type == "publish_error"
    assert play.started == ["a"] and "x" not in play.state.variables
    assert "task 'a'" in play.visit("a").error.message


def test_an_error_in_a_condition_fails_the_task_although_another_transition_would_handle_it():
    play = Play(workflow(task("a", go("b"), go("b", when="{{ vars.nope }}")), task("b")))

    play.ok("a")

    assert (play.visit("a").error.type, play.status, play.started) == ("transition_error", "failed", ["a"])


@pytest.mark.parametrize(
    ("transition", "status"),
    [
        (go("b"), "completed"), (go("b", when="failed()"), "completed"), (go("noop", when="failed()"), "completed"),
        (go(when="failed()", publish={"x": 1}), "failed"), (go("b", when="succeeded()"), "failed"),
    ],
)  # fmt: skip
def test_a_failure_is_handled_by_a_transition_that_starts_a_task_or_says_noop(transition, status):
    play = Play(workflow(task("a", transition), task("b")))

    play.bad("a")
    if play.running:
        play.ok("b")

    assert play.status == status


def test_an_unhandled_failure_lets_other_branches_run_on_and_is_named_at_the_end():
    play = Play("a; b -> c")

    play.bad("a", "no disk")
    assert play.status == "running"
    play.ok("b")
    play.ok("c")

    assert play.finish.result == {"succeeded": False, "error": "Task 'a' failed: no disk"}


def test_do_fail_lets_siblings_and_branches_end_and_then_fails():
    play = Play("a -> b, fail; c")

    play.ok("a")
    play.ok("b")
    assert play.status == "running"
    play.ok("c")

    assert play.status == "failed" and "'a'" in play.error


def test_fail_fast_starts_nothing_new_and_lets_what_runs_finish():
    play = Play(workflow(task("a"), task("b", go("c")), task("c"), fail_fast=True))

    play.bad("a")
    assert play.state.stopping
    play.ok("b")

    assert (play.status, play.started) == ("failed", ["a", "b"])


def test_a_child_cancelled_by_a_person_is_a_failure_with_type_cancelled():
    play = Play(workflow(task("a", go("b", when="{{ failed() and error().type == 'cancelled' }}")), task("b")))

    play.dropped("a")

    assert play.running == ["b"] and play.visit("a").state is TaskState.CANCELLED


def test_a_guard_that_is_false_skips_the_task_and_carries_on_without_publishing():
    spec = workflow(
        task("a", go("b", publish={"x": 1}), go("c", when="{{ skipped() and result() is none }}"), when="{{ false }}", publish={"y": 1}),
        task("b"), task("c"),
    )  # fmt: skip
    play = Play(spec)

    assert play.running == ["b", "c"]
    assert not play.state.variables and play.visit("a").state is TaskState.SKIPPED


def test_a_join_sees_a_skip_as_an_arrival():
    play = Play(workflow(task("a", go("c"), when="{{ false }}"), task("b", go("c")), task("c", join=2)))

    play.ok("b")

    assert play.running == ["c"]


def test_a_guard_that_can_not_be_evaluated_fails_its_task_only():
    play = Play(workflow(task("a", when="{{ vars.nope }}"), task("b")))

    play.ok("b")

    assert play.visit("a").error.type == "expression" and play.status == "failed"


def test_an_input_that_can_not_be_rendered_costs_only_its_task_and_names_the_place():
    play = Play(workflow(task("a", input={"url": "{{ vars.nope }}"}), task("b")))

    assert play.running == ["b"]
    assert "task 'a', input.url" in play.visit("a").error.message


def test_output_map_is_the_result():
    play = Play(workflow(task("a"), output={"n": "{{ task.a.n }}", "p": "{{ parameters.p }}"}), parameters={"p": "x"})

    play.ok("a", {"n": 3})

    assert play.finish.result == {"n": 3, "p": "x", "succeeded": True}


def test_after_a_failure_keys_that_can_not_be_rendered_are_left_out():
    play = Play(workflow(task("a"), task("b"), output={"n": "{{ task.a.n }}", "m": "{{ task.b.n }}"}))

    play.bad("a")
    play.ok("b", {"n": 4})

    assert play.finish.result == {"m": 4, "succeeded": False, "error": "Task 'a' failed: exit code 1"}


def test_after_success_a_key_that_can_not_be_rendered_fails_the_run_and_is_named():
    play = Play(workflow(task("a"), output={"n": "{{ task.a.nope }}"}))

    play.ok("a")

    assert play.status == "failed" and "output_map.n" in play.error


def test_a_result_that_does_not_fit_the_output_schema_is_a_warning():
    spec = replace(workflow(task("a"), output={"n": "{{ 'x' }}"}), output={"n": {"type": "integer"}, "m": {"type": "string"}})
    play = Play(spec)

    warnings = of_kind(play.ok("a"), Warn)

    assert play.status == "completed"
    assert [w.path for w in warnings] == ["output.n"] and "integer" in warnings[0].message


def test_a_run_whose_input_can_not_be_rendered_is_kept_as_failed():
    play = Play(workflow(task("a", input={"url": "{{ vars.nope }}"})), start=False)

    (refused,) = of_kind(play.report(Started()), RefuseRun)

    assert (refused.key, refused.error.type) == (RunKey("a", 1, None, 1), "expression")


def test_initial_variables_see_parameters_and_the_variables_above():
    spec = workflow(task("a", input={"v": "{{ b }}"}), vars={"a": "{{ parameters.p }}", "b": "{{ vars.a + 1 }}"})
    play = Play(spec, parameters={"p": 1})

    assert play.out[play.key("a")].input == {"v": 2}


def test_an_initial_variable_that_can_not_be_rendered_fails_the_run_before_any_task():
    play = Play(workflow(task("a"), vars={"a": "{{ parameters.nope }}"}))

    assert (play.status, play.started) == ("failed", []) and "vars.a" in play.error


def test_a_secret_from_the_key_store_is_noted_for_the_run_and_its_commands():
    class Keys:
        def get(self, ref):
            raise KeyError(ref)

        def get_secret(self, ref):
            return "hunter2-hunter2"

    play = Play(workflow(task("a", input={"p": "{{ kv.get_secret('db') }}"})), kv=Keys())

    assert play.out[play.key("a")].secrets == {"hunter2-hunter2"} == play.state.secrets


def test_a_task_that_names_no_action_fails_with_the_reason():
    play = Play(workflow(task("a", action=None)))

    assert play.visit("a").error.type == "not_found"
