"""A schema as the fields of a form, in the order its author gave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.schemas.normal import Schema, normalise


@dataclass(frozen=True, slots=True)
class Field:
    """One name of a schema.

    Attributes:
        type: string, integer, number, boolean, array, object; "" when anything goes.
        enum: allowed values, or None.
        format: `date`, `date-time`, `textarea`... as written, or None.
        item_type: type of the entries of an array, or None.
        fields: the names of an object.
        schema: the normal form, for everything else.
    """

    name: str
    type: str
    required: bool
    default: Any
    enum: tuple[Any, ...] | None
    label: str
    description: str
    secret: bool
    minimum: float | None
    maximum: float | None
    min_length: int | None
    max_length: int | None
    pattern: str | None
    format: str | None
    item_type: str | None
    fields: tuple[Field, ...]
    schema: dict[str, Any]


def fields(schema: Any) -> list[Field]:
    """The fields of a flat schema or JSON Schema object; `[]` when it declares no names."""
    return list(_fields(normalise(schema), 0))


def _fields(schema: Schema, depth: int) -> tuple[Field, ...]:
    if depth > 8:
        return ()
    required = schema.get("required", [])
    return tuple(
        _field(name, field, name in required, depth) for name, field in schema.get("properties", {}).items()
    )


def _field(name: str, schema: Schema, required: bool, depth: int) -> Field:
    enum = schema.get("enum")
    return Field(
        name=name,
        type=_type_of(schema),
        required=required,
        default=schema.get("default"),
        enum=tuple(enum) if isinstance(enum, list) else None,
        label=str(schema.get("title") or name.replace("_", " ")),
        description=str(schema.get("description") or ""),
        secret=schema.get("secret") is True or schema.get("format") == "password",
        minimum=schema.get("minimum", schema.get("exclusiveMinimum")),
        maximum=schema.get("maximum", schema.get("exclusiveMaximum")),
        min_length=schema.get("minLength"),
        max_length=schema.get("maxLength"),
        pattern=schema.get("pattern"),
        format=schema.get("format"),
        item_type=_type_of(schema["items"]) if isinstance(schema.get("items"), dict) else None,
        fields=_fields(schema, depth + 1),
        schema=schema,
    )


def _type_of(schema: Schema) -> str:
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return next((str(part) for part in kind if part != "null"), "")
    return str(kind)
