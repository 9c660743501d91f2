"""Parallel containers (language.md 4, 11 "Graph")."""

from __future__ import annotations

from app.engine.conductor.plan import PlanLimits
from app.engine.statuses import TaskState
from tests.engine.builders import Play, cancels, go, parallel, task, workflow


def test_children_start_together_and_the_container_ends_after_all():
    spec = workflow(parallel("p", [task("a"), task("b")], go("z")), task("z", input={"r": "{{ task.p.result.a.n }}"}))
    play = Play(spec)

    assert play.running == ["a", "b"]
    play.ok("a", {"n": 1})
    assert play.visit("p").state is TaskState.RUNNING
    play.ok("b")

    assert play.out[play.key("z")].input == {"r": 1}


def test_a_failed_child_fails_the_container_after_all_ended_and_is_null_in_its_result():
    spec = workflow(
        parallel("p", [task("a"), task("b")], go("z", when="{{ failed() and result().a is none and result().b.n == 2 }}")),
        task("z"),
    )
    play = Play(spec)

    play.bad("a")
    assert play.running == ["b"]
    play.ok("b", {"n": 2})
    play.ok("z")

    assert play.status == "completed"


def test_an_unhandled_container_names_its_failed_children():
    play = Play(workflow(parallel("p", [task("a"), task("b")])))

    play.bad("a", "no disk")
    play.ok("b")

    assert play.status == "failed" and "'p'" in play.error and "'a': no disk" in play.error


def test_children_are_reached_by_their_own_names_and_publish():
    spec = workflow(
        parallel("p", [task("a", publish={"x": "{{ result().n }}"})], go("z")),
        task("z", input={"v": "{{ [task.a.n, vars.x] }}"}),
    )
    play = Play(spec)

    play.ok("a", {"n": 4})

    assert play.out[play.key("z")].input == {"v": [4, 4]}


def test_children_take_items_guards_and_retries():
    children = [task("a", with_items=[1, 2]), task("b", when="{{ false }}"), task("c", retry={"count": 1})]
    play = Play(workflow(parallel("p", children)))

    assert play.running == ["a[0]", "a[1]", "c"]
    play.bad("c")
    play.ok("c")
    play.ok("a", item=0)
    play.ok("a", item=1)

    assert play.status == "completed"


def test_containers_nest():
    spec = workflow(parallel("p", [parallel("q", [task("a"), task("b")]), task("c")]), output={"r": "{{ task.p.result.q.a.n }}"})
    play = Play(spec)

    play.ok("a", {"n": 7})
    play.ok("b")
    assert play.visit("q").ended and not play.visit("p").ended
    play.ok("c")

    assert play.finish.result["r"] == 7


def test_too_deep_a_container_fails_with_nesting_limit():
    play = Play(workflow(parallel("p", [parallel("q", [task("a")])])), limits=PlanLimits(max_nesting=1))

    assert play.visit("q").error.type == "nesting_limit" and play.status == "failed"


def test_the_time_limit_of_a_container_stops_its_children_and_it_ends_timed_out():
    children = [task("a"), task("b", delay_s=99), task("c", with_items=[1, 2], concurrency=1)]
    play = Play(workflow(parallel("p", children, go("z", when="timed_out()"), timeout_s=5), task("z")))

    assert cancels(play.due("container", "p")) == [("a", True), ("c[0]", True)]
    play.dropped("a")
    play.dropped("c", item=0)

    assert play.visit("p").state is TaskState.TIMED_OUT and play.running == ["z"]
    assert play.visit("b").state is TaskState.CANCELLED


def test_a_container_is_retried_with_new_visits_of_its_children():
    play = Play(workflow(parallel("p", [task("a"), task("b")], retry={"count": 1})))

    play.bad("a")
    play.ok("b")
    assert play.running == ["a#2", "b#2"]
    play.ok("a")
    play.ok("b")

    assert play.status == "completed"


def test_a_container_may_be_visited_again():
    spec = workflow(
        parallel("p", [task("a")], go("p", when="{{ result().a.more }}"), max_visits=2),
    )
    play = Play(spec)

    play.ok("a", {"more": True})
    assert play.running == ["a#2"]
    play.ok("a", {"more": False})

    assert play.status == "completed"


def test_children_are_held_while_paused():
    play = Play(workflow(task("s", go("p")), parallel("p", [task("a")])))

    play.pause()
    play.ok("s")
    play.resume()

    assert play.running == ["a"]


def test_an_empty_container_succeeds():
    assert Play(workflow(parallel("p", []))).status == "completed"


def test_cancel_ends_a_container_with_its_children():
    play = Play(workflow(parallel("p", [task("a"), task("b", delay_s=5)]), cancellation_policy="cancel_running"))

    play.cancel()
    play.dropped("a")

    assert (play.visit("p").state, play.status) == (TaskState.CANCELLED, "cancelled")
