"""A plausible value for a schema: what a rehearsal uses for a task nobody scripted."""

from __future__ import annotations

import math
from typing import Any

from app.engine.schemas.normal import Schema, normalise

_MAX_DEPTH = 8
_FORMATS = {
    "date": "2026-01-27",
    "date-time": "2026-01-27T10:00:00Z",
    "time": "10:00:00Z",
    "email": "person@example.org",
    "uri": "https://example.org/",
    "url": "https://example.org/",
}


def example(schema: Any) -> Any:
    """A value that fits simple schemas: the default, the first example or choice, else something of the type.

    Returns `{}` for no schema.
    """
    return _example(normalise(schema), 0)


def _example(schema: Any, depth: int) -> Any:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    for key in ("allOf", "anyOf", "oneOf"):
        if schema.get(key) and "type" not in schema:
            return _example(schema[key][0], depth + 1)
    return _of_type(schema, depth)


def _of_type(schema: Schema, depth: int) -> Any:
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        return {name: _example(field, depth + 1) for name, field in schema.get("properties", {}).items()}
    if kind == "array":
        return [_example(schema.get("items", {"type": "string"}), depth + 1)] * max(
            1, min(schema.get("minItems", 1), 5)
        )
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind == "boolean":
        return True
    return _text(schema) if kind == "string" else None


def _number(schema: Schema, kind: str) -> int | float:
    low: float = schema.get("minimum", schema.get("exclusiveMinimum", 0)) or 0
    number = low + 1 if "exclusiveMinimum" in schema else low
    number = (
        max(number, 1)
        if "maximum" not in schema or schema["maximum"] >= 1
        else min(number, schema["maximum"])
    )
    return math.ceil(number) if kind == "integer" else float(number)


def _text(schema: Schema) -> str:
    text = str(_FORMATS.get(schema.get("format", ""), "text"))
    text = text.ljust(min(schema.get("minLength", 0), 1000), "x")
    return text[: schema["maxLength"]] if isinstance(schema.get("maxLength"), int) else text
