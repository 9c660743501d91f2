"""Forms made from schemas: what each field looks like, and what came back, as values of the right type.

Pure. A checkbox that is not ticked says false only where the form showed it; an empty field is a missing value,
never `""` and never consent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from app.engine.schemas import Field

MASK = "***"
_CLOCKS = {"date": "date", "time": "time", "date-time": "datetime-local"}
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")
_TYPE_WORDS = {"integer": "integer", "number": "number", "array": "list, as JSON", "object": "mapping, as JSON", "": "any JSON"}
_TAKES = {
    "integer": "an integer", "number": "a number", "boolean": "true or false", "array": "a JSON list",
    "object": "a JSON mapping", "": "JSON",
}  # fmt: skip
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,), "object": (dict,)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the template draws it.

    Attributes:
        input: name of the input; `f.` keeps a field called `csrf_token` apart from the form's own.
        kind: text, number, boolean, choice, lines, json, long, date, time, datetime-local, password; of nested forms
            (app.web.nested_forms) also group (`parts` are its fields), rows (`parts` are its rows, each with its `row`;
            `may_add` one more) and many (`choices`, of which several may be `chosen`).
        choices: (value, word) pairs.
        text: what stands in it.
        held: by something that may be left empty as a whole, so that the browser must not insist on it.
        path: of the value in what is sent, as checks name it; "" where nothing is sent.
    """

    id: str
    input: str
    label: str
    kind: str
    text: str
    required: bool
    type_word: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: str = "any"
    problem: str = ""
    path: str = ""
    parts: tuple[FormField, ...] = ()
    row: str = ""
    may_add: bool = False
    chosen: tuple[str, ...] = ()
    held: bool = False


def plain_field(field: Field, value: Any) -> FormField:
    kind = _kind(field)
    return FormField(
        id=f"field-{field.name}",
        input=f"f.{field.name}",
        label=field.label,
        kind=kind,
        text="" if field.secret or value == MASK else as_text(value, kind),
        required=field.required and field.default is None and kind != "boolean",
        type_word=_type_word(field, kind),
        hint=_hint(field),
        choices=tuple((as_text(v, "choice"), as_text(v, "choice")) for v in field.enum or ()),
        minimum=field.minimum,
        maximum=field.maximum,
        step="1" if field.type == "integer" else "any",
    )


def _type_word(field: Field, kind: str) -> str:
    if kind in ("lines", "datetime-local"):
        return "one a line" if kind == "lines" else "UTC"
    return _TYPE_WORDS.get(field.type, "") if kind in ("json", "number") else ""


def _kind(field: Field) -> str:
    if field.secret:
        return "password"
    if field.enum:
        return "choice"
    if field.type == "array" and field.item_type == "string" and not field.schema["items"].get("enum"):
        return "lines"
    if field.type in ("array", "object", ""):
        return "json"
    if field.type == "boolean":
        return "boolean"
    if field.type in ("integer", "number"):
        return "number"
    if field.format in _CLOCKS:
        return _CLOCKS[field.format]
    return "long" if field.format in ("textarea", "multiline") or (field.max_length or 0) > 300 else "text"


def _hint(field: Field) -> str:
    limits = ""
    if field.minimum is not None and field.maximum is not None:
        limits = f"{field.minimum:g} to {field.maximum:g}"
    elif field.minimum is not None:
        limits = f"at least {field.minimum:g}"
    elif field.maximum is not None:
        limits = f"at most {field.maximum:g}"
    return ". ".join(part for part in (field.description.rstrip("."), limits) if part) + ("." if field.description else "")


def as_text(value: Any, kind: str) -> str:
    """A value as it stands in a field of this kind; the values of choices are told apart by it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and kind == "datetime-local":
        return value.removesuffix("Z").removesuffix("+00:00")
    if isinstance(value, str) and kind != "json":
        return value
    if kind == "lines" and isinstance(value, list):
        return "\n".join(str(line) for line in value)
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, list | dict) else None)


def plain_text_of(field: Field, posted: MultiDict[str, str], name: str) -> str:
    """What was posted for a field of one input called `name`; "" when nothing was."""
    if field.type == "boolean":
        # the hidden "false" always comes; the checkbox adds "true" before it
        came = posted.getlist(name)
        return "true" if "true" in came else ("false" if came else "")
    return str(posted.get(name, "")).strip("\r\n").replace("\r\n", "\n")


def value_of(field: Field, text: str) -> Any:
    """The text as a value of the field's type. Raises ValueError in words: what came, what was expected."""
    if field.enum:
        return next((v for v in field.enum if as_text(v, "choice") == text), text)
    if field.type == "string":
        return _moment(text) if field.format == "date-time" else text
    if _kind(field) == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        if field.type == "":
            return text
        raise ValueError(_mismatch(field, text)) from None
    wanted = _PYTHON_TYPES.get(field.type)
    if wanted is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and field.type != "boolean")):
        raise ValueError(_mismatch(field, text))
    return value


def _moment(text: str) -> str:
    """What a browser's field of date and time gives, as RFC 3339 in UTC; anything else as it is, to be checked."""
    if not _LOCAL.fullmatch(text):
        return text
    return (text if len(text) > len("2026-01-27T10:00") else f"{text}:00") + "Z"


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _mismatch(field: Field, text: str) -> str:
    glimpse = text if len(text) <= 30 else text[:29] + "…"
    limits = f" from {field.minimum:g} to {field.maximum:g}" if field.minimum is not None and field.maximum is not None else ""
    return f"“{glimpse}” does not fit: {field.name} takes {_TAKES.get(field.type, field.type)}{limits}."


def as_lines(value: Any) -> str:
    """A response as people read it."""
    if isinstance(value, str):
        return value
    return "\n".join(f"{k}: {as_text(v, 'text')}" for k, v in value.items()) if isinstance(value, Mapping) else as_text(value, "json")
