"""One form for every schema: JSON Schema, with the extra annotation `secret`.

The flat form `{name: {type, required: true, ...}}` and JSON Schema are told apart by shape; booleans under
`required` are understood at any depth. The schema an author wrote is stored as written, this form is derived.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TYPES = ("string", "integer", "number", "boolean", "array", "object")
_COMBINERS = ("allOf", "anyOf", "oneOf", "$ref", "$defs", "$schema", "definitions")
_MAX_DEPTH = 32


def normalise(schema: Any) -> Schema:
    """The JSON Schema of a flat schema or JSON Schema; `{}` (anything goes) for None and for what is no mapping."""
    if not isinstance(schema, dict) or not schema:
        return {}
    if is_json_schema(schema):
        return _normal(schema, 0)
    return _object_of(schema, 0)


def is_json_schema(schema: Schema) -> bool:
    """Whether this is JSON Schema; a flat schema may well have parameters named `type` or `properties`."""
    if isinstance(schema.get("type"), str | list):
        return True
    properties = schema.get("properties")
    if isinstance(properties, dict) and all(isinstance(value, dict) for value in properties.values()):
        return True
    return any(isinstance(schema.get(key), str if key in ("$ref", "$schema") else list) for key in _COMBINERS)


def known_names(schema: Any) -> list[str]:
    """Names a schema declares, in order."""
    return list(normalise(schema).get("properties", {}))


def required_names(schema: Any) -> list[str]:
    """Names that must be given: required and without a default."""
    normal = normalise(schema)
    properties = normal.get("properties", {})
    return [name for name in normal.get("required", []) if "default" not in properties.get(name, {})]


def takes_extra_names(schema: Any) -> bool:
    """Whether names beyond the declared ones are plainly meant: nothing is declared, or the schema says so."""
    normal = normalise(schema)
    return not normal.get("properties") or normal.get("additionalProperties", False) not in (False,)


def _object_of(properties: Schema, depth: int) -> Schema:
    required = [
        name
        for name, field in properties.items()
        if isinstance(field, dict) and field.get("required") is True
    ]
    normal = {name: _normal(field, depth + 1) for name, field in properties.items()}
    return {"type": "object", "properties": normal, **({"required": required} if required else {})}


def _normal(field: Any, depth: int) -> Schema:
    if isinstance(field, str) and field in TYPES:  # `{url: string}`
        return {"type": field}
    if not isinstance(field, dict) or depth > _MAX_DEPTH:
        return {}
    normal = {
        key: value for key, value in field.items() if not (key == "required" and isinstance(value, bool))
    }
    properties = normal.get("properties")
    if isinstance(properties, dict):
        normal |= _merged_object(normal, properties, depth)
    if isinstance(normal.get("items"), dict):
        normal["items"] = _normal(normal["items"], depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        if isinstance(normal.get(key), list):
            normal[key] = [_normal(part, depth + 1) for part in normal[key]]
    return normal


def _merged_object(normal: Schema, properties: Schema, depth: int) -> Schema:
    inner = _object_of(properties, depth)
    listed = normal.get("required") if isinstance(normal.get("required"), list) else []
    required = list(dict.fromkeys([*(listed or []), *inner.get("required", [])]))
    return {"properties": inner["properties"], **({"required": required} if required else {})}
