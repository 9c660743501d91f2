"""Models of edits: what the data must be after an operation, told without the library; and an edit with its changes checked."""

from __future__ import annotations

import os
import re
from typing import Any

from hypothesis import note, settings

from app.engine.edit import Edited, edit
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow

# The same examples each time; HYPOTHESIS_PROFILE=search looks for new ones (docs/explanation/editing.md)
thorough = settings(max_examples=50, deadline=None, derandomize=os.environ.get("HYPOTHESIS_PROFILE") != "search")
WAYS = ("next", "on_success", "on_failure", "on_complete", "on_timeout", "decision")


def apply_edit(text: str, **operation: Any) -> Edited:
    """The edit; its changes lead exactly from the one text to the other."""
    note(f"{operation}\n{text}")
    edited = edit(text, operation)
    units = text.encode("utf-16-le")
    parts, at = [], 0
    for change in edited.changes:
        assert at <= change.start <= change.end <= len(units) // 2
        parts += [units[2 * at : 2 * change.start], change.insert.encode("utf-16-le")]
        at = change.end
    assert b"".join([*parts, units[2 * at :]]).decode("utf-16-le") == edited.text
    note(edited.text)
    return edited


def names_of(data: Any) -> list[str]:
    return [task["name"] for task in tasks_of(data)]


def top_names(data: Any) -> list[str]:
    return [task["name"] for task in data["tasks"]]


def tasks_of(data: Any) -> list[dict[str, Any]]:
    return [found for task in data["tasks"] for found in [task, *(tasks_of(task) if "tasks" in task else [])]]


def edges_of(text: str) -> set[tuple[str, str, str]]:
    parsed = parse_workflow(load(text)).spec
    assert parsed is not None
    return {(task.name, way.kind, target) for task in parsed.tasks for way in task.transitions for target in way.targets}


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for step, inner in steps for below in paths_of(inner, (*path, step)))]


def scalar_paths(value: Any, kind: type = object) -> list[tuple[Any, ...]]:
    return [p for p in paths_of(value) if p and not isinstance(value_at(value, p), dict | list) and p[-1] != "name" and isinstance(value_at(value, p), kind)]


def value_at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def by_name(data: Any, path: tuple[Any, ...]) -> list[Any]:
    """The path as operations name it: tasks by name."""
    if len(path) > 1 and path[0] == "tasks":
        return ["tasks", data["tasks"][path[1]]["name"], *path[2:]]
    return list(path)


def with_bare_lists(before: Any, after: Any) -> Any:
    """`before`, with a list of one as the bare name wherever `after` has that."""
    if isinstance(before, list) and len(before) == 1 and isinstance(after, str):
        return before[0]
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: with_bare_lists(value, after.get(key)) for key, value in before.items()}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [with_bare_lists(a, b) for a, b in zip(before, after, strict=True)]
    return before


def renamed(value: Any, old: str, new: str, key: str = "", path: tuple[Any, ...] = ()) -> Any:
    """The data after a renaming, by plain patterns over the few forms the texts have."""
    if isinstance(value, dict):
        return {k: renamed(v, old, new, k, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(v, old, new, key, (*path, i)) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    if value == old and path[0] == "tasks" and _is_place_of_a_name(path, key):
        return new
    if "{{" not in value and "{%" not in value and key != "when":
        return value
    value = re.sub(rf"(?<![\w.'])((?:tasks?|inquiry)\s*\.\s*){re.escape(old)}(?!\w)(?!' *\))", rf"\g<1>{new}", value)
    replacement = rf"\g<1>.{new}" if not old.isidentifier() and new.isidentifier() else rf"\g<1>[\g<2>{new}\g<2>]"
    return re.sub(rf"(?<![\w.])(tasks?|inquiry)\[(['\"]){re.escape(old)}\2\]", replacement, value)


def _is_place_of_a_name(path: tuple[Any, ...], key: str) -> bool:
    steps = [step for step in path if isinstance(step, str) and step != "tasks"]
    return steps in ([["name"], ["next", "do"]] + [["decision", k] for k in ("next", "do", "default")]) or (
        len(steps) == 1 and key in WAYS and key != "next"
    )
