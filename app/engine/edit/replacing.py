"""Plans how one value becomes another: only the parts that differ change, and items that are in both keep their comments."""

from __future__ import annotations

from collections import deque
from typing import Any

from app.engine.edit.draft import Draft
from app.engine.edit.steps import Drop, Insert, Reorder, same
from app.engine.spec.places import Path

_MOST_COMPARED = 10_000  # pairs of items; longer lists are matched in order


def replace(draft: Draft, path: Path, value: Any) -> None:
    """The value at `path` becomes another one."""
    old = draft.at(path)
    if same(old, value):
        return
    if isinstance(old, dict) and isinstance(value, dict) and not old.keys().isdisjoint(value):
        _replace_mapping(draft, path, old, value)
    elif isinstance(old, list) and isinstance(value, list) and old and value:
        _replace_list(draft, path, old, value)
    else:
        draft.put(path, value)


def _replace_mapping(draft: Draft, path: Path, old: dict[str, Any], value: dict[str, Any]) -> None:
    for key in [key for key in old if key not in value]:
        draft.do(Drop((*path, key)))
    for key, part in value.items():
        if key in old:
            replace(draft, (*path, key), part)
        else:
            draft.put((*path, key), part)


def _replace_list(draft: Draft, path: Path, old: list[Any], value: list[Any]) -> None:
    most = min(len(old), len(value))
    head = next((i for i in range(most) if not same(old[i], value[i])), most)
    tail = next((i for i in range(most - head) if not same(old[-1 - i], value[-1 - i])), most - head)
    olds, news = old[head : len(old) - tail], value[head : len(value) - tail]
    origins = _origins(olds, news) if draft.may_reorder(path) else _in_order(len(olds), len(news))
    for index in sorted(set(range(len(olds))) - set(origins), reverse=True):
        draft.do(Drop((*path, head + index)))
    kept = [origin for origin in origins if origin is not None]
    if kept != sorted(kept):
        places = {origin: place for place, origin in enumerate(sorted(kept), head)}
        behind = range(head + len(kept), head + len(kept) + tail)
        draft.do(Reorder(path, (*range(head), *(places[origin] for origin in kept), *behind)))
    for index, origin in enumerate(origins, head):
        if origin is None:
            draft.do(Insert(path, index, value[index]))
        else:
            replace(draft, (*path, index), value[index])


def _origins(olds: list[Any], news: list[Any]) -> list[int | None]:
    """For each new item, the old one it was: an equal one, else the one most like it, else one that is left."""
    found = _equals(olds, news)
    free = dict.fromkeys(sorted(set(range(len(olds))) - set(found)))  # as a set that keeps its order
    left = [index for index, origin in enumerate(found) if origin is None]
    if len(left) * len(free) <= _MOST_COMPARED:
        for index in left:
            best = max(free, key=lambda number: _likeness(olds[number], news[index]), default=None)
            if best is not None and _likeness(olds[best], news[index]):
                found[index] = best
                del free[best]
    for index, number in zip([index for index in left if found[index] is None], free, strict=False):
        found[index] = number
    return found


def _equals(olds: list[Any], news: list[Any]) -> list[int | None]:
    """For each new item the first old one that says the same and is not taken."""
    places: dict[str, deque[int]] = {}
    for index, old in enumerate(olds):
        places.setdefault(repr(old), deque()).append(index)
    waiting = (places.get(repr(new)) for new in news)
    return [same_ones.popleft() if same_ones else None for same_ones in waiting]


def _in_order(olds: int, news: int) -> list[int | None]:
    return [index if index < olds else None for index in range(news)]


def _likeness(old: Any, new: Any) -> int:
    """How many keys have the same value in both."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return 0
    return sum(1 for key, value in old.items() if key in new and same(value, new[key]))
