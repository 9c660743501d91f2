"""Fits given values to a schema before they are checked: defaults, and text that is exactly a number or truth value.

Source: api.md 8 "Parameters"; language.md 8 "Values are cast only at the border".
"""

from __future__ import annotations

import math
import re
from copy import deepcopy
from typing import Any

from app.engine.schemas.normal import Schema, normalise

_INTEGER = re.compile(r"[-+]?[0-9]{1,400}\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_MAX_NUMBER = 400  # characters


def fill_defaults(values: dict[str, Any] | None, schema: Any) -> dict[str, Any]:
    """The values, with the schema's defaults for what is missing or null. Given order first, then the schema's."""
    return _filled(dict(values or {}), normalise(schema))


def coerce(values: Any, schema: Any) -> Any:
    """The values, with text that is exactly an integer, a number, `true` or `false` as its declared type."""
    return _coerced(values, normalise(schema))


def _filled(values: dict[str, Any], schema: Schema) -> dict[str, Any]:
    for name, field in schema.get("properties", {}).items():
        if values.get(name) is None and "default" in field:
            values[name] = deepcopy(field["default"])
        elif isinstance(values.get(name), dict) and field.get("properties"):
            values[name] = _filled(dict(values[name]), field)
    return values


def _coerced(value: Any, schema: Any) -> Any:
    if not isinstance(schema, dict):
        return value
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return (
            {name: _coerced(part, properties.get(name)) for name, part in value.items()}
            if properties
            else value
        )
    if isinstance(value, list):
        items = schema.get("items")
        return [_coerced(part, items) for part in value] if isinstance(items, dict) else value
    return _from_text(value, schema.get("type")) if isinstance(value, str) else value


def _from_text(text: str, declared: Any) -> Any:
    kinds = declared if isinstance(declared, list) else [declared]
    if "string" in kinds or len(text) > _MAX_NUMBER:
        return text
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if ("integer" in kinds or "number" in kinds) and _INTEGER.match(text):
        return int(text)
    if "number" in kinds and _NUMBER.match(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
