"""Which parts of a value a schema declares secret, and the value without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.schemas.normal import Schema, normalise

MASK = "***"
EVERY = "*"  # stands for each entry of a list
SecretPath = tuple[str, ...]
_MAX_DEPTH = 32


def secret_paths(schema: Any) -> list[SecretPath]:
    """Paths of everything marked `secret: true` (or `format: password`); `*` is each entry of a list."""
    return list(_paths(normalise(schema), (), 0))


def mask_secrets(values: Any, schema: Any) -> Any:
    """The values with `***` in place of secrets. Null stays null: nothing is hidden by it."""
    masked = values
    for path in secret_paths(schema):
        masked = _masked(masked, path)
    return masked


def _paths(schema: Any, path: SecretPath, depth: int) -> Iterator[SecretPath]:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return
    if _is_secret(schema):
        yield path
        return
    for name, field in schema.get("properties", {}).items():
        yield from _paths(field, (*path, name), depth + 1)
    yield from _paths(schema.get("items"), (*path, EVERY), depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, ()):
            yield from _paths(part, path, depth + 1)


def _is_secret(schema: Schema) -> bool:
    return schema.get("secret") is True or schema.get("format") == "password"


def _masked(value: Any, path: SecretPath) -> Any:
    if not path:
        return None if value is None else MASK
    if path[0] == EVERY and isinstance(value, list):
        return [_masked(entry, path[1:]) for entry in value]
    if isinstance(value, dict) and path[0] in value:
        return {**value, path[0]: _masked(value[path[0]], path[1:])}
    return value
