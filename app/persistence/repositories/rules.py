"""Rows of rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from app.engine.visibility import Scope
from app.persistence.models import Rule
from app.persistence.repositories.matching import contains_text, page_of
from app.persistence.repositories.scopes import rules_within
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str) -> Rule | None:
    return tx.session.scalar(select(Rule).where(Rule.ref == ref))


def held_by_id(tx: Transaction, rule_id: int) -> Rule | None:
    """The row; nobody can delete it until the transaction ends."""
    return tx.session.scalar(select(Rule).where(Rule.id == rule_id).with_for_update(read=True, key_share=True))


def locked_by_ref(tx: Transaction, ref: str) -> Rule | None:
    """The row for somebody who will change it: others who want to wait, so that If-Match sees what they wrote."""
    return tx.session.scalar(select(Rule).where(Rule.ref == ref).with_for_update(key_share=True))


def of_pack(tx: Transaction, pack_id: int) -> dict[str, Rule]:
    return {row.ref: row for row in tx.session.scalars(select(Rule).where(Rule.pack == pack_id))}


def listening(tx: Transaction, trigger_ref: str) -> Sequence[Rule]:
    """Rules on a trigger that are switched on, in the order they were made; nobody can delete them meanwhile."""
    query = select(Rule).where(Rule.trigger_ref == trigger_ref, Rule.enabled).order_by(Rule.id)
    return list(tx.session.scalars(query.with_for_update(read=True, key_share=True)))


def listed(
    tx: Transaction,
    *,
    scope: Scope,
    pack_ref: str | None = None,
    trigger_ref: str | None = None,
    action_ref: str | None = None,
    enabled: bool | None = None,
    search: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Rule], int]:
    """Rules of the scope by ref, with the total."""
    query = select(Rule).where(rules_within(scope, Rule, owner=Rule.owner_identity)).order_by(Rule.ref)
    wanted = {
        Rule.pack_ref: pack_ref, Rule.trigger_ref: trigger_ref, Rule.action_ref: action_ref, Rule.enabled: enabled,
    }  # fmt: skip
    query = query.where(*(column == value for column, value in wanted.items() if value is not None))
    if search:
        query = query.where(contains_text(search, Rule.ref, Rule.label, Rule.description))
    return page_of(tx, query, offset=offset, limit=limit)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete rules with their timers; events, enforcements and executions stay."""
    tx.session.flush()
    tx.execute(delete(Rule).where(Rule.id.in_(ids)))
