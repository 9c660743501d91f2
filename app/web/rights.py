"""What pages offer: asked of the caller's grants by the same rule by which the server refuses.

A page hides a button, or says why it can't be pressed; a service decides. A grant that names ids offers nothing here,
as pages know refs; the server still lets its holder pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.engine.access import Caller, Target


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
