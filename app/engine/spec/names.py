"""Which names a task may have, and which names a document gives to its tasks.

Source: language.md 3 (name), 7 (namespaces), 11 ("Task names that are no identifiers").
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.engine.spec.findings import Findings, what_came
from app.engine.spec.model import RESERVED_TARGETS
from app.engine.spec.places import Path

NAMESPACES = frozenset(
    {
        "parameters", "vars", "workflow", "variables", "task", "tasks", "pack", "config", "system", "kv",
        "keystore", "inquiry", "item", "index", "batch", "batch_index",
    }
)  # fmt: skip
RESERVED_NAMES = NAMESPACES | RESERVED_TARGETS
MAX_NAME = 255


@dataclass(slots=True)
class TaskNames:
    """Every usable task name of a document: name -> name of its container (None: none), in document order."""

    containers: dict[str, str | None] = field(default_factory=dict)
    paths: dict[Path, str] = field(default_factory=dict)  # task mapping -> its usable name

    def __contains__(self, name: object) -> bool:
        return name in self.containers

    def targets(self) -> list[str]:
        """Names a transition may lead to."""
        return [name for name, container in self.containers.items() if container is None]


def collect_names(tasks: Any, findings: Findings) -> TaskNames:
    """Read the names of all tasks and note missing, duplicate, reserved, too long and odd ones."""
    names = TaskNames()
    for path, container, task in _walk(tasks, ("tasks",), None):
        name = _checked_name(task.get("name"), path, findings)
        if name is not None and _is_new(name, path, names, findings):
            names.containers[name] = container
            names.paths[path] = name
    return names


def _walk(tasks: Any, path: Path, container: str | None) -> Iterator[tuple[Path, str | None, dict[str, Any]]]:
    for index, task in enumerate(tasks if isinstance(tasks, list) else ()):
        if not isinstance(task, dict):
            continue
        here = (*path, index)
        yield here, container, task
        name = task.get("name")
        yield from _walk(task.get("tasks"), (*here, "tasks"), name if isinstance(name, str) else "")


def _checked_name(name: Any, path: Path, findings: Findings) -> str | None:
    if name is None or name == "":
        findings.error((*path, "name"), "missing_name", "This task has no name; give it one with 'name'.")
        return None
    if not isinstance(name, str):
        findings.error((*path, "name"), "wrong_type", f"A task name is text, got {what_came(name)}.")
        return None
    if len(name) > MAX_NAME:
        message = f"The task name has {len(name)} characters, at most {MAX_NAME} are allowed."
        findings.error((*path, "name"), "too_long", message)
        return None
    if name in RESERVED_NAMES:
        message = f"'{name}' can't name a task: it has a meaning of its own in {_meaning(name)}. Choose another name."
        findings.error((*path, "name"), "reserved_name", message, task=name)
        return None
    if not name.isidentifier() or keyword.iskeyword(name):
        message = f"'{name}' is no plain name: templates reach it only as task['{name}']."
        findings.warning((*path, "name"), "odd_name", message, task=name)
    return name


def _meaning(name: str) -> str:
    return "'do'" if name in RESERVED_TARGETS else "templates"


def _is_new(name: str, path: Path, names: TaskNames, findings: Findings) -> bool:
    if name not in names:
        return True
    findings.error((*path, "name"), "duplicate_name", f"There is already a task named '{name}'.", task=name)
    return False
