"""What changed in a picture since somebody last saw it: one short mark for each node and edge, in a fixed order.

A live page gives the marks back; parts whose mark is still the same are sent as empty elements that keep the old ones.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import Any

LENGTH = 4  # characters of a mark: 24 bits, so that a change is missed once in 16 million


def mark_of(part: Any) -> str:
    """The mark of anything whose `repr` says all that is shown of it."""
    return base64.urlsafe_b64encode(zlib.crc32(repr(part).encode()).to_bytes(4, "big")[1:]).decode()


def marks_of(parts: Sequence[Any]) -> str:
    return "".join(mark_of(part) for part in parts)


def unchanged(marks: str, seen: str) -> list[bool]:
    """For each mark whether it is where it was; all False when `seen` is of another picture."""
    if len(marks) != len(seen):
        return [False] * (len(marks) // LENGTH)
    return [marks[at : at + LENGTH] == seen[at : at + LENGTH] for at in range(0, len(marks), LENGTH)]
