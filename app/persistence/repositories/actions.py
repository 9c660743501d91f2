"""Rows of actions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import defer

from app.engine.visibility import EVERYTHING, Scope
from app.persistence.models import Action
from app.persistence.repositories.matching import contains_text, page_of
from app.persistence.repositories.scopes import components_within
from app.persistence.session import Transaction

_AT_ONCE = 500  # names in one statement; databases bound them


def by_ref(tx: Transaction, ref: str) -> Action | None:
    return tx.session.scalar(select(Action).where(Action.ref == ref))


def locked_by_ref(tx: Transaction, ref: str) -> Action | None:
    """The row for somebody who will change it: others who want to wait, so that If-Match sees what they wrote."""
    return tx.session.scalar(select(Action).where(Action.ref == ref).with_for_update(key_share=True))


def of_pack(tx: Transaction, pack_id: int) -> dict[str, Action]:
    return {row.ref: row for row in tx.session.scalars(select(Action).where(Action.pack == pack_id))}


def signatures(tx: Transaction, refs: Sequence[str], *, scope: Scope) -> list[Any]:
    """`ref, param_schema, out_schema, is_workflow, label, runtime_ref` of those of these actions that the scope holds."""
    columns = (Action.ref, Action.param_schema, Action.out_schema, Action.is_workflow, Action.label, Action.runtime_ref)
    within = components_within(scope, Action, action_id=Action.id)
    found: list[Any] = []
    for start in range(0, len(refs), _AT_ONCE):
        query = select(*columns).where(Action.ref.in_(refs[start : start + _AT_ONCE]), within)
        found.extend(tx.session.execute(query))
    return found


def refs(tx: Transaction, *, scope: Scope = EVERYTHING) -> list[str]:
    within = components_within(scope, Action, action_id=Action.id)
    return list(tx.session.scalars(select(Action.ref).where(within).order_by(Action.ref)))


def listed(
    tx: Transaction,
    *,
    scope: Scope,
    pack_refs: Collection[str] | None = None,
    search: str | None = None,
    is_workflow: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Action], int]:
    """Actions of the scope by ref, without their schemas and scripts; with the total."""
    query = select(Action).where(components_within(scope, Action, action_id=Action.id)).order_by(Action.ref)
    if pack_refs is not None:
        query = query.where(Action.pack_ref.in_(pack_refs))
    if search:
        query = query.where(contains_text(search, Action.ref, Action.label, Action.description))
    if is_workflow is not None:
        query = query.where(Action.is_workflow == is_workflow)
    query = query.options(defer(Action.param_schema), defer(Action.out_schema))
    return page_of(tx, query, offset=offset, limit=limit)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete actions; their executions stay, with `action` null."""
    tx.session.flush()
    tx.execute(delete(Action).where(Action.id.in_(ids)))
