"""Read models of rules (api.md 13)."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.times import iso
from app.engine.visibility import owned_scope
from app.persistence import session
from app.persistence.models import Rule
from app.persistence.repositories import rules
from app.persistence.session import Transaction

_PLAIN = (
    "id", "ref", "pack_ref", "label", "description", "action_ref", "trigger_ref", "permission_set_refs", "enabled",
)  # fmt: skip


def list_rules(*, by: Caller, offset: int = 0, limit: int = 50, **filters: Any) -> tuple[list[dict[str, Any]], int]:
    """Rules by ref as lists show them, with the total. `filters`: as `rules.listed`."""
    with session.reading() as tx:
        rows, total = rules.listed(tx, scope=owned_scope(by, "rules"), offset=offset, limit=limit, **filters)
        return [rule_row(row) for row in rows], total


def get_rule(*, ref: str, by: Caller) -> dict[str, Any]:
    """The Rule; NotFound when unknown or not readable."""
    with session.reading() as tx:
        return rule_json(readable_rule(tx, ref, by))


def readable_rule(tx: Transaction, ref: str, by: Caller) -> Rule:
    """The row, or NotFound: what one may not see does not exist."""
    row = rules.by_ref(tx, ref)
    if row is None or not by.allows("rules", "read", target_of(row)):
        raise NotFound(f"There is no rule '{ref}'.")
    return row


def target_of(row: Rule) -> Target:
    """What access rules look at."""
    return Target(id=row.id, ref=row.ref, pack_ref=row.pack_ref, owner=row.owner_identity)


def rule_json(row: Rule) -> dict[str, Any]:
    """Rule, whole."""
    more = {key: getattr(row, key) for key in ("pack", "action", "trigger", "is_adhoc", "owner_identity")}
    return {**rule_row(row), **more, "conditions": row.conditions if row.conditions is not None else {}}


def rule_row(row: Rule) -> dict[str, Any]:
    """Rule as lists show it."""
    maps = {key: getattr(row, key) or {} for key in ("action_params", "trigger_params")}
    plain = {key: getattr(row, key) for key in _PLAIN}
    return {**plain, **maps, "created": iso(row.created), "updated": iso(row.updated)}
