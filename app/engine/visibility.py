"""Which packs and actions a caller may see or touch, as plain data that a query can turn into a condition.

Source: api.md 4 (visibility of packs), 2 (what an identity without permission sets may read), 14 (constraints).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.access import Caller, Grant


@dataclass(frozen=True, slots=True)
class PackScope:
    """The packs a caller may see. A pack is seen when any part of this says so.

    Attributes:
        everything: no condition at all (the server itself).
        standard: packs with `is_standard`; everyone sees them.
        unowned: packs that nobody installed (`installed_by` is null).
        owner_id: packs installed by this identity.
        any_owner: packs of every owner, by a grant constrained with `owner: any`.
        refs, ids: packs that a grant names.
    """

    everything: bool = False
    standard: bool = True
    unowned: bool = False
    owner_id: int | None = None
    any_owner: bool = False
    refs: frozenset[str] = frozenset()
    ids: frozenset[int] = frozenset()

    def sees(self, *, ref: str, pack_id: int, is_standard: bool, installed_by: int | None) -> bool:
        """Whether this one pack is within the scope."""
        if self.everything or (self.standard and is_standard) or ref in self.refs or pack_id in self.ids:
            return True
        if installed_by is None:
            return self.unowned
        return self.any_owner or installed_by == self.owner_id


@dataclass(frozen=True, slots=True)
class ActionScope:
    """The actions and workflows a caller may read; those of standard packs always."""

    everything: bool = False
    pack_refs: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    ids: frozenset[int] = field(default_factory=frozenset)


def pack_scope(caller: Caller, action: str = "read") -> PackScope:
    """Packs the caller may `read`. An unconstrained grant does not reveal another identity's pack."""
    if caller.token_type == "system":  # noqa: S105 - a kind of token
        return PackScope(everything=True)
    grants = _grants(caller, "packs", action)
    return PackScope(
        unowned=any(not g.constraints for g in grants),
        owner_id=caller.identity_id,
        any_owner=any(g.constraints.get("owner") == "any" for g in grants),
        refs=_texts(grants, "pack_refs") | _texts(grants, "refs"),
        ids=_ids(grants),
    )


def action_scope(caller: Caller, action: str = "read") -> ActionScope:
    """Actions (and workflows, which use the same grants) the caller may `read`."""
    grants = _grants(caller, "actions", action)
    return ActionScope(
        everything=any(not g.constraints for g in grants),
        pack_refs=_texts(grants, "pack_refs"),
        refs=_texts(grants, "refs"),
        ids=_ids(grants),
    )


def allows(caller: Caller, resource: str, action: str, *, pack_ref: str, ref: str, owner: int | None = None) -> bool:
    """Whether a grant of the caller covers this one object of a pack (a pack is its own `pack_ref`)."""
    target = {"pack_ref": pack_ref, "ref": ref, "owner": owner, "caller": caller.identity_id}
    return any(_covers(g.constraints, target) for g in _grants(caller, resource, action))


def _covers(constraints: Mapping[str, Any], target: Mapping[str, Any]) -> bool:
    if "pack_refs" in constraints and target["pack_ref"] not in constraints["pack_refs"]:
        return False
    if "refs" in constraints and target["ref"] not in constraints["refs"]:
        return False
    owner = constraints.get("owner")
    if owner == "self":
        return bool(target["owner"] == target["caller"])
    return owner != "none" or target["owner"] is None


def _grants(caller: Caller, resource: str, action: str) -> list[Grant]:
    return [g for g in caller.grants if g.resource == resource and action in g.actions]


def _texts(grants: list[Grant], key: str) -> frozenset[str]:
    return frozenset(str(ref) for g in grants for ref in g.constraints.get(key) or ())


def _ids(grants: list[Grant]) -> frozenset[int]:
    return frozenset(i for g in grants for i in g.constraints.get("ids") or () if isinstance(i, int))
