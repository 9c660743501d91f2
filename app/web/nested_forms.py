"""Forms of nested schemas: objects as groups, lists as rows, with buttons of the form's own that add and remove rows.

Pure, and without JavaScript. What no field can show (no declared names, nested too deeply, a value that says more than
its schema) is asked for as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from app.engine.schemas import Field, check, coerce, fields
from app.engine.spec.places import path_text
from app.web import forms
from app.web.form_problems import is_valid, with_problems
from app.web.forms import FormField, plain_field, plain_text_of, value_of
from app.web.nested_kinds import MOST_ROWS, Place, fits, item_of, kind_of, part_of

ROWS = "rows"  # name of the buttons that change rows
_MISSING = object()
Posted = MultiDict[str, str]


def nested_fields(schema: Any, values: Mapping[str, Any] | None = None, *, leave_out: Sequence[str] = ()) -> list[FormField]:
    """The fields of a schema, filled with values or else with defaults. Secrets are never filled in."""
    given = values or {}
    return [_shown(f, given.get(f.name, f.default), _top(f)) for f in fields(schema) if f.name not in leave_out]


def read_nested(schema: Any, posted: Posted, *, leave_out: Sequence[str] = ()) -> tuple[dict[str, Any], list[FormField]]:
    """The values of a posted form, and its fields as they were filled in, with a problem where there is one.

    Rows, and groups nobody must fill, that were left empty are no values.
    """
    values: dict[str, Any] = {}
    shown: list[FormField] = []
    for field in fields(schema):
        if field.name in leave_out:
            continue
        value, form_field = _read(field, posted, _top(field))
        shown.append(form_field)
        if value is not _MISSING:
            values[field.name] = value
    return values, with_problems(shown, check(coerce(values, schema), schema, noun="Field", extra_allowed=True))


def has_rows(shown: Sequence[FormField]) -> bool:
    """Whether the form has buttons that change rows."""
    return any(field.kind == "rows" or has_rows(field.parts) for field in shown)


def changed_rows(posted: Posted) -> Posted:
    """What was posted, with a row more or less as the pressed button says: `add:<input>`, `drop:<input>:<row>`."""
    changed = MultiDict(posted)
    verb, _, rest = posted.get(ROWS, "").partition(":")
    name, _, row = rest.rpartition(":") if verb == "drop" else (rest, "", "")
    rows = _rows(posted, name)
    if verb == "add" and name:
        rows.append(str(max((int(r) for r in rows), default=-1) + 1))
    changed.setlist(f"{name}/#", [r for r in rows if r != row])
    return changed


def _top(field: Field) -> Place:
    return Place(f"f.{field.name}", (field.name,))


def _shown(field: Field, value: Any, place: Place) -> FormField:
    match kind_of(field, place) if fits(field, value, place) else "plain":
        case "group":
            given = value if isinstance(value, Mapping) else {}
            parts = [_shown(p, given.get(p.name, p.default), part_of(field, place, p)) for p in field.fields]
            return _holder(field, place, "group", parts)
        case "rows":
            entries = list(value)[:MOST_ROWS] if isinstance(value, list) and value else [None]
            return _with_rows(field, place, [_row(field, place, str(n), n, entry) for n, entry in enumerate(entries)])
        case "many":
            chosen = value if isinstance(value, list) else []
            return _many(field, place, [forms.as_text(v, "choice") for v in chosen])
    return _plain(plain_field(field, value), place)


def _read(field: Field, posted: Posted, place: Place) -> tuple[Any, FormField]:
    kind = kind_of(field, place)
    match "plain" if _was_asked_as_json(field, kind, posted, place) else kind:
        case "group":
            return _read_group(field, posted, place)
        case "rows":
            return _read_rows(field, posted, place)
        case "many":
            texts = posted.getlist(place.input)
            chosen = [v for v in item_of(field).enum or () if forms.as_text(v, "choice") in texts]
            return (chosen or _MISSING), _many(field, place, texts)
    return _read_plain(field, posted, place)


def _was_asked_as_json(field: Field, kind: str, posted: Posted, place: Place) -> bool:
    """Whether one input holds the whole value: groups and rows have none of that name, choices have only their own texts."""
    if kind == "many":
        known = {forms.as_text(value, "choice") for value in item_of(field).enum or ()}
        return bool(set(posted.getlist(place.input)) - known)
    return kind in ("group", "rows") and place.input in posted


def _read_plain(field: Field, posted: Posted, place: Place) -> tuple[Any, FormField]:
    text = plain_text_of(field, posted, place.input)
    shown = replace(_plain(plain_field(field, None), place), text="" if field.secret else text)
    if text == "":
        return _MISSING, shown
    try:
        return value_of(field, text), shown
    except ValueError as error:
        return _MISSING, replace(shown, problem=str(error))


def _read_group(field: Field, posted: Posted, place: Place) -> tuple[Any, FormField]:
    read = [(p.name, *_read(p, posted, part_of(field, place, p))) for p in field.fields]
    values = {name: value for name, value, _ in read if value is not _MISSING}
    shown = _holder(field, place, "group", [part for _, _, part in read])
    return (_MISSING if _is_empty(values) and not field.required else values), shown


def _read_rows(field: Field, posted: Posted, place: Place) -> tuple[Any, FormField]:
    kept: list[Any] = []
    shown: list[FormField] = []
    item = item_of(field)
    for number in _rows(posted, place.input):
        value, row = _read(item, posted, place.row(number, len(kept)))
        if (value is _MISSING and is_valid([row])) or _is_empty(value):
            row = _row(field, place, number, None, None)  # left empty: it is at no place in the list
        else:
            kept.append(None if value is _MISSING else value)
        shown.append(replace(row, row=number))
    return (kept or _MISSING), _with_rows(field, place, shown)


def _rows(posted: Posted, name: str) -> list[str]:
    """The rows that were on the page, each once."""
    numbers = [n for n in posted.getlist(f"{name}/#") if n.isascii() and n.isdigit() and len(n) < 6]
    return list(dict.fromkeys(numbers))[:MOST_ROWS]


def _is_empty(value: Any) -> bool:
    """Nothing was filled in: an unticked box alone says nothing."""
    return value == {} or (isinstance(value, dict) and all(part is False for part in value.values()))


def _row(field: Field, place: Place, number: str, index: int | None, value: Any) -> FormField:
    shown = _shown(item_of(field), value, place.row(number, index or 0))
    return replace(shown if index is not None else _nowhere(shown), row=number)


def _nowhere(field: FormField) -> FormField:
    return replace(field, path="", parts=tuple(_nowhere(p) for p in field.parts))


def _plain(shown: FormField, place: Place) -> FormField:
    where = {"id": f"field-{place.input[2:]}", "input": place.input, "path": path_text(place.path)}
    return replace(shown, **where, held=place.held)


def _holder(field: Field, place: Place, kind: str, parts: Sequence[FormField]) -> FormField:
    return _plain(replace(plain_field(field, None), kind=kind, text="", parts=tuple(parts), type_word=""), place)


def _with_rows(field: Field, place: Place, rows: Sequence[FormField]) -> FormField:
    label = item_of(field).label
    rows = [replace(row, label=f"{label} {n}") for n, row in enumerate(rows, 1)]
    most = field.schema.get("maxItems")
    most = min(most, MOST_ROWS) if isinstance(most, int) else MOST_ROWS
    return replace(_holder(field, place, "rows", rows), may_add=len(rows) < most)


def _many(field: Field, place: Place, chosen: Sequence[str]) -> FormField:
    texts = [forms.as_text(v, "choice") for v in item_of(field).enum or ()]
    shown = _holder(field, place, "many", ())
    return replace(shown, choices=tuple((t, t) for t in texts), chosen=tuple(t for t in texts if t in chosen))
