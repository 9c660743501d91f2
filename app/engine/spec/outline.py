"""The tasks of a text as a list to go through: where each stands, where it leads, how much is wrong with it.

Source: api.md 7.1 `outline`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.engine.spec.model import TaskSpec, TransitionSpec, WorkflowSpec
from app.engine.spec.places import Mark, Path, path_of
from app.engine.spec.problems import Problem
from app.engine.spec.source import Document

_SEVERITIES = ("error", "warning", "info")
_NOWHERE = Mark(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class OutlineTransition:
    """One way on; `line` is where it is written."""

    kind: str
    when: str | None
    label: str | None
    targets: tuple[str, ...]
    line: int

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "when": self.when,
            "label": self.label,
            "targets": list(self.targets),
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class OutlineTask:
    """One task; `line` to `end_line` is all of it, `problems` how many findings are its own."""

    name: str
    type: str
    action: str | None
    path: str
    line: int
    end_line: int
    column: int
    transitions: tuple[OutlineTransition, ...]
    problems: int
    errors: int
    children: tuple[OutlineTask, ...]

    def as_json(self) -> dict[str, Any]:
        """As api.md 7.1 says it."""
        return {
            "name": self.name,
            "type": self.type,
            "action": self.action,
            "path": self.path,
            "line": self.line,
            "end_line": self.end_line,
            "column": self.column,
            "transitions": [transition.as_json() for transition in self.transitions],
            "problems": self.problems,
            "errors": self.errors,
            "children": [child.as_json() for child in self.children],
        }


def outline_of(
    spec: WorkflowSpec, document: Document, problems: Sequence[Problem]
) -> tuple[OutlineTask, ...]:
    """Tasks in file order, children of a container inside of it.

    Args:
        problems: with their tasks (`with_tasks`).
    """
    found = Counter(problem.task for problem in problems)
    errors = Counter(problem.task for problem in problems if problem.severity == "error")
    return tuple(_task(task, document, found, errors) for task in spec.tasks)


def with_tasks(problems: Sequence[Problem], spec: WorkflowSpec | None) -> list[Problem]:
    """The problems, those of the text inside of a task named after it too."""
    places = {path_of(task.path): task.name for task in spec.all_tasks()} if spec is not None else {}
    return [problem if problem.task else replace(problem, task=_owner(problem, places)) for problem in problems]


def worst_by_task(problems: Sequence[Problem]) -> dict[str, str]:
    """Task -> severity of the worst finding about it."""
    worst: dict[str, str] = {}
    for problem in sorted(problems, key=lambda found: _SEVERITIES.index(found.severity), reverse=True):
        if problem.task:
            worst[problem.task] = problem.severity
    return worst


def _owner(problem: Problem, places: Mapping[Path, str]) -> str | None:
    path = path_of(problem.path)
    inside = (places[path[:length]] for length in range(len(path), 1, -1) if path[:length] in places)
    return next(inside, None)


def _task(
    task: TaskSpec, document: Document, found: Mapping[str | None, int], errors: Mapping[str | None, int]
) -> OutlineTask:
    mark = document.marks.get(path_of(task.path)) or document.place(task.path) or _NOWHERE
    return OutlineTask(
        name=task.name,
        type=task.type,
        action=task.action,
        path=task.path,
        line=mark.line,
        end_line=max(mark.line, mark.end_line),
        column=mark.column,
        transitions=tuple(_transition(transition, document) for transition in task.transitions),
        problems=found.get(task.name, 0),
        errors=errors.get(task.name, 0),
        children=tuple(_task(child, document, found, errors) for child in task.children),
    )


def _transition(transition: TransitionSpec, document: Document) -> OutlineTransition:
    mark = document.place(transition.path, key=True) or _NOWHERE
    return OutlineTransition(
        transition.kind, transition.when, transition.label, transition.targets, mark.line
    )
