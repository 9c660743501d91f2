"""Reads `publish`: an ordered list of `var: template`, a mapping, or a bare name (language.md 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.spec.fields import Fields
from app.engine.spec.findings import what_came
from app.engine.spec.model import PublishEntry
from app.engine.spec.places import Path

_FORMS = "a list of 'name: value', a mapping, or the name of one variable"


def read_publish(fields: Fields, key: str = "publish") -> tuple[PublishEntry, ...]:
    """The entries at `key`, in order."""
    value = fields.get(key)
    if value is None:
        return ()
    if not isinstance(value, str | dict | list):
        fields.error(key, "wrong_type", f"'{key}' takes {_FORMS}, got {what_came(value)}.")
        return ()
    parts = value if isinstance(value, list) else [value]
    base = fields.at(key)
    found: list[PublishEntry] = []
    for index, part in enumerate(parts):
        found.extend(_entries(part, (*base, index) if isinstance(value, list) else base, fields))
    return tuple(found)


def _entries(part: Any, path: Path, fields: Fields) -> Iterator[PublishEntry]:
    if isinstance(part, str):
        if _is_variable(part, path, fields, key=False):
            yield PublishEntry(part.strip(), bare=True)
    elif isinstance(part, dict):
        for name, value in part.items():
            if _is_variable(name, (*path, name), fields, key=True):
                yield PublishEntry(name, value)
    else:
        message = f"An entry of 'publish' is 'name: value' or a name, got {what_came(part)}."
        fields.findings.error(path, "wrong_type", message, task=fields.task)


def _is_variable(name: str, path: Path, fields: Fields, *, key: bool) -> bool:
    name = name.strip()
    if name and "{{" not in name and "{%" not in name:
        return True
    message = f"'publish' needs the plain name of a variable, got '{name[:60]}'."
    fields.findings.error(path, "bad_variable", message, task=fields.task, key=key)
    return False
