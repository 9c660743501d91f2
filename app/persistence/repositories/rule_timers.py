"""Rows of rule timers: when a rule on a timer trigger fires next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.persistence.db import table_of
from app.persistence.models import RuleTimer
from app.persistence.repositories.rows import Row, first_row
from app.persistence.session import Transaction

T = table_of(RuleTimer)


def begin(tx: Transaction, rule_id: int, due_at: datetime) -> None:
    """Let a rule's schedule begin; what was counted before goes on being counted."""
    dialect = sqlite if tx.sqlite else postgresql
    statement = dialect.insert(T).values(rule=rule_id, due_at=due_at, fired=0)
    tx.execute(statement.on_conflict_do_update(index_elements=["rule"], set_={"due_at": due_at}))


def end(tx: Transaction, rule_id: int) -> None:
    tx.execute(delete(T).where(T.c.rule == rule_id))


def due(tx: Transaction, *, now: datetime, limit: int) -> list[int]:
    """Rules whose time has come, longest waiting first."""
    return list(tx.execute(select(T.c.rule).where(T.c.due_at <= now).order_by(T.c.due_at).limit(limit)).scalars())


def next_due(tx: Transaction) -> datetime | None:
    return tx.execute(select(func.min(T.c.due_at))).scalar_one()


def take(tx: Transaction, rule_id: int, *, now: datetime) -> Row | None:
    """The timer when it is still due, locked until the transaction ends; None when somebody else has it."""
    query = select(T).where(T.c.rule == rule_id, T.c.due_at <= now).with_for_update(skip_locked=True)
    return first_row(tx.execute(query))


def advance(tx: Transaction, rule_id: int, *, due_at: datetime, fired: int) -> None:
    tx.execute(update(T).where(T.c.rule == rule_id).values(due_at=due_at, fired=fired))
