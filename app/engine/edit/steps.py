"""The small steps an operation is made of, and what each does to the data: the specification the text must become.

Paths lead through the data as it is before the step. How a step changes the text is in `writing`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.engine.edit.renaming import Names, renamed
from app.engine.spec.places import Path


@dataclass(frozen=True, slots=True)
class Put:
    """A value replaces the one at `path`, or is added at the end of its mapping."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """An entry of a mapping or list goes."""

    path: Path


@dataclass(frozen=True, slots=True)
class Insert:
    """A new item stands before the one at `index` of the list at `path`, or at its end."""

    path: Path
    index: int
    value: Any


@dataclass(frozen=True, slots=True)
class Move:
    """The item at `index` goes to `to`, counted without it."""

    path: Path
    index: int
    to: int


@dataclass(frozen=True, slots=True)
class Reorder:
    """The items of a list stand in another order: first the one that was at `order[0]`, and so on."""

    path: Path
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wrap:
    """A single value becomes a list of it and another one."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Unwrap:
    """A list becomes the one of its items that stands at `index`."""

    path: Path
    index: int


@dataclass(frozen=True, slots=True)
class RenameKey:
    """The key at the end of `path` is called `to`; its value and its place stay."""

    path: Path
    to: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Tasks get other names, wherever they are named."""

    names: Names


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the item at `index` stands right behind it, its tasks renamed."""

    path: Path
    index: int
    names: Names


@dataclass(frozen=True, slots=True)
class Graft:
    """Items of another text stand before the one at `index`. `source` is that text's view, their list at `origin`."""

    path: Path
    index: int
    values: tuple[Any, ...]
    source: Any
    origin: Path


Step = Put | Drop | Insert | Move | Reorder | Wrap | Unwrap | RenameKey | Rename | Copy | Graft


def after(data: Any, step: Step) -> Any:
    """The data after a step. `data` itself may be changed; values of the step are not."""
    return _AFTER[type(step)](data, step)


def value_at(data: Any, path: Path) -> Any:
    """The value at a path. Raises KeyError, IndexError or TypeError where there is none."""
    for step in path:
        data = data[step]
    return data


def copied(data: Any) -> Any:
    """A copy in which no two places share a value, whatever aliases the text has."""
    if isinstance(data, dict):
        return {key: copied(value) for key, value in data.items()}
    if isinstance(data, list):
        return [copied(value) for value in data]
    return data


def same(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Whether two values are equal in type and content, and where `ordered` in the order of their keys."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        if list(one) != list(other) and (ordered or one.keys() != other.keys()):
            return False
        return all(same(value, other[key], ordered=ordered) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(
            same(a, b, ordered=ordered) for a, b in zip(one, other, strict=True)
        )
    return bool(one == other)


def _put(data: Any, step: Put) -> Any:
    if not step.path:
        return copied(step.value)
    parent, key = value_at(data, step.path[:-1]), step.path[-1]
    if isinstance(parent, list) and key == len(parent):
        parent.append(copied(step.value))
    else:
        parent[key] = copied(step.value)
    return data


def _drop(data: Any, step: Drop) -> Any:
    del value_at(data, step.path[:-1])[step.path[-1]]
    return data


def _insert(data: Any, step: Insert) -> Any:
    value_at(data, step.path).insert(step.index, copied(step.value))
    return data


def _move(data: Any, step: Move) -> Any:
    items = value_at(data, step.path)
    items.insert(step.to, items.pop(step.index))
    return data


def _reorder(data: Any, step: Reorder) -> Any:
    items = value_at(data, step.path)
    items[:] = [items[index] for index in step.order]
    return data


def _wrap(data: Any, step: Wrap) -> Any:
    return _put(data, Put(step.path, [value_at(data, step.path), step.value]))


def _unwrap(data: Any, step: Unwrap) -> Any:
    return _put(data, Put(step.path, value_at(data, step.path)[step.index]))


def _rename_key(data: Any, step: RenameKey) -> Any:
    mapping = value_at(data, step.path[:-1])
    entries = [(step.to if key == step.path[-1] else key, value) for key, value in mapping.items()]
    mapping.clear()
    mapping.update(entries)
    return data


def _rename(data: Any, step: Rename) -> Any:
    return renamed(data, step.names)


def _copy(data: Any, step: Copy) -> Any:
    items = value_at(data, step.path)
    items.insert(step.index + 1, renamed(items[step.index], step.names, (*step.path, step.index)))
    return data


def _graft(data: Any, step: Graft) -> Any:
    value_at(data, step.path)[step.index : step.index] = [copied(value) for value in step.values]
    return data


_AFTER: dict[type, Callable[[Any, Any], Any]] = {
    Put: _put, Drop: _drop, Insert: _insert, Move: _move, Reorder: _reorder, Wrap: _wrap, Unwrap: _unwrap,
    RenameKey: _rename_key, Rename: _rename, Copy: _copy, Graft: _graft,
}  # fmt: skip
