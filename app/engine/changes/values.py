"""How a changed value is said: what was there, what is there now, short enough to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

MOST = 60  # characters of a value that is shown
_DEEPEST = 4


def same(old: Any, new: Any) -> bool:
    """Whether two JSON values are the same, also for who tells 1 from true; the order of keys does not count."""
    return canonical(old) == canonical(new)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def value_words(what: str, old: Any, new: Any, *, depth: int = 0) -> Iterator[str]:
    """A sentence for each place where two values differ, below `what`; None counts as absent."""
    if same(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and depth < _DEEPEST and (old or new):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _entry_words(f"{what} {key}", old, new, key, depth)
    else:
        yield change_words(what, old, new)


def _entry_words(what: str, old: Mapping[str, Any], new: Mapping[str, Any], key: str, depth: int) -> Iterator[str]:
    if key not in new:
        yield f"{what} removed"
    elif key not in old:
        yield f"{what} added: {shown(new[key])}"
    else:
        yield from value_words(what, old[key], new[key], depth=depth + 1)


def change_words(what: str, old: Any, new: Any) -> str:
    """`timeout 60 → 90`, `timeout 90 added`, `timeout removed`."""
    if old is None:
        return f"{what} {shown(new)} added"
    if new is None:
        return f"{what} removed, was {shown(old)}"
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > MOST:
        return f"{what} changed{_where(old, new)}"
    return f"{what} {shown(old)} → {shown(new)}"


def shown(value: Any) -> str:
    """Text in quotes, everything else as JSON, both cut."""
    if isinstance(value, str):
        return f"“{_cut(' '.join(value.split()) if value.strip() else value)}”"
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _where(old: str, new: str) -> str:
    """The place in two long texts where they part, as far as it can be shown."""
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    begin = max(0, start - 15)
    return f" at {shown('…' * (begin > 0) + old[begin : start + 30])} → {shown('…' * (begin > 0) + new[begin : start + 30])}"
