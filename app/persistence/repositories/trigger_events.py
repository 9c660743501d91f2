"""Rows of events: a trigger fired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select

from app.engine.visibility import EVERYTHING, Scope
from app.persistence.db import table_of
from app.persistence.models import TriggerEvent
from app.persistence.repositories.execution_reads import matches
from app.persistence.repositories.rows import Row, all_rows, first_row
from app.persistence.repositories.scopes import refs_within
from app.persistence.session import Transaction

T = table_of(TriggerEvent)
_ADD = insert(T).returning(T.c.id)


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Combined with AND; refs take `*` as a wildcard; None: no condition."""

    trigger: int | None = None
    trigger_ref: str | None = None
    rule: int | None = None
    rule_ref: str | None = None
    source: int | None = None
    source_ref: str | None = None
    scope: Scope = field(default=EVERYTHING)


def add(tx: Transaction, row: dict[str, Any]) -> int:
    return int(tx.execute(_ADD, row).scalar_one())


def found(tx: Transaction, event_id: int) -> Row | None:
    return first_row(tx.execute(select(T).where(T.c.id == event_id)))


def listed(tx: Transaction, filters: EventFilters, *, limit: int, offset: int = 0) -> list[Row]:
    """Newest first."""
    query = _where(select(T), filters).order_by(T.c.id.desc()).limit(limit).offset(offset)
    return all_rows(tx.execute(query))


def newest_id(tx: Transaction) -> int:
    return tx.execute(select(func.max(T.c.id))).scalar_one() or 0


def ids_above(tx: Transaction, above: int, *, scope: Scope) -> list[int]:
    """Numbers of the scope above one, in order."""
    query = select(T.c.id).where(T.c.id > above, refs_within(scope, T.c.id, T.c.trigger_ref)).order_by(T.c.id)
    return list(tx.execute(query).scalars())


def by_ids(tx: Transaction, ids: Sequence[int]) -> list[Row]:
    """In order."""
    return all_rows(tx.execute(select(T).where(T.c.id.in_(list(ids))).order_by(T.c.id)))


def counted(tx: Transaction, filters: EventFilters) -> int:
    return int(tx.execute(_where(select(func.count()).select_from(T), filters)).scalar_one())


def count_since(tx: Transaction, trigger_id: int, *, source_ref: str, since: datetime) -> int:
    """How many events of one trigger and source there were after a time."""
    query = select(func.count()).select_from(T).where(T.c.trigger == trigger_id, T.c.created > since)
    return int(tx.execute(query.where(T.c.source_ref == source_ref)).scalar_one())


def _where(query: Select[Any], filters: EventFilters) -> Select[Any]:
    equal = {T.c.trigger: filters.trigger, T.c.rule: filters.rule, T.c.source: filters.source}
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    refs = {
        T.c.trigger_ref: filters.trigger_ref, T.c.rule_ref: filters.rule_ref, T.c.source_ref: filters.source_ref,
    }  # fmt: skip
    conditions += [matches(column, text) for column, text in refs.items() if text]
    return query.where(*conditions, refs_within(filters.scope, T.c.id, T.c.trigger_ref))
