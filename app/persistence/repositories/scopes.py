"""A reader's scope as a condition; must say for rows what app.engine.access says for one object."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from app.engine.visibility import Clause, Scope
from app.persistence.models import Pack


def packs_within(scope: Scope) -> ColumnElement[bool]:
    """The packs of a scope of packs."""
    if scope.everything:
        return true()
    clauses = [_clause(c, ref=Pack.ref, pack_ref=Pack.ref, row_id=Pack.id) for c in scope.clauses]
    return or_(Pack.is_standard, Pack.installed_by == scope.owner_id, *clauses)


def components_within(scope: Scope, table: Any, *, action_id: Any) -> ColumnElement[bool]:
    """The rows of a table of components (ref, pack, pack_ref) within a scope of actions; `action_id` is its action's."""
    if scope.everything:
        return true()
    of_standard_packs = table.pack.in_(select(Pack.id).where(Pack.is_standard))
    clauses = [_clause(c, ref=table.ref, pack_ref=table.pack_ref, row_id=action_id) for c in scope.clauses]
    return or_(of_standard_packs, *clauses)


def _clause(clause: Clause, *, ref: Any, pack_ref: Any, row_id: Any) -> ColumnElement[bool]:
    named = ((ref, clause.refs), (pack_ref, clause.pack_refs), (row_id, clause.ids))
    conditions = [column.in_(wanted) for column, wanted in named if wanted is not None]
    if clause.owners is not None:
        conditions.append(_owned_by(clause.owners))
    return and_(true(), *conditions)


def _owned_by(owners: frozenset[int | None]) -> ColumnElement[bool]:
    nobody = Pack.installed_by.is_(None) if None in owners else ~true()
    return or_(nobody, Pack.installed_by.in_([owner for owner in owners if owner is not None]))
