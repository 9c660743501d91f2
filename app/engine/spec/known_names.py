"""What the templates of a workflow may look up: computed once, asked for every reference."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from app.engine import schemas
from app.engine.graph.inspect import Shape
from app.engine.graph.variables import own_variables, publishers, surely_published
from app.engine.spec.model import TaskSpec

SYSTEM_NAMES: dict[str, tuple[str, ...]] = {
    "execution_id": (),
    "workflow_execution_id": (),
    "timestamp": (),
    "workflow_start": (),
    "identity": ("login",),
    "workflow": ("ref", "version"),
}
INQUIRY_NAMES = ("id", "status", "response", "responded_by", "responded_at")
ITEM_NAMES = ("item", "index")
BATCH_NAMES = ("batch", "batch_index")


class KnownNames:
    """The names of one workflow."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.parameters = schemas.known_names(shape.spec.parameters)
        self.any_parameter = schemas.takes_extra_names(shape.spec.parameters)
        self.declares_parameters = bool(self.parameters) or not self.any_parameter
        self.declared = dict(shape.spec.vars)

    @cached_property
    def published(self) -> dict[str, list[str]]:
        return publishers(self.shape)

    @cached_property
    def _sure(self) -> dict[str, frozenset[str]]:
        return surely_published(self.shape)

    @property
    def variables(self) -> list[str]:
        return [*self.declared, *(name for name in self.published if name not in self.declared)]

    @property
    def tasks(self) -> dict[str, TaskSpec]:
        return self.shape.tasks

    def is_sure(self, name: str, task: TaskSpec, *, at_end: bool) -> bool:
        """Whether a published variable exists for certain when `task` starts (or has ended)."""
        return (
            name in self.declared or name in self._sure[task.name] or (at_end and name in own_variables(task))
        )

    def item_names(self, task: TaskSpec | None) -> tuple[str, ...]:
        """Names that only a run of a task with items has."""
        if task is None or task.with_items is None:
            return ()
        return ITEM_NAMES + (BATCH_NAMES if task.batch_size else ())

    def unknown_system_name(self, path: tuple[Any, ...]) -> str | None:
        """The first part of `system.a.b` that does not exist, or None."""
        if not path:
            return None
        if path[0] not in SYSTEM_NAMES:
            return str(path[0])
        below = SYSTEM_NAMES[path[0]]
        return str(path[1]) if below and len(path) > 1 and path[1] not in below else None
