"""Which layer each task is on: cycles are opened, then every task goes below all that lead to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layers:
    """`of` maps a task to its layer from 0 at the top; `back` are the pairs that close a cycle."""

    of: Mapping[str, int]
    back: frozenset[Pair]
    count: int = field(default=0)


def assign_layers(names: Sequence[str], pairs: Sequence[Pair]) -> Layers:
    """Longest-path layers.

    Args:
        names: tasks in document order, which also decides where a cycle is opened.
        pairs: edges between them; pairs to oneself are loops.
    """
    following: dict[str, list[str]] = {name: [] for name in names}
    for source, target in dict.fromkeys(pairs):
        following[source].append(target)
    back, order = _open_cycles(names, following)
    layer = dict.fromkeys(names, 0)
    for name in order:
        for target in following[name]:
            if (name, target) not in back:
                layer[target] = max(layer[target], layer[name] + 1)
    return Layers(layer, back, 1 + max(layer.values(), default=-1))


def _open_cycles(names: Sequence[str], following: Mapping[str, list[str]]) -> tuple[frozenset[Pair], list[str]]:
    """Edges that lead back into the walk, and the tasks so that every other edge leads forward."""
    reached = {target for targets in following.values() for target in targets}
    starts = [name for name in names if name not in reached] + list(names)
    back: set[Pair] = set()
    seen: set[str] = set()
    open_: set[str] = set()
    finished: list[str] = []
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        open_.add(start)
        walk = [(start, iter(following[start]))]
        while walk:
            name, rest = walk[-1]
            target = next(rest, None)
            if target is None:
                walk.pop()
                open_.discard(name)
                finished.append(name)
            elif target in open_:
                back.add((name, target))
            elif target not in seen:
                seen.add(target)
                open_.add(target)
                walk.append((target, iter(following[target])))
    return frozenset(back), finished[::-1]
