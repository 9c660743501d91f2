"""A reader's scope as a condition; must say for rows what app.engine.access says for one object."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

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


def rules_within(scope: Scope, table: Any, *, owner: Any) -> ColumnElement[bool]:
    """The rows of a table (id, ref, pack_ref, with an owner) within a scope that standard packs do not widen."""
    if scope.everything:
        return true()
    return or_(false(), *(_rule_clause(clause, table, owner) for clause in scope.clauses))


def refs_within(scope: Scope, row_id: Any, ref: Any) -> ColumnElement[bool]:
    """The rows of a table that only names what it belongs to: its pack is the first part of the ref."""
    if scope.everything:
        return true()
    # nobody owns an event or an enforcement: a clause that asks for an owner covers none
    clauses = [clause for clause in scope.clauses if clause.owners is None or None in clause.owners]
    return or_(false(), *(and_(*_named_by_ref(clause, row_id, ref)) for clause in clauses))


def _named_by_ref(clause: Clause, row_id: Any, ref: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [true()]
    if clause.pack_refs is not None:
        conditions.append(or_(false(), *(ref.startswith(f"{p}.", autoescape=True) for p in sorted(clause.pack_refs))))
    if clause.refs is not None:
        conditions.append(ref.in_(clause.refs))
    if clause.ids is not None:
        conditions.append(row_id.in_(clause.ids))
    return conditions


def _rule_clause(clause: Clause, table: Any, owner: Any) -> ColumnElement[bool]:
    conditions = _named(clause, ref=table.ref, pack_ref=table.pack_ref, row_id=table.id)
    if clause.owners is not None:
        nobody = owner.is_(None) if None in clause.owners else false()
        conditions.append(or_(nobody, owner.in_([one for one in clause.owners if one is not None])))
    return and_(true(), *conditions)


def _clause(clause: Clause, *, ref: Any, pack_ref: Any, row_id: Any) -> ColumnElement[bool]:
    conditions = _named(clause, ref=ref, pack_ref=pack_ref, row_id=row_id)
    if clause.owners is not None:
        conditions.append(_owned_by(clause.owners))
    return and_(true(), *conditions)


def _named(clause: Clause, *, ref: Any, pack_ref: Any, row_id: Any) -> list[ColumnElement[bool]]:
    named = ((ref, clause.refs), (pack_ref, clause.pack_refs), (row_id, clause.ids))
    return [column.in_(wanted) for column, wanted in named if wanted is not None]


def _owned_by(owners: frozenset[int | None]) -> ColumnElement[bool]:
    nobody = Pack.installed_by.is_(None) if None in owners else ~true()
    return or_(nobody, Pack.installed_by.in_([owner for owner in owners if owner is not None]))
