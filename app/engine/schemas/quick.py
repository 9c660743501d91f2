"""The common case at a fraction of the cost: does a plain value surely fit a plain schema?

Every action and every item is checked, nearly all of them fit, and the full check costs a hundred times as much.
"""

from __future__ import annotations

from typing import Any

from app.engine.schemas.normal import Schema

_ANNOTATIONS = frozenset(
    {
        "description",
        "title",
        "default",
        "secret",
        "format",
        "examples",
        "label",
        "$schema",
        "$id",
        "deprecated",
        "readOnly",
    }
)
_UNDERSTOOD = _ANNOTATIONS | frozenset(
    {"type", "properties", "required", "items", "enum", "minimum", "maximum", "minLength", "maxLength"}
)
_KINDS: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def surely_fits(value: Any, schema: Any) -> bool:
    """True when the value fits; False when it does not, or when this can't be told without the full check."""
    if not isinstance(schema, dict) or not schema.keys() <= _UNDERSTOOD:
        return False
    kinds = schema.get("type")
    if kinds is not None and not _is_of(value, kinds):
        return False
    if "enum" in schema and not _is_listed(value, schema["enum"]):
        return False
    return _limits_hold(value, schema) and _parts_fit(value, schema)


def _is_listed(value: Any, allowed: Any) -> bool:
    # within lists and mappings Python takes 1 and true for the same, so they go the long way
    if isinstance(value, list | dict):
        return False
    return any(type(one) is type(value) and one == value for one in allowed)


def _is_of(value: Any, kinds: Any) -> bool:
    if isinstance(kinds, str):
        return kinds in _KINDS and bool(_KINDS[kinds](value))
    return isinstance(kinds, list) and any(kind in _KINDS and _KINDS[kind](value) for kind in kinds)


def _limits_hold(value: Any, schema: Schema) -> bool:
    if isinstance(value, str):
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _parts_fit(value: Any, schema: Schema) -> bool:
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return all(name in value for name in schema.get("required", ())) and all(
            surely_fits(value[name], field) for name, field in properties.items() if name in value
        )
    if isinstance(value, list) and "items" in schema:
        return all(surely_fits(entry, schema["items"]) for entry in value)
    return True
