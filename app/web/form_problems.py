"""What is wrong with a form that was filled in, told at the fields it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.web.forms import FormField


def with_problems(shown: Sequence[FormField], found: Sequence[Mapping[str, Any]]) -> list[FormField]:
    """Problems ({path, message}) at the fields they are about, or at what is around them."""
    paths = {path for field in shown for path in _paths(field)}
    told: dict[str, str] = {}
    for problem in found:
        if place := _nearest(str(problem.get("path", "")), paths):
            told.setdefault(place, str(problem.get("message", "")))
    return [_with(field, told) for field in shown]


def is_valid(shown: Sequence[FormField]) -> bool:
    return all(not field.problem and is_valid(field.parts) for field in shown)


def without_problems(shown: Sequence[FormField]) -> list[FormField]:
    """The fields of a form that is still being filled in."""
    return [replace(f, problem="", parts=tuple(without_problems(f.parts))) for f in shown]


def _paths(field: FormField) -> list[str]:
    return [field.path, *(path for part in field.parts for path in _paths(part))]


def _nearest(path: str, known: set[str]) -> str:
    """The path itself, or the innermost known one around it."""
    while path and path not in known:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return path


def _with(field: FormField, told: Mapping[str, str]) -> FormField:
    parts = tuple(_with(part, told) for part in field.parts)
    return replace(field, parts=parts, problem=field.problem or (told.get(field.path, "") if field.path else ""))
