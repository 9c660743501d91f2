"""What pages offer: asked by the same rules by which the server refuses.

A page hides a button, or says why it can't be pressed; a service decides. A grant that names ids offers nothing here,
as pages know refs; the server still lets its holder pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.access import Caller, Target
from app.services import bulk_actions, executions


@dataclass(frozen=True, slots=True)
class RunRights:
    """What one may do to a run: pause and resume it (`steer`), cancel it, retry it, start the like of it (`run`)."""

    steer: bool
    cancel: bool
    retry: bool
    run: bool


def on_run(execution: Mapping[str, Any], by: Caller) -> RunRights:
    """Of an Execution or a row of their list."""
    ref, steer = str(execution["action_ref"]), executions.may_steer(by, execution, "update")
    single = execution["workflow_execution"] is None
    return RunRights(
        steer=steer,
        cancel=executions.may_steer(by, execution, "cancel"),
        retry=may_run(ref, by) if single else steer,
        run=may_run(ref, by),
    )


def on_some(rows: Sequence[Mapping[str, Any]], by: Caller) -> list[str]:
    """Which of the actions on many runs the caller may do to at least one of these."""
    return [action for action in bulk_actions.ACTIONS if any(bulk_actions.may(action, row, by) for row in rows)]


def may_start_something(by: Caller) -> bool:
    """Whether the caller may start anything at all."""
    return by.may("actions", "execute")


def may_run(ref: str, by: Caller) -> bool:
    """Whether the caller may start this action or workflow."""
    return _allowed("execute", ref, by)


def may_change(ref: str, by: Caller) -> bool:
    """Whether the caller may save this workflow, and tests of it."""
    return _allowed("update", ref, by)


def may_create(ref: str, by: Caller) -> bool:
    """Whether the caller may make a workflow of this ref."""
    return _allowed("create", ref, by)


def packs_to_write_in(packs: Iterable[Mapping[str, Any]], by: Caller) -> list[Mapping[str, Any]]:
    """Those of the packs that the caller may make workflows in."""
    return [pack for pack in packs if by.allows("actions", "create", Target(pack_ref=str(pack["ref"])))]


def _allowed(action: str, ref: str, by: Caller) -> bool:
    return by.allows("actions", action, Target(ref=ref, pack_ref=ref.partition(".")[0]))
