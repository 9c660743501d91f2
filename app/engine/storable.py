"""What every database takes: no NUL, no half surrogate pairs, no infinite numbers, nothing that is not JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\ufffd"
MAX_DEPTH = 200
_REFUSED = re.compile("[\0\ud800-\udfff]")


def storable_text(text: str) -> str:
    """The text with U+FFFD in place of every character that no database column takes."""
    return _REFUSED.sub(REPLACEMENT, text)


def is_storable_text(text: str) -> bool:
    return _REFUSED.search(text) is None


def shortened(text: str, limit: int) -> str:
    """The text, cut in the middle when it is longer than `limit` characters: both ends of an error say most."""
    if len(text) <= limit:
        return text
    note = f" … [{len(text) - limit} characters left out] … "
    room = max(0, limit - len(note))
    return text[: room - room // 2] + note + text[len(text) - room // 2 :]


def storable(value: Any, depth: int = 0) -> Any:
    """The same value where it can be stored; infinities and NaN become null, foreign objects their text."""
    if isinstance(value, str):
        return storable_text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        return REPLACEMENT
    if isinstance(value, Mapping):
        return {storable_text(str(key)): storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [storable(item, depth + 1) for item in value]
    return storable_text(str(value))
