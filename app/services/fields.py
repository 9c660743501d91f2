"""Read the fields of a request body: types, lengths, patch objects; all findings at once.

Source: api.md 1.4 (422), 1.5 (partial update: `{op: set, value}`, `{op: clear}` and plain null for nullable fields).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.engine.errors import Conflict, Invalid
from app.engine.times import iso

Kind = Literal["text", "map", "list", "bool", "int", "number"]

_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str,), "map": (dict,), "list": (list,), "bool": (bool,), "int": (int,), "number": (int, float),
}  # fmt: skip
_WORDS = {"text": "text", "map": "an object", "list": "a list", "bool": "true or false", "int": "an integer", "number": "a number"}
_LARGEST = 2**31 - 1  # integer columns


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a body. `lengths` are (least, most) characters of a text; `pattern` must match the whole of it."""

    name: str
    kind: Kind
    required: bool = False
    nullable: bool = False
    lengths: tuple[int, int] | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


def read_fields(body: Any, fields: Sequence[Field], *, partial: bool = False) -> dict[str, Any]:
    """The known keys of a body with their values; unknown keys are left out.

    Args:
        partial: an update: nothing is required, and nullable fields take patch objects.

    Raises:
        Invalid: details list every wrong field as {path, message}.
    """
    if not isinstance(body, Mapping):
        raise Invalid("The body must be a JSON object.", details=[{"path": "", "message": "must be an object"}])
    values, wrong = {}, []
    for field in fields:
        if field.name not in body:
            if field.required and not partial:
                wrong.append({"path": field.name, "message": f"Field '{field.name}' is required"})
            continue
        value = _unpatched(body[field.name]) if partial and field.nullable else body[field.name]
        message = _problem(field, value)
        if message:
            wrong.append({"path": field.name, "message": message})
        elif value is not None or field.nullable:
            values[field.name] = value
    refuse(wrong)
    return values


def refuse(wrong: list[dict[str, Any]]) -> None:
    """Raise Invalid when there are findings."""
    if wrong:
        raise Invalid("; ".join(_sentence(item) for item in wrong[:5]), details=wrong)


def check_unchanged(if_match: str | None, row: Any) -> None:
    """Conflict when the row's `updated` is not the one the caller has seen (header If-Match)."""
    if if_match is None or if_match.strip() == "*":
        return
    seen = if_match.strip().removeprefix("W/").strip('"')
    if seen != iso(row.updated):
        raise Conflict(f"'{row.ref}' was changed at {iso(row.updated)}, after you read it; read it again.")


def unstorable(value: Any) -> str | None:
    """Why a JSON value can't be stored, or None: NUL and lone surrogates in texts, numbers that are none."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            if "\0" in item:
                return "contains a NUL character"
            if any("\ud800" <= c <= "\udfff" for c in item):
                return "contains half of a character (a lone surrogate)"
        elif isinstance(item, float) and not math.isfinite(item):
            return "contains a number that is not finite"
        elif isinstance(item, Mapping):
            todo += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            todo += item
    return None


def _unpatched(value: Any) -> Any:
    if isinstance(value, Mapping) and value.get("op") == "clear" and set(value) <= {"op", "value"}:
        return None
    if isinstance(value, Mapping) and value.get("op") == "set" and set(value) == {"op", "value"}:
        return value["value"]
    return value


def _problem(field: Field, value: Any) -> str | None:
    if value is None:
        return None if field.nullable or not field.required else f"Field '{field.name}' must not be null"
    if not isinstance(value, _TYPES[field.kind]) or (isinstance(value, bool) and field.kind != "bool"):
        return f"Field '{field.name}' must be {_WORDS[field.kind]}"
    if isinstance(value, str):
        return _text_problem(field, value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"Field '{field.name}' is too large"
    return _named(field, unstorable(value))


def _text_problem(field: Field, value: str) -> str | None:
    least, most = field.lengths or (0, 10_000_000)
    if not least <= len(value) <= most:
        return f"Field '{field.name}' must have {least} to {most} characters, it has {len(value)}"
    if field.pattern and not re.fullmatch(field.pattern, value):
        return f"Field '{field.name}' is '{value[:80]}'; it must match {field.pattern}"
    if field.choices and value not in field.choices:
        return f"Field '{field.name}' is '{value[:80]}'; it takes one of {', '.join(field.choices)}"
    return _named(field, unstorable(value))


def _named(field: Field, reason: str | None) -> str | None:
    return f"Field '{field.name}' {reason}" if reason else None


def _sentence(item: dict[str, Any]) -> str:
    path, message = str(item["path"]), str(item["message"])
    return message if not path or path in message else f"{path}: {message}"
