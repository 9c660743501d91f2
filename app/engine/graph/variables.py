"""Which tasks publish which variables, which are surely published before a task, and which at the same time.

Source: language.md 4 (`publish`), 10, 11 "Saving".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from itertools import combinations
from operator import or_

from app.engine.graph.branches import certain_facts, exclude
from app.engine.graph.build import Edge
from app.engine.graph.certain import on_every_path
from app.engine.graph.inspect import Shape
from app.engine.spec.model import TaskSpec, TransitionSpec

_ON_SUCCESS = re.compile(r"\s*(\{\{-?)?\s*succeeded\(\)\s*(and\b|\Z|-?\}\})")
_MAX_COMPARED = 200


def publishers(shape: Shape) -> dict[str, list[str]]:
    """Variable -> names of the tasks that publish it, in document order."""
    found: dict[str, list[str]] = {}
    for task in shape.tasks.values():
        for name in own_variables(task):
            found.setdefault(name, []).append(task.name)
    return found


def own_variables(task: TaskSpec) -> tuple[str, ...]:
    """What a task itself may publish, in both places, each name once."""
    entries = [*task.publish, *(entry for transition in task.transitions for entry in transition.publish)]
    return tuple(dict.fromkeys(entry.name for entry in entries))


def surely_published(shape: Shape) -> dict[str, frozenset[str]]:
    """Variables that are published on every path to each task; children as their container."""
    variables = list(publishers(shape))
    bit = {name: 1 << index for index, name in enumerate(variables)}
    gains = {id(edge): _gain(shape.tasks[edge.source], edge, bit) for edge in shape.graph.edges}
    sure = on_every_path(shape, gains, everything=(1 << len(bit)) - 1)
    by_bits = {bits: frozenset(name for name in variables if bits & bit[name]) for bits in set(sure.values())}
    return {name: by_bits[sure[shape.place_of(name)]] for name in shape.tasks}


def published_at_once(shape: Shape) -> list[tuple[str, str, str]]:
    """`(variable, task, other task)` for branches that may run at the same time; one finding per later task."""
    facts = certain_facts(shape)
    found = []
    for variable, names in publishers(shape).items():
        reported: set[str] = set()
        for first, second in combinations(names[:_MAX_COMPARED], 2):
            here, there = shape.place_of(first), shape.place_of(second)
            if second in reported or _ordered(shape, here, there) or exclude(facts[here], facts[there]):
                continue
            reported.add(second)
            found.append((variable, first, second))
    return found


def _ordered(shape: Shape, first: str, second: str) -> bool:
    if first == second:
        return False  # siblings in one container
    return shape.may_precede(first, second) or shape.may_precede(second, first)


def _gain(task: TaskSpec, edge: Edge, bit: dict[str, int]) -> int:
    """What is surely published when this edge fires."""
    transition = task.transitions[edge.index]
    on_success = _implies_success(transition)
    if task.when is not None and transition.kind not in ("failed", "timed_out"):
        return 0  # a skipped task goes on as if it had succeeded, and publishes nothing
    entries = [
        entry.name
        for t in task.transitions
        if t is transition or _fires_with(t, transition)
        for entry in t.publish
    ]
    if on_success:
        entries += [entry.name for entry in task.publish]
        entries += [entry.name for child in task.children if child.when is None for entry in child.publish]
    return _bits(entries, bit)


def _implies_success(transition: TransitionSpec) -> bool:
    if transition.guard == "succeeded" or transition.kind == "succeeded":
        return True
    return (
        transition.when is not None
        and _ON_SUCCESS.match(transition.when) is not None
        and " or " not in transition.when
    )


def _fires_with(other: TransitionSpec, fired: TransitionSpec) -> bool:
    if other.group is not None or other.kind == "custom":
        return False
    return (
        other.kind == "always"
        or (other.kind == "succeeded" and _implies_success(fired))
        or other.kind == fired.kind
    )


def _bits(names: Iterable[str], bit: dict[str, int]) -> int:
    return reduce(or_, (bit[name] for name in names), 0)
