"""`with_items`: order, batches, concurrency, failures, retries of items (language.md 6)."""

from __future__ import annotations

import pytest

from app.engine.conductor.commands import SaveVisit
from app.engine.conductor.plan import PlanLimits
from app.engine.conductor.reports import Started
from app.engine.statuses import TaskState
from tests.engine.builders import Play, go, of_kind, task, timers, workflow


def items_flow(*transitions, items=None, **fields):
    output = fields.pop("output", None)
    flow_fields = fields.pop("flow", {})
    return workflow(
        task("t", *transitions, with_items=items if items is not None else "{{ parameters.list }}", **fields),
        task("after"), output=output, **flow_fields,
    ) if transitions else workflow(
        task("t", with_items=items if items is not None else "{{ parameters.list }}", **fields), output=output, **flow_fields
    )  # fmt: skip


def play_items(count=3, *transitions, **fields):
    return Play(items_flow(*transitions, **fields), parameters={"list": list(range(count))})


def test_all_items_start_in_order_of_index():
    assert play_items(3).running == ["t[0]", "t[1]", "t[2]"]


def test_the_window_limits_what_is_handed_out_at_once():
    play = Play(items_flow(), limits=PlanLimits(items_window=2), parameters={"list": [1, 2, 3]})

    assert play.running == ["t[0]", "t[1]"]
    play.ok("t", item=1)

    assert play.running == ["t[0]", "t[2]"]


def test_concurrency_limits_what_runs_at_once():
    play = play_items(4, concurrency=1)

    for index in range(4):
        assert play.running == [f"t[{index}]"]
        play.ok("t", item=index)

    assert play.status == "completed"


def test_an_empty_list_succeeds_at_once():
    play = play_items(0, go("after"), output={"r": "{{ task.t.results }}", "n": "{{ task.t.total_count }}"})
    play.ok("after")

    assert play.finish.result == {"r": [], "n": 0, "succeeded": True}


@pytest.mark.parametrize(
    ("value", "text"), [("abc", "text 'abc'"), (5, "a number 5"), (None, "null"), (True, "a boolean True")]
)
def test_a_value_that_is_no_list_is_an_error_that_says_what_came(value, text):
    play = Play(items_flow(), parameters={"list": value})

    assert play.status == "failed" and text in play.error


def test_a_mapping_gives_key_and_value():
    play = Play(items_flow(input={"k": "{{ item.key }}", "v": "{{ item.value }}"}), parameters={"list": {"a": 1, "b": 2}})

    assert [c.input for c in play.out.values()] == [{"k": "a", "v": 1}, {"k": "b", "v": 2}]


def test_a_literal_list_may_hold_templates():
    play = Play(items_flow(items=[1, "{{ parameters.list }}"], input={"v": "{{ item }}"}), parameters={"list": "x"})

    assert [c.input["v"] for c in play.out.values()] == [1, "x"]


def test_more_items_than_the_limit_fail_the_task_and_name_the_setting():
    play = Play(items_flow(), limits=PlanLimits(max_items=2), parameters={"list": [1, 2, 3]})

    assert play.status == "failed" and "ATTUNE_MAX_ITEMS" in play.error


def test_siblings_run_on_after_one_fails_and_the_counts_tell():
    play = play_items(3, go("after", when="failed()"), output={
        "results": "{{ task.t.results }}", "failed": "{{ task.t.failed_items }}",
        "counts": "{{ [task.t.total_count, task.t.succeeded_count, task.t.failed_count] }}",
    })  # fmt: skip

    play.bad("t", "bad luck", item=1)
    assert play.running == ["t[0]", "t[2]"]
    play.ok("t", {"v": 0}, item=0)
    play.ok("t", {"v": 2}, item=2)
    play.ok("after")

    result = play.finish.result
    assert [r and r["v"] for r in result["results"]] == [0, None, 2]
    assert result["failed"] == [{"index": 1, "item": 1, "error": {"type": "failed", "message": "bad luck"}}]
    assert result["counts"] == [3, 2, 1]


def test_the_error_of_the_task_counts_the_failed_items():
    play = play_items(2)

    play.bad("t", "bad luck", item=1)
    play.ok("t", item=0)

    assert play.visit("t").error.type == "items_failed"
    assert "1 of 2 items failed, first item 1: bad luck" in play.error


def test_the_next_batch_starts_when_the_batch_before_has_ended():
    play = play_items(5, batch_size=2, input={"b": "{{ batch }}", "n": "{{ batch_index }}", "i": "{{ index }}"})

    assert play.running == ["t[0]", "t[1]"]
    play.ok("t", item=0)
    assert play.running == ["t[1]"]
    play.ok("t", item=1)

    assert play.running == ["t[2]", "t[3]"]
    assert play.out[play.key("t", 3)].input == {"b": [2, 3], "n": 1, "i": 3}
    assert play.out[play.key("t", 3)].batch_index == 1


def test_batch_mode_list_hands_the_batch_to_one_run_after_another():
    play = play_items(5, batch_size=2, batch_mode="list", input={"v": "{{ item }}", "i": "{{ index }}"})

    seen = []
    while play.out:
        (key,) = play.out
        seen.append(play.out[key].input)
        play.ok("t", item=key.item)

    assert seen == [{"v": [0, 1], "i": 0}, {"v": [2, 3], "i": 1}, {"v": [4], "i": 2}]
    assert play.status == "completed" and play.visit("t").items.total == 3


def test_an_item_is_retried_on_its_own():
    play = play_items(2, retry={"count": 1, "delay_s": 10}, concurrency=1)

    commands = play.bad("t", item=0)
    assert timers(commands) == [("retry", "t[0]~2", 10.0)] and play.running == []
    play.due("retry", "t", item=0, attempt=2)
    assert play.running == ["t[0]~2"]
    play.ok("t", item=0)
    play.ok("t", item=1)

    assert play.status == "completed"


def test_retry_when_polls_an_item_and_sees_its_names():
    play = play_items(1, retry={"count": 5, "when": "{{ result().n < 2 and item == 0 }}"})

    for n in range(3):
        play.ok("t", {"n": n}, item=0)

    assert (play.started, play.status) == (["t[0]", "t[0]~2", "t[0]~3"], "completed")


def test_an_input_that_can_not_be_rendered_costs_its_item_only():
    play = Play(items_flow(input={"v": "{{ item.name }}"}), parameters={"list": [{"name": 1}, {}, {"name": 3}]})

    assert play.running == ["t[0]", "t[2]"]


def test_with_fail_fast_no_further_item_starts_after_one_failed():
    play = play_items(4, concurrency=2, flow={"fail_fast": True})

    play.bad("t", item=0)
    play.ok("t", item=1)

    assert (play.started, play.status, play.visit("t").items.cancelled) == (["t[0]", "t[1]"], "failed", 2)


def test_a_guard_beside_items_is_evaluated_once_before_them():
    play = Play(items_flow(items="{{ vars.nope }}", when="{{ false }}"))

    assert play.visit("t").state is TaskState.SKIPPED


def test_items_are_given_out_for_storage_once():
    play = Play(items_flow(), start=False, parameters={"list": [7, 8]})

    (saved,) = of_kind(play.report(Started()), SaveVisit)
    (later,) = of_kind(play.ok("t", item=0), SaveVisit)

    assert (saved.values, later.values) == ((7, 8), None)


def test_items_and_index_are_unknown_outside():
    play = Play(workflow(task("t", input={"v": "{{ item }}"})))

    assert play.visit("t").error.type == "expression"
