"""What retrying a run would do, in the names of tasks: told before anybody presses the button. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.conductor.state import RunState
from app.engine.pure_actions import PURE_REFS
from app.engine.spec.model import TaskSpec

ASK = "core.ask"


@dataclass(frozen=True, slots=True)
class RerunPlan:
    """Names in definition order.

    Attributes:
        kept: tasks whose results are taken over.
        again: tasks that start at once.
        later: tasks that may follow from them.
        items: of tasks that run only some of their items: (how many, of how many).
        acting: of those that run or may follow, the ones that do something outside of the engine.
        asking: those that ask people again.
    """

    kept: tuple[str, ...]
    again: tuple[str, ...]
    later: tuple[str, ...]
    items: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    acting: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()


def told(state: RunState) -> RerunPlan:
    """The plan behind the state that `reseed` made and that has not been started."""
    tasks = {task.name: task for task in state.plan.spec.all_tasks()}
    open_ = {visit.task for visit in state.visits.values() if not visit.ended}
    again = open_ if state.visits else {task.name for task in _entries(tasks)}
    again |= {name for name in _inside(tasks, again) if name not in state.latest}
    later = _reached(tasks, again) - again
    kept = {visit.task for visit in state.visits.values() if visit.ended} - again - later
    runs = again | later
    return RerunPlan(
        kept=_ordered(tasks, kept),
        again=_ordered(tasks, again),
        later=_ordered(tasks, later),
        items={v.task: (len(v.items.redo), v.items.total) for v in state.visits.values() if v.items is not None and v.items.redo},
        acting=tuple(name for name in _ordered(tasks, runs) if _acts(tasks[name])),
        asking=tuple(name for name in _ordered(tasks, runs) if tasks[name].action == ASK),
    )


def _entries(tasks: Mapping[str, TaskSpec]) -> Iterator[TaskSpec]:
    led_to = {target for task in tasks.values() for target in _targets(task) if target != task.name}
    return (task for task in tasks.values() if task.name not in led_to and task.container is None)


def _reached(tasks: Mapping[str, TaskSpec], start: Iterable[str]) -> set[str]:
    """Everything transitions can lead to from here, with what is inside of containers."""
    found: set[str] = set()
    left = [target for name in start for target in _targets(tasks[name])]
    while left:
        name = left.pop()
        if name in tasks and name not in found:
            found.add(name)
            left += [*_targets(tasks[name]), *_inside(tasks, {name})]
    return found


def _inside(tasks: Mapping[str, TaskSpec], names: Collection[str]) -> list[str]:
    return [name for name, task in tasks.items() if task.container in names]


def _targets(task: TaskSpec) -> list[str]:
    return [target for transition in task.transitions for target in transition.targets]


def _acts(task: TaskSpec) -> bool:
    return task.action not in (None, ASK) and task.action not in PURE_REFS


def _ordered(tasks: Mapping[str, TaskSpec], names: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in tasks if name in names)
