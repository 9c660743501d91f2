"""What each part of a nested schema is asked as: a group, rows, several choices, or one plain field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.engine.schemas import Field, fields

DEEPEST, MOST_ROWS = 4, 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value sits: the name of its input, its path in the response, and whether something optional holds it."""

    input: str
    path: tuple[str | int, ...]
    held: bool = False

    def part(self, name: str, *, held: bool) -> Place:
        # "/" keeps parts apart: a name with a dot is not a part
        return Place(f"{self.input}/{name.replace('~', '~0').replace('/', '~1')}", (*self.path, name), held)

    def row(self, number: str, index: int) -> Place:
        return Place(f"{self.input}/{number}", (*self.path, index), held=True)


def kind_of(field: Field, place: Place) -> str:
    """group, rows, many or plain (see `app.web.forms.FormField`)."""
    if field.secret or len(place.path) > DEEPEST:
        return "plain"
    if field.type == "object" and field.fields:
        return "group"
    items = field.schema.get("items") if field.type == "array" else None
    if not isinstance(items, dict):
        return "plain"
    if items.get("enum"):
        return "many"
    item = item_of(field)
    is_lines = item.type == "string" and not item.format
    return "rows" if item.fields or (item.type in ("string", "integer", "number") and not is_lines) else "plain"


def item_of(field: Field) -> Field:
    """The entries of a list, as a field."""
    items = field.schema["items"]
    [item] = fields({"type": "object", "properties": {field.name: items}})
    return item if items.get("title") else replace(item, label=field.label)


def part_of(field: Field, place: Place, part: Field) -> Place:
    """Where a part of a group sits."""
    return place.part(part.name, held=place.held or not field.required)


def fits(field: Field, value: Any, place: Place) -> bool:
    """Whether the fields of a group or of rows can show all that the value says."""
    if value is None:
        return True
    match kind_of(field, place):
        case "group":
            parts = {part.name: part for part in field.fields}
            return isinstance(value, Mapping) and all(
                name in parts and fits(parts[name], part, part_of(field, place, parts[name])) for name, part in value.items()
            )
        case "rows":
            row = place.row("0", 0)
            return isinstance(value, list) and len(value) <= MOST_ROWS and all(fits(item_of(field), entry, row) for entry in value)
        case "many":
            return isinstance(value, list) and all(entry in (item_of(field).enum or ()) for entry in value)
    return True
