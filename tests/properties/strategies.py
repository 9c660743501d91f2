"""Generated workflows: graphs of a few tasks with branches, joins, cycles, items, retries, guards and containers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from app.engine.spec.model import RetrySpec, TaskSpec, TransitionSpec, WorkflowSpec
from tests.engine.builders import go, parallel, task, workflow

_WHENS = st.sampled_from([None, None, None, "succeeded()", "failed()", "timed_out()", "{{ result().n > 1 }}"])
_RETRIES = st.sampled_from(
    [None, None, None, RetrySpec(1), RetrySpec(2, 5.0), RetrySpec(1, when="{{ succeeded() }}")]
)


@st.composite
def workflows(draw: st.DrawFn, *, most_tasks: int = 6, cycles: bool = True, ordered: bool = False) -> WorkflowSpec:
    """A workflow that can be planned.

    Args:
        cycles: backward edges too, between tasks that may be visited up to three times.
        ordered: leave out what makes the outcome depend on the order of reports by design
            (number joins and `any`, conditions on a result that is scripted per report).
    """
    count = draw(st.integers(1, most_tasks))
    names = [f"t{index}" for index in range(count)]
    visits = draw(st.integers(1, 3)) if cycles and not ordered else 1
    tasks = [draw(_tasks(name, names[index + 1 :], visits, names[1:], ordered)) for index, name in enumerate(names)]
    policy = draw(st.sampled_from(["allow_finish", "cancel_running"]))
    fail_fast = not ordered and draw(st.integers(0, 5)) == 0
    return workflow(*tasks, cancellation_policy=policy, fail_fast=fail_fast)


@st.composite
def _tasks(draw: st.DrawFn, name: str, later: list[str], visits: int, back: list[str], ordered: bool) -> TaskSpec:
    targets = later + (back if visits > 1 and draw(st.integers(0, 3)) == 0 else [])
    transitions = draw(_transitions(targets, ordered))
    fields: dict[str, Any] = {"max_visits": visits, "join": draw(_joins(ordered))}
    if draw(st.integers(0, 5)) == 0:
        fields["when"] = draw(st.sampled_from(["{{ false }}", "{{ true }}"]))
    if draw(st.integers(0, 7)) == 0:
        fields["delay_s"] = 2.0
    if draw(st.integers(0, 7)) == 0:
        children = [task(f"{name}_{n}", retry=draw(_RETRIES)) for n in range(draw(st.integers(0, 3)))]
        return parallel(name, children, *transitions, **fields)
    fields["retry"] = draw(_RETRIES)
    if draw(st.integers(0, 3)) == 0:
        fields["with_items"] = list(range(draw(st.integers(0, 5))))
        fields["concurrency"] = draw(st.sampled_from([None, 1, 2]))
        fields["batch_size"] = draw(st.sampled_from([None, None, 2]))
        fields["batch_mode"] = draw(st.sampled_from(["item", "list"]))
    return task(name, *transitions, **fields)


def _joins(ordered: bool) -> st.SearchStrategy[Any]:
    return st.just("all") if ordered else st.sampled_from(["any", "any", "all", "all", 1, 2, 3])


@st.composite
def _transitions(draw: st.DrawFn, targets: list[str], ordered: bool) -> tuple[TransitionSpec, ...]:
    if not targets:
        return ()
    found = []
    for _ in range(draw(st.integers(0, 3))):
        chosen = draw(st.lists(st.sampled_from([*targets, *targets, "noop", "fail"]), min_size=1, max_size=3))
        when = draw(_WHENS.filter(lambda w: w is None or "result" not in w) if ordered else _WHENS)
        found.append(go(*chosen, when=when))
    return tuple(found)
