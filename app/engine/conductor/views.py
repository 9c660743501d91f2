"""What templates see of a run: the scope, the tasks, the outcome of the run at hand.

Source: language.md 5 (outcomes), 6 (results of items), 7 (names), 11 "Results and names".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from immutables import Map

from app.engine.conductor.plan import Plan, PlanTask
from app.engine.conductor.progress import task_states, waiting_reasons
from app.engine.conductor.reports import TaskError
from app.engine.conductor.state import Results, Visit
from app.engine.expressions import OutcomeView, Scope, TaskView, result_view
from app.engine.statuses import Outcome

__all__ = [
    "Seen", "TaskViews", "error_view", "item_views", "latest_ended", "outcome_flags", "outcome_view", "run_scope",
    "task_states", "task_view", "visit_outcome", "visit_result", "waiting_reasons",
]  # fmt: skip


class Seen(Protocol):
    """What a view needs: a `RunState`, or the `Work` of a step."""

    @property
    def plan(self) -> Plan: ...
    @property
    def parameters(self) -> dict[str, Any]: ...
    @property
    def variables(self) -> Map[str, Any]: ...
    @property
    def visits(self) -> Map[tuple[str, int], Visit]: ...
    @property
    def latest(self) -> Map[str, int]: ...
    @property
    def results(self) -> Results: ...
    @property
    def context(self) -> dict[str, Any]: ...
    @property
    def config(self) -> dict[str, Any]: ...
    @property
    def kv(self) -> Any: ...
    @property
    def inquiries(self) -> Any: ...


class TaskViews(Mapping[str, "TaskView | None"]):
    """`task.<name>` of every task; None for one that has not ended yet. Views are made when asked for.

    `current`: the view of one task that stands for it while its own retry is decided.
    """

    def __init__(self, seen: Seen, current: tuple[str, TaskView] | None = None) -> None:
        self._seen = seen
        self._current = current

    def __getitem__(self, name: str) -> TaskView | None:
        if self._current is not None and self._current[0] == name:
            return self._current[1]
        if name not in self._seen.plan.tasks:
            raise KeyError(name)
        return task_view(self._seen, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen.plan.order)

    def __len__(self) -> int:
        return len(self._seen.plan.order)


def task_view(state: Seen, name: str) -> TaskView | None:
    """The latest ended visit of a task as templates see it; None when there is none."""
    visit = latest_ended(state, name)
    return None if visit is None else _view_of(state, visit)


def latest_ended(state: Seen, name: str) -> Visit | None:
    """The latest visit that has ended: one that is running now has nothing to show yet."""
    for number in range(state.latest.get(name, 0), 0, -1):
        visit = state.visits.get((name, number))
        if visit is not None and visit.ended:
            return visit
    return None


def run_scope(
    state: Seen,
    *,
    now: datetime,
    local: Mapping[str, Any] | None = None,
    outcome: OutcomeView | None = None,
    variables: Mapping[str, Any] | None = None,
    current: tuple[str, TaskView] | None = None,
    place: str = "",
) -> Scope:
    """The names of language.md 7 at this moment.

    Args:
        local: `item`, `index`, `batch`, `batch_index` inside `with_items`.
        outcome: what `succeeded()`, `result()` and so on answer; None outside of transitions, publish and retry.
        variables: instead of the run's, while a list of `publish` entries is worked off.
        current: a task and what `task.<name>` is for it now: its attempt that has just ended, in retry conditions.
        place: where the text stands, for messages: `task 'build', input.url`.
    """
    return Scope(
        parameters=state.parameters,
        variables=state.variables if variables is None else variables,
        tasks=TaskViews(state, current),
        system={**state.context, "timestamp": now.timestamp()},
        config=state.config,
        kv=state.kv,
        inquiries={} if state.inquiries is None else state.inquiries,
        local=local or {},
        outcome=outcome,
        expression_place=place,
    )


def visit_outcome(state: Seen, visit: Visit) -> OutcomeView:
    """What the helpers answer in the transitions and the `publish` of a visit that has ended."""
    return outcome_view(
        state.plan.tasks[visit.task],
        visit.outcome or Outcome.SUCCEEDED,
        result=lambda: visit_result(state, visit),
        error=visit.error,
    )


def outcome_view(task: PlanTask, outcome: Outcome, *, result: Any, error: TaskError | None) -> OutcomeView:
    """The helpers' answers for an outcome; `result` is a value or a function that gives it.

    A skip counts as a success, a cancelled child as a failure, and a time-out as a failure where no transition
    of the task asks about time-outs.
    """
    return OutcomeView(
        outcome=str(outcome),
        result=result,
        error=error_view(error),
        timeout_is_failure=not task.asks_about_timeout,
    )


def outcome_flags(task: PlanTask, outcome: Outcome) -> dict[str, bool]:
    """Helper name -> its answer."""
    timed_out = outcome is Outcome.TIMED_OUT
    failed = outcome in (Outcome.FAILED, Outcome.CANCELLED)
    return {
        "succeeded": outcome in (Outcome.SUCCEEDED, Outcome.SKIPPED),
        "failed": failed or (timed_out and not task.asks_about_timeout),
        "timed_out": timed_out,
        "skipped": outcome is Outcome.SKIPPED,
    }


def error_view(error: TaskError | None) -> dict[str, str] | None:
    return None if error is None else {"type": error.type, "message": error.message}


def visit_result(state: Seen, visit: Visit) -> Any:
    """`result()` and `task.x.result`: the merged view, the list of them with items, `{child: result}` of a container."""
    if visit.outcome is Outcome.SKIPPED:
        return None
    if visit.items is not None:
        return item_views(state, visit)
    if state.plan.tasks[visit.task].is_container:
        return _children_results(state, visit)
    return result_view(state.results.result(visit.task, visit.number))


def item_views(state: Seen, visit: Visit) -> list[Any]:
    """Results in item order, null where an item failed or was not run."""
    total = 0 if visit.items is None else visit.items.total
    found = [result_view(result) for result in state.results.item_results(visit.task, visit.number)]
    return [*found, *[None] * (total - len(found))]


def _children_results(state: Seen, visit: Visit) -> dict[str, Any]:
    children = state.plan.tasks[visit.task].spec.children
    results: dict[str, Any] = {}
    for child, number in zip(children, visit.children, strict=False):
        ended = state.visits[(child.name, number)]
        results[child.name] = visit_result(state, ended) if ended.outcome is Outcome.SUCCEEDED else None
    return results


def _view_of(state: Seen, visit: Visit) -> TaskView:
    view = TaskView(
        result=lambda: visit_result(state, visit),
        status=str(visit.outcome or Outcome.SUCCEEDED),
        error=error_view(visit.error),
        duration_ms=visit.duration_ms,
        attempts=visit.attempt,
    )
    if visit.items is not None:
        view.results = lambda: item_views(state, visit)
        view.failed_items = lambda: state.results.failed_items(visit.task, visit.number)
        view.total_count = visit.items.total
        view.succeeded_count = visit.items.succeeded
        view.failed_count = visit.items.failed
    return view
