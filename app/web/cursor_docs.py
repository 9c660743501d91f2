"""What the key under the cursor means, in the words of the language or of the action. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.schemas import fields
from app.engine.spec.key_docs import KeyDoc, key_doc
from app.engine.spec.places import path_of
from app.services.inspections import Inspection, is_inside


@dataclass(frozen=True, slots=True)
class CursorDoc:
    """The key under the cursor and what it means; `key` may be an input, whose words are the action's."""

    key: str
    text: str
    value: str = ""
    default: str = ""


def cursor_doc(found: Inspection, action: Mapping[str, Any] | None = None) -> CursorDoc | None:
    """What the key under the cursor means; of an input of this task in the words of its action."""
    doc = key_doc(found.cursor)
    if doc is None:
        return None
    if doc.key == "input" and found.task is not None and is_inside(found.cursor, found.task) and action is not None:
        below = found.cursor[len(path_of(found.task.path)) :]
        known = {field.name: field for field in fields(action["param_schema"])}
        field = known.get(str(below[1])) if len(below) > 1 else None
        if field is not None:
            return CursorDoc(field.name, field.description or "An input of the action.", field.type or "anything")
    return _of_key(doc)


def _of_key(doc: KeyDoc) -> CursorDoc:
    return CursorDoc(doc.key, doc.text, doc.value, doc.default)
