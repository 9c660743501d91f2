"""An Orquesta workflow as it was written: names, raw values and places. Nothing is translated here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.spec.places import Path

CONTINUE, FAIL, NOOP, RETRY = "continue", "fail", "noop", "retry"
COMMANDS = frozenset({CONTINUE, FAIL, NOOP, RETRY})


@dataclass(frozen=True, slots=True)
class SourceValue:
    """One `name: value` of a list, with the place of the value."""

    name: str
    value: Any
    path: Path


@dataclass(frozen=True, slots=True)
class SourceTransition:
    """One entry of `next`. `targets` holds tasks and commands, in order; `continue` where nothing is said."""

    when: str | None
    publish: tuple[SourceValue, ...]
    targets: tuple[str, ...]
    path: Path

    @property
    def tasks(self) -> tuple[str, ...]:
        """The targets that are tasks, each once."""
        return tuple(dict.fromkeys(target for target in self.targets if target not in COMMANDS))


@dataclass(frozen=True, slots=True)
class SourceItems:
    """`with`: the expression of the list, the names of an item's parts, and how many at once (as written)."""

    expression: str
    keys: tuple[str, ...]
    concurrency: Any
    path: Path


@dataclass(frozen=True, slots=True)
class SourceRetry:
    when: str | None
    count: Any
    delay: Any
    path: Path


@dataclass(frozen=True, slots=True)
class SourceTask:
    """One task. `input` is a mapping, or one expression for all of it; `join`: `all`, a number, or None."""

    name: str
    action: str | None
    path: Path
    input: dict[str, Any] | str = field(default_factory=dict)
    input_paths: dict[str, Path] = field(default_factory=dict)
    items: SourceItems | None = None
    delay: Any = None
    retry: SourceRetry | None = None
    join: int | str | None = None
    transitions: tuple[SourceTransition, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceWorkflow:
    """The whole. `inputs` without a default have None and are named in `required`."""

    description: str
    inputs: tuple[SourceValue, ...]
    without_default: frozenset[str]
    vars: tuple[SourceValue, ...]
    output: tuple[SourceValue, ...]
    tasks: tuple[SourceTask, ...]

    def task(self, name: str) -> SourceTask:
        return next(task for task in self.tasks if task.name == name)

    @property
    def published(self) -> frozenset[str]:
        """Every name some transition publishes."""
        return frozenset(entry.name for task in self.tasks for t in task.transitions for entry in t.publish)
