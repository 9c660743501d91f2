"""Read models of enforcements (api.md 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.times import iso
from app.engine.visibility import owned_scope
from app.persistence import session
from app.persistence.repositories import enforcements
from app.persistence.repositories.enforcements import EnforcementFilters
from app.persistence.repositories.rows import Row

__all__ = ["EnforcementFilters", "enforcement_json", "get_enforcement", "list_enforcements"]


def list_enforcements(
    *, by: Caller, filters: EnforcementFilters, limit: int = 50, offset: int = 0, with_total: bool = False
) -> tuple[list[dict[str, Any]], int | None, bool]:
    """Enforcements newest first, the total (None unless asked for), and whether there are more."""
    filters = replace(filters, scope=owned_scope(by, "enforcements"))
    with session.reading() as tx:
        rows = enforcements.listed(tx, filters, limit=limit + 1, offset=offset)
        total = enforcements.counted(tx, filters) if with_total else None
    return [enforcement_json(row) for row in rows[:limit]], total, len(rows) > limit


def get_enforcement(*, enforcement_id: int, by: Caller) -> dict[str, Any]:
    """The Enforcement; NotFound when unknown or not readable."""
    with session.reading() as tx:
        row = enforcements.found(tx, enforcement_id)
    if row is None or not by.allows("enforcements", "read", _target(row)):
        raise NotFound(f"There is no enforcement {enforcement_id}.")
    return enforcement_json(row)


def enforcement_json(row: Row) -> dict[str, Any]:
    """Enforcement, whole."""
    payload = row["payload"] if row["payload"] is not None else {}
    return {**row, "payload": payload, "created": iso(row["created"]), "resolved_at": iso(row["resolved_at"])}


def _target(row: Row) -> Target:
    return Target(id=row["id"], ref=row["rule_ref"], pack_ref=row["rule_ref"].partition(".")[0])
