"""Which packs, actions, triggers and rules a caller may read, as plain data that a query can turn into a condition.

Says for many objects what `Caller.allows(resource, "read", target)` says for one, so that pages and totals agree
with it. Source: api.md 4 (visibility of packs), 2 (what an identity without permission sets may read), 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.access import Caller, Grant

_NAMES = frozenset({"pack_refs", "refs", "ids"})


@dataclass(frozen=True, slots=True)
class Clause:
    """What one grant lets somebody read: every condition that is not None must hold.

    `owners`: ids of owners that count, None among them for objects that nobody owns.
    """

    refs: frozenset[str] | None = None
    pack_refs: frozenset[str] | None = None
    ids: frozenset[int] | None = None
    owners: frozenset[int | None] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Standard packs and what belongs to them, what the caller owns, and what any clause names.

    Attributes:
        everything: no condition at all.
        owner_id: packs installed by this identity; None: owning gives nothing (actions have no owner).
    """

    everything: bool = False
    owner_id: int | None = None
    clauses: tuple[Clause, ...] = ()


EVERYTHING = Scope(everything=True)


def pack_scope(caller: Caller) -> Scope:
    """Packs the caller may read. An unconstrained grant does not reveal another identity's pack."""
    if _is_system(caller):
        return Scope(everything=True)
    clauses = tuple(found for g in _grants(caller, "packs") if (found := _pack_clause(g, caller)) is not None)
    return Scope(owner_id=caller.identity_id, clauses=clauses)


def action_scope(caller: Caller) -> Scope:
    """Actions (and workflows, which use the same grants) the caller may read."""
    grants = _grants(caller, "actions")
    if _is_system(caller) or any(not g.constraints for g in grants):
        return Scope(everything=True)
    return Scope(clauses=tuple(found for g in grants if (found := _action_clause(g)) is not None))


def trigger_scope(caller: Caller) -> Scope:
    """Triggers the caller may read; those of standard packs are everybody's."""
    grants = _grants(caller, "triggers")
    if _is_system(caller) or any(not g.constraints for g in grants):
        return Scope(everything=True)
    return Scope(clauses=tuple(found for g in grants if (found := _action_clause(g)) is not None))


def owned_scope(caller: Caller, resource: str) -> Scope:
    """Rules, events or enforcements the caller may read: what a grant covers, and nothing else."""
    grants = _grants(caller, resource)
    if _is_system(caller) or any(not g.constraints for g in grants):
        return Scope(everything=True)
    return Scope(clauses=tuple(found for g in grants if (found := _owned_clause(g, caller)) is not None))


def _pack_clause(grant: Grant, caller: Caller) -> Clause | None:
    wanted = grant.constraints
    if set(wanted) - _NAMES - {"owner"}:
        return None  # asks for something no pack has
    owners = _owners(wanted["owner"], caller) if "owner" in wanted else None
    if not wanted:
        owners = frozenset({None})
    return Clause(_texts(wanted, "refs"), _texts(wanted, "pack_refs"), _ids(wanted), owners)


def _action_clause(grant: Grant) -> Clause | None:
    wanted = grant.constraints
    if set(wanted) - _NAMES - {"owner"} or wanted.get("owner", "any") not in ("any", "none"):
        return None
    return Clause(_texts(wanted, "refs"), _texts(wanted, "pack_refs"), _ids(wanted))


def _owned_clause(grant: Grant, caller: Caller) -> Clause | None:
    wanted = grant.constraints
    if set(wanted) - _NAMES - {"owner"}:
        return None  # asks for something these objects have not
    owners = _owners(wanted["owner"], caller) if "owner" in wanted else None
    return Clause(_texts(wanted, "refs"), _texts(wanted, "pack_refs"), _ids(wanted), owners)


def _owners(wanted: Any, caller: Caller) -> frozenset[int | None] | None:
    if wanted == "any":
        return None
    if wanted in ("self", "own"):
        return frozenset({caller.identity_id})
    return frozenset({None if wanted == "none" else wanted})


def _grants(caller: Caller, resource: str) -> list[Grant]:
    return [g for g in caller.grants if g.resource == resource and "read" in g.actions]


def _texts(wanted: Any, key: str) -> frozenset[str] | None:
    return frozenset(str(ref) for ref in _listed(wanted[key])) if key in wanted else None


def _ids(wanted: Any) -> frozenset[int] | None:
    return frozenset(i for i in _listed(wanted["ids"]) if isinstance(i, int)) if "ids" in wanted else None


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _is_system(caller: Caller) -> bool:
    return caller.token_type == "system"  # noqa: S105 - a kind of token
