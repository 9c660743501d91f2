"""Values of a workflow as they stand in fields and under them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

_BRACKETS = ("{{", "{%")
_SHORT, _ONE_LINE = 120, 60  # characters


def is_expression(value: Any) -> bool:
    """Whether a value is a text that holds a template."""
    return isinstance(value, str) and any(bracket in value for bracket in _BRACKETS)


def as_text(value: Any, kind: str) -> str:
    """A value as it stands in a field: text as it is, everything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str) and (kind not in ("json", "choice") or is_expression(value)):
        return value
    return json_text(value)


def json_text(value: Any, indent: str = "") -> str:
    """JSON for people: what is short stays on one line, however deep it is."""
    line = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, list | dict) or len(line) <= _ONE_LINE:
        return line
    below = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {json_text(part, below)}" for key, part in value.items()]
    else:
        parts = [json_text(part, below) for part in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    inside = ",\n".join(below + part for part in parts)
    return f"{opened}\n{inside}\n{indent}{closed}"


def choices_of(values: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((json.dumps(value, ensure_ascii=False), as_text(value, "any")) for value in values)


def shown(value: Any, longest: int = _SHORT) -> str:
    """A value in one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
