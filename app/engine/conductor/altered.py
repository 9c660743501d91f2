"""A frozen dataclass with some attributes changed, faster than `dataclasses.replace`.

A step of the conductor copies its records half a dozen times; the standard function looks at each field in
Python and took a third of the step (7 against 3 microseconds for a visit).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def altered(record: T, **changes: Any) -> T:
    """The record with these attributes. Raises KeyError for a name it does not have."""
    kind: Any = type(record)
    values_of, positions = _layout(kind)
    values = list(values_of(record))
    for name, value in changes.items():
        values[positions[name]] = value
    changed: T = kind(*values)
    return changed


@cache
def _layout(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]:
    names = [f.name for f in fields(kind)]
    return attrgetter(*names), {name: index for index, name in enumerate(names)}
