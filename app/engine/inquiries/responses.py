"""Whether a response fits what was asked. Keys nobody asked for are always allowed (api.md 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

_CLOSING = ("additionalProperties", "unevaluatedProperties")
_FLAT_ONLY = ("required", "secret", "position")


def check_response(response: Any, schema: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Every mismatch as {path, message}; empty when it fits or nothing particular was asked."""
    if not schema:
        return []
    # an empty registry: a schema can refer to itself, never to an address
    validator = Draft202012Validator(_open(_json_schema(schema)), registry=Registry())
    try:
        return [_mismatch(e) for e in validator.iter_errors(response)]
    except Unresolvable as error:
        return [{"path": "", "message": f"the schema refers to something it does not hold: {error}"}]


def schema_problems(schema: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """What is wrong with the schema itself, as {path, message}."""
    try:
        Draft202012Validator.check_schema(_json_schema(schema or {}))
    except SchemaError as error:
        return [_mismatch(error)]
    return []


def _json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema as it is; the flat form (`name: {type, required}`) becomes an object."""
    if not schema or not _is_flat(schema):
        return dict(schema)
    fields = {name: {k: v for k, v in spec.items() if k not in _FLAT_ONLY} for name, spec in schema.items()}
    required = [name for name, spec in schema.items() if spec.get("required") is True]
    return {"type": "object", "properties": fields, "required": required}


def _is_flat(schema: Mapping[str, Any]) -> bool:
    return "$schema" not in schema and all(isinstance(v, Mapping) for v in schema.values()) and set(schema) != {"properties"}


def _open(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {k: _open(v) for k, v in schema.items() if not (k in _CLOSING and v is False)}
    return [_open(v) for v in schema] if isinstance(schema, list) else schema


def _mismatch(error: ValidationError | SchemaError) -> dict[str, str]:
    return {"path": ".".join(str(part) for part in error.absolute_path), "message": error.message[:500]}
