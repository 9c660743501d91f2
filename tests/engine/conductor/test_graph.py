"""Entry tasks, transitions, visits and joins (language.md 4, 11 "Graph")."""

from __future__ import annotations

import pytest

from app.engine.conductor.plan import build_plan
from app.engine.errors import InvalidDefinition
from app.engine.statuses import TaskState
from tests.engine.builders import Play, flow, go, task, workflow


def test_every_entry_task_starts_in_document_order():
    assert Play("a -> c; b -> c").running == ["a", "b"]


def test_an_edge_to_itself_leaves_a_task_an_entry_task():
    spec = workflow(task("poll", go("poll", when="{{ result().again }}"), max_visits=3))
    play = Play(spec)

    play.ok("poll", {"again": True})

    assert play.running == ["poll#2"]


def test_a_graph_without_entry_task_is_refused():
    with pytest.raises(InvalidDefinition, match="No task can be the first"):
        build_plan(flow("a -> b [max_visits: 2]; b -> a"))


def test_an_unknown_target_is_refused():
    with pytest.raises(InvalidDefinition, match="'ghost'"):
        build_plan(workflow(task("a", go("ghost"))))


def test_every_transition_that_holds_fires():
    play = Play("a ->? b; a ->! c; a -> d")

    play.ok("a")

    assert play.running == ["b", "d"]


def test_two_transitions_into_one_target_are_one_arrival():
    play = Play(workflow(task("a", go("b"), go("b", when="succeeded()")), task("b")))

    play.ok("a")
    play.ok("b")

    assert play.status == "completed"


def test_any_starts_at_the_first_arrival_and_later_ones_change_nothing():
    play = Play("a -> c; b -> c")

    play.ok("a")
    play.ok("c")
    play.ok("b")

    assert (play.started, play.status) == (["a", "b", "c"], "completed")


def test_all_waits_until_every_predecessor_has_arrived():
    play = Play("a -> c; b -> c; c [join: all]")

    play.ok("a")
    assert play.visit("c").state is TaskState.WAITING_JOIN
    play.ok("b")

    assert play.running == ["c"]


def test_all_does_not_wait_for_a_dead_branch():
    play = Play("a ->? c; b ->! c; c [join: all]")

    play.ok("b")
    play.ok("a")

    assert play.running == ["c"]


def test_dead_branches_are_found_while_other_branches_still_run():
    play = Play("a ->? x; x -> j; b -> j; z; j [join: all]")

    play.ok("b")
    play.bad("a")

    assert play.running == ["z", "j"]


def test_a_branch_that_ran_into_a_task_already_visited_is_dead_too():
    spec = workflow(
        task("x", go("p")), task("y", go("p")), task("p", go("j", when="failed()"), max_visits=2),
        task("q", go("j")), task("j", join="all"), task("z"),
    )  # fmt: skip
    play = Play(spec)

    play.ok("x")
    play.ok("p")
    play.ok("q")
    assert play.visit("j").state is TaskState.WAITING_JOIN
    play.ok("y")

    assert play.running == ["z", "j"]


def test_all_finds_a_branch_that_died_before_the_first_arrival_and_far_upstream():
    play = Play("a -> j; b ->! x; x -> y; y -> j; j [join: all]")

    play.ok("b")
    play.ok("a")

    assert play.running == ["j"]


def test_all_waits_for_a_branch_that_may_still_come_through_other_tasks():
    play = Play("a -> j; b -> x; x -> y; y -> j; j [join: all]")

    play.ok("a")
    play.ok("b")
    play.ok("x")
    assert play.running == ["y"]
    play.ok("y")

    assert play.running == ["j"]


def test_all_does_not_wait_for_a_predecessor_that_has_ended_and_has_no_visit_left():
    play = Play("x -> p; y -> p; p ->! j; q -> j; j [join: all]")

    play.ok("x")
    play.ok("p")
    play.ok("q")

    assert play.running == ["y", "j"]


def test_all_waits_for_a_predecessor_in_a_loop_that_may_come_round_again():
    spec = workflow(
        task("a", go("b", when="{{ not result().done }}"), go("j", when="{{ result().done }}"), max_visits=3),
        task("b", go("a")),
        task("s", go("a")),
        task("c", go("j")),
        task("j", join="all"),
    )
    play = Play(spec)

    play.ok("s")
    play.ok("c")
    play.ok("a", {"done": False})
    assert play.visit("j").state is TaskState.WAITING_JOIN
    play.ok("b")
    play.ok("a", {"done": True})

    assert play.running == ["j"]


def test_a_join_nobody_arrives_at_is_simply_not_reached():
    play = Play("a ->! j; b ->! j; j [join: 2]")

    play.ok("a")
    play.ok("b")

    assert play.status == "completed"


def test_a_number_starts_with_that_many_and_ignores_the_rest():
    play = Play("a -> j; b -> j; c -> j; j [join: 2]")

    play.ok("c")
    play.ok("a")
    play.ok("b")
    play.ok("j")

    assert (play.started.count("j"), play.status) == (1, "completed")


