"""What the validator asks about actions that exist outside of the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """An installed action or workflow; schemas as stored, None when it declares none.

    `runtime`: ref of what runs it; None for a workflow, or where that is not known.
    """

    ref: str
    param_schema: dict[str, Any] | None = None
    out_schema: dict[str, Any] | None = None
    is_workflow: bool = False
    label: str = ""
    runtime: str | None = None


class Catalog(Protocol):
    """The installed actions. Answers must be quick: a definition may ask a thousand times."""

    def action(self, ref: str) -> ActionInfo | None:
        """The action or workflow with this ref, or None."""

    def pack_known(self, pack_ref: str) -> bool:
        """Whether the pack is installed."""

    def refs(self) -> Iterable[str]:
        """Every known ref, for "did you mean"."""


class ActionList:
    """A catalog in memory."""

    def __init__(self, actions: Iterable[ActionInfo] | Mapping[str, ActionInfo] = ()) -> None:
        listed = actions.values() if isinstance(actions, Mapping) else actions
        self._actions = {action.ref: action for action in listed}

    def action(self, ref: str) -> ActionInfo | None:
        return self._actions.get(ref)

    def pack_known(self, pack_ref: str) -> bool:
        return any(ref.split(".", 1)[0] == pack_ref for ref in self._actions)

    def refs(self) -> Iterable[str]:
        return self._actions
