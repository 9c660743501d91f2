"""Which tasks a path leads to from each task, as bit masks, in one pass over the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.engine.conductor.plan import PlanTask


def reachable_masks(successors: Mapping[str, tuple[str, ...]], indexes: Mapping[str, int]) -> dict[str, int]:
    """Task -> mask of the tasks reachable from it; its own bit is set only when it is on a cycle.

    Tasks of one strongly connected component share a mask, so the cost is edges times mask width.
    """
    masks: dict[str, int] = {}
    for component in _components(successors):
        inside = set(component)
        cyclic = len(component) > 1 or component[0] in successors[component[0]]
        mask = sum(1 << indexes[name] for name in component) if cyclic else 0
        for name in component:
            for target in successors[name]:
                if target not in inside:
                    mask |= masks[target] | 1 << indexes[target]
        masks.update(dict.fromkeys(component, mask))
    return masks


def _components(successors: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Strongly connected components, each after those it leads to (Tarjan, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in successors:
        if root in order:
            continue
        todo = [(root, iter(successors[root]))]
        _enter(root, order, low, stack, on_stack)
        while todo:
            name, targets = todo[-1]
            target = next((t for t in targets if t not in order or t in on_stack), None)
            if target is None:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[name])
                if low[name] == order[name]:
                    found.append(_leave(name, stack, on_stack))
            elif target in order:
                low[name] = min(low[name], order[target])
            else:
                _enter(target, order, low, stack, on_stack)
                todo.append((target, iter(successors[target])))
    return found


def _enter(name: str, order: dict[str, int], low: dict[str, int], stack: list[str], on_stack: set[str]) -> None:
    order[name] = low[name] = len(order)
    stack.append(name)
    on_stack.add(name)


def _leave(name: str, stack: list[str], on_stack: set[str]) -> list[str]:
    component: list[str] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        component.append(member)
        if member == name:
            return component


def open_paths(
    tasks: Mapping[str, PlanTask], origins: Iterable[str], *, without: str, latest: Mapping[str, int]
) -> set[str]:
    """Tasks that paths from `origins` can still start: not through `without`, nor through a used-up task.

    A task that has used its visits and still runs is an origin itself; one that has ended leads nowhere any more.
    """
    reached: set[str] = set()
    todo = list(origins)
    while todo:
        for target in tasks[todo.pop()].successors:
            if target == without or target in reached:
                continue
            if latest.get(target, 0) < tasks[target].spec.max_visits:
                reached.add(target)
                todo.append(target)
    return reached