def test_a_number_that_can_not_be_reached_fails_the_run_and_names_what_is_missing():
    play = Play("a -> j; b ->! j; c ->! j; j [join: 2]")

    play.ok("a")
    play.ok("b")
    assert play.status == "running"
    play.ok("c")

    assert play.status == "failed"
    assert "'j' waits for 2" in play.error and "b, c" in play.error
    assert play.finish.error.type == "join"


def test_a_join_behind_a_failed_join_is_decided_too():
    play = Play("a -> j; b ->! j; j -> k; c -> k; j [join: 2]; k [join: all]")

    play.ok("c")
    play.ok("a")
    play.ok("b")
    play.ok("k")

    assert play.status == "failed"


def test_a_predecessor_that_died_before_the_last_arrival_is_not_waited_for():
    play = Play("a -> j; j -> k; b -> k; c -> k; z; j [join: 2]; k [join: all]")

    play.ok("b")
    play.ok("a")
    play.ok("c")

    assert "k" in play.running


def test_two_joins_that_wait_for_each_other_do_not_hang():
    play = Play("a -> j; b -> k; j -> k; k -> j; j [join: all, max_visits: 2]; k [join: all, max_visits: 2]")

    play.ok("a")
    play.ok("b")

    assert play.running == ["j"]


def test_a_join_upstream_is_decided_before_the_join_that_waits_for_it():
    play = Play("a -> j; b ->! j; j -> k; c -> k; j [join: all]; k [join: all]")

    play.ok("c")
    play.ok("a")
    play.ok("b")

    assert play.running == ["j"]


def test_a_run_that_descends_from_a_visit_opens_a_new_one():
    play = Play("s -> a; a -> b; b -> a; a [max_visits: 2]; b [max_visits: 2]")

    play.ok("s")
    play.ok("a")
    play.ok("b")

    assert play.running == ["a#2"]


def test_the_same_predecessor_arriving_again_opens_a_new_visit():
    spec = workflow(
        task("p", go("p", when="{{ result().more }}"), go("j"), max_visits=2), task("j", max_visits=2)
    )
    play = Play(spec)

    play.ok("p", {"more": True})
    play.ok("p", {"more": False})

    assert play.running == ["j", "j#2"]


def test_predecessors_that_run_ahead_are_paired_in_order():
    spec = workflow(
        task("p", go("p", when="{{ result().more }}"), go("j"), max_visits=2),
        task("q", go("q", when="{{ result().more }}"), go("j"), max_visits=2),
        task("j", join="all", max_visits=2),
    )
    play = Play(spec)

    play.ok("p", {"more": True})
    play.ok("p", {"more": False})
    assert play.running == ["q"]
    play.ok("q", {"more": True})
    assert play.running == ["q#2", "j"]
    play.ok("q", {"more": False})

    assert play.running == ["j", "j#2"]


def test_a_visit_beyond_max_visits_fails_the_run_with_visit_limit():
    play = Play("s -> a; a -> b; b -> a; a [max_visits: 2]; b [max_visits: 5]")

    for name in ("s", "a", "b", "a", "b"):
        play.ok(name)

    assert play.status == "failed"
    assert "visit_limit" in play.error and "'a'" in play.error


def test_a_join_fires_once_in_each_visit():
    spec = workflow(
        task("s", go("p", "q"), max_visits=2),
        task("p", go("j"), max_visits=2),
        task("q", go("j"), max_visits=2),
        task("j", go("s", when="{{ result().again }}"), join="all", max_visits=2),
        task("in", go("s")),
    )
    play = Play(spec)

    play.ok("in")
    for round_again in (True, False):
        play.ok("s")
        play.ok("q")
        play.ok("p")
        play.ok("j", {"again": round_again})

    assert (play.started.count("j"), play.started.count("j#2"), play.status) == (1, 1, "completed")


def test_decision_takes_the_first_branch_that_holds():
    spec = workflow(
        task(
            "a",
            go("x", guard="succeeded", when="{{ result().n > 5 }}", group=1),
            go("y", guard="succeeded", when="{{ result().n > 1 }}", group=1),
            go("z", guard="succeeded", group=1),
        ),
        task("x"), task("y"), task("z"),
    )  # fmt: skip
    play = Play(spec)

    play.ok("a", {"n": 3})

    assert play.running == ["y"]


@pytest.mark.parametrize(
    ("guard", "how", "reached"),
    [
        ("succeeded", "ok", True), ("succeeded", "bad", False), ("failed", "bad", True), ("failed", "late", True),
        ("timed_out", "late", True), ("timed_out", "bad", False), ("always", "bad", True), ("failed", "dropped", True),
    ],
)  # fmt: skip
def test_classic_keys_look_at_the_outcome(guard, how, reached):
    play = Play(workflow(task("a", go("b", guard=guard)), task("b")))

    getattr(play, how)("a")

    assert (play.running == ["b"]) is reached


def test_a_time_out_is_no_failure_where_a_transition_asks_about_time_outs():
    play = Play(workflow(task("a", go("b", when="failed()"), go("c", when="{{ timed_out() }}")), task("b"), task("c")))

    play.late("a")

    assert play.running == ["c"]
