"""Retry of a run: what is copied, what runs again (language.md 11 "Control", api.md 9)."""

from __future__ import annotations

import pytest

from app.engine.conductor.plan import build_plan
from app.engine.conductor.reports import Started
from app.engine.conductor.rerun import reseed
from app.engine.errors import Conflict, Invalid
from tests.engine.builders import Play, go, parallel, task, workflow


def again(old: Play, mode: str = "failed", **fields) -> tuple[Play, list]:
    play = Play(old.plan.spec, start=False)
    play.state, copied = reseed(fields.pop("plan", old.plan), old.state, mode=mode, **fields)
    play.report(Started())
    return play, copied


def test_failed_runs_only_what_failed_and_what_follows():
    old = Play("a -> b; b ->? c")
    old.ok("a")
    old.bad("b")

    play, copied = again(old)
    assert (play.running, copied) == (["b"], [("a", 1, None)])
    play.ok("b")
    play.ok("c")

    assert play.status == "completed"


def test_results_and_variables_of_copied_tasks_are_there():
    spec = workflow(
        task("a", go("b", publish={"x": "{{ result().n }}"}), publish={"y": "{{ result().n + 1 }}"}),
        task("b", go("c", publish={"x": 99}), input={"v": "{{ [task.a.n, vars.x, vars.y, vars.z] }}"}),
        task("c"),
        vars={"z": "{{ parameters.p }}", "x": 0},
    )
    old = Play(spec, parameters={"p": 5})
    old.ok("a", {"n": 1})
    old.ok("b")
    old.bad("c")

    play, _ = again(old, "from_task", task="b")

    assert play.out[play.key("b")].input == {"v": [1, 1, 2, 5]}
    assert play.state.variables["x"] == 1


def test_a_handled_failure_is_copied_as_it_was():
    old = Play("a ->! b; b ->? c")
    old.bad("a")
    old.ok("b")
    old.bad("c")

    play, copied = again(old)

    assert play.running == ["c"] and ("a", 1, None) in copied


def test_a_join_keeps_the_arrivals_of_copied_tasks():
    old = Play("a ->? j; b ->? j; j [join: 2]")
    old.ok("a")
    old.bad("b")

    play, _ = again(old)
    assert play.running == ["b"]
    play.ok("b")
    play.ok("j")

    assert play.status == "completed"


def test_only_failed_items_run_again():
    spec = workflow(task("t", with_items=[10, 20, 30], input={"v": "{{ item }}"}), output={"r": "{{ task.t.results }}"})
    old = Play(spec)
    old.ok("t", {"v": 10}, item=0)
    old.bad("t", item=1)
    old.ok("t", {"v": 30}, item=2)

    play, copied = again(old)
    assert play.running == ["t[1]"] and copied == [("t", 1, 0), ("t", 1, 2)]
    assert play.out[play.key("t", 1)].input == {"v": 20}
    play.ok("t", {"v": 20}, item=1)

    assert [r["v"] for r in play.finish.result["r"]] == [10, 20, 30]


def test_from_task_runs_all_items_again():
    old = Play(workflow(task("s", go("t")), task("t", with_items=[1, 2])))
    old.ok("s")
    old.ok("t", item=0)
    old.bad("t", item=1)

    play, copied = again(old, "from_task", task="t")

    assert play.running == ["t[0]", "t[1]"] and copied == [("s", 1, None)]


def test_all_starts_from_nothing_with_new_parameters():
    old = Play(workflow(task("a", input={"p": "{{ parameters.p }}"})), parameters={"p": 1})
    old.ok("a")

    play, copied = again(old, "all", parameters={"p": 2})

    assert copied == [] and play.out[play.key("a")].input == {"p": 2}


def test_a_cancelled_run_goes_on_where_it_was_stopped():
    old = Play("a -> b; b -> c; x -> j; y -> j; j [join: all]")
    old.ok("a")
    old.ok("x")
    old.cancel()
    old.ok("b")
    old.dropped("y")

    play, copied = again(old)

    assert sorted(play.running) == ["c", "y"] and ("b", 1, None) in copied
    play.ok("y")
    assert sorted(play.running) == ["c", "j"]


def test_a_finished_task_of_a_stopped_run_leads_on_in_the_rerun():
    old = Play(workflow(task("a", go("b")), task("b"), task("x"), fail_fast=True))
    old.bad("x")
    old.ok("a")

    play, _ = again(old)
    assert sorted(play.running) == ["b", "x"]


def test_completed_children_of_a_failed_container_are_copied():
    spec = workflow(parallel("p", [task("a"), task("b"), parallel("q", [task("c"), task("d")])], go("z")), task("z"))
    old = Play(spec)
    old.ok("a")
    old.bad("b")
    old.ok("c")
    old.bad("d")
    old.ok("z") if "z" in old.running else None

    assert old.status == "completed"  # an unconditional transition handled it

    handled, copied = again(old, "from_task", task="b")
    assert handled.running == ["a", "b", "c", "d"] and copied == []


def test_a_failed_container_runs_its_failed_children_again():
    spec = workflow(parallel("p", [task("a"), task("b"), parallel("q", [task("c"), task("d")])], go("z", when="succeeded()")), task("z"))
    old = Play(spec)
    for name in ("a", "c"):
        old.ok(name)
    for name in ("b", "d"):
        old.bad(name)

    play, copied = again(old)
    assert play.running == ["b", "d"] and {c[0] for c in copied} == {"a", "c"}
    play.ok("b")
    play.ok("d")
    play.ok("z")

    assert play.status == "completed"


def test_a_visit_beyond_its_limit_is_tried_again_from_the_task_that_led_there():
    old = Play("s -> a; a -> b; b -> a; a [max_visits: 2]; b [max_visits: 5]")
    for name in ("s", "a", "b", "a", "b"):
        old.ok(name)

    play, _ = again(old)

    assert play.running == ["b#2"]


def test_a_fail_on_purpose_runs_its_task_again():
    spec = workflow(task("a", go("fail", when="{{ not result().good }}"), go("b", when="{{ result().good }}")), task("b"))
    old = Play(spec)
    old.ok("a", {"good": False})

    play, _ = again(old)
    play.ok("a", {"good": True})

    assert play.running == ["b"]


def test_with_a_newer_revision_tasks_that_are_gone_are_dropped():
    old = Play("a ->? x; x ->? c")
    old.ok("a")
    old.bad("x")
    newer = build_plan(workflow(task("a", go("y")), task("y"), task("added")))

    state, copied = reseed(newer, old.state, mode="failed")

    play = Play(newer.spec, start=False)
    play.plan, play.state = newer, state
    play.report(Started())

    assert copied == [("a", 1, None)] and play.running == ["y", "added"]


def test_an_output_that_could_not_be_rendered_is_tried_again():
    old = Play(workflow(task("a"), output={"n": "{{ parameters.n }}"}))
    old.ok("a")

    play, _ = again(old, parameters={"n": 3})

    assert play.finish.result == {"n": 3, "succeeded": True}


def test_a_running_run_and_a_completed_one_are_refused():
    old = Play("a")
    with pytest.raises(Conflict):
        again(old)
    old.ok("a")
    with pytest.raises(Conflict, match="nothing in it failed"):
        again(old)


@pytest.mark.parametrize("name", ["ghost", None, "b"])
def test_a_task_that_is_unknown_or_was_never_reached_is_refused(name):
    old = Play("a ->? b")
    old.bad("a")

    with pytest.raises(Invalid):
        again(old, "from_task", task=name)
