"""Rows of notices: written once per key, taken by one worker at a time, settled by the attempt that took them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.persistence.db import table_of
from app.persistence.models import Identity, Inquiry, Notice
from app.persistence.repositories.rows import Row, all_rows, first_row
from app.persistence.session import Transaction

T = table_of(Notice)
I = table_of(Identity)  # noqa: E741 - the initial of the noun, as its neighbours
Q = table_of(Inquiry)
_UNDELIVERED = (T.c.status == "failed") | ((T.c.status == "waiting") & T.c.error.is_not(None))


def add(tx: Transaction, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Write notices that wait; one whose key is known already is left as it is."""
    if not rows:
        return
    dialect = sqlite if tx.sqlite else postgresql
    values = {"status": "waiting", "attempts": 0, "due_at": now, "created": now}
    statement = dialect.insert(T).on_conflict_do_nothing(index_elements=["key"])
    tx.execute(statement, [{**values, **row} for row in rows])


def due(tx: Transaction, *, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(notice, inquiry) of those to be delivered now, oldest first."""
    statement = select(T.c.id, T.c.inquiry).where(T.c.status == "waiting", T.c.due_at <= now).order_by(T.c.due_at, T.c.id)
    return [(i, q) for i, q in tx.execute(statement.limit(limit))]


def take(tx: Transaction, notice_id: int, *, now: datetime, until: datetime) -> Row | None:
    """One more attempt begins; nobody else tries before `until`. None when somebody else has it."""
    mine = (T.c.id == notice_id, T.c.status == "waiting", T.c.due_at <= now)
    statement = update(T).where(*mine).values(attempts=T.c.attempts + 1, due_at=until).returning(T)
    return first_row(tx.execute(statement))


def settle(tx: Transaction, notice_id: int, *, attempt: int, values: Mapping[str, Any]) -> bool:
    """How an attempt ended; False when another one has begun since."""
    mine = (T.c.id == notice_id, T.c.status == "waiting", T.c.attempts == attempt)
    return tx.execute(update(T).where(*mine).values(**values)).rowcount == 1


def mailed(tx: Transaction, inquiry_id: int) -> list[int]:
    """Who was sent mail about a question, or is about to be."""
    wanted = (T.c.inquiry == inquiry_id, T.c.channel == "mail", T.c.status != "dropped", T.c.identity.is_not(None))
    return sorted(set(tx.execute(select(T.c.identity).where(*wanted)).scalars()))


def mail_addresses(tx: Transaction, identity_ids: Collection[int]) -> dict[int, str]:
    """Of those who have one and may sign in."""
    wanted = (I.c.id.in_(list(identity_ids)), I.c.email.is_not(None), I.c.frozen.is_(False))
    return {row.id: row.email for row in tx.execute(select(I.c.id, I.c.email).where(*wanted))}


def undelivered(tx: Transaction, inquiry_id: int) -> list[Row]:
    """What of a question has not arrived: given up, or to be tried again. With the person's `login`."""
    statement = select(T, I.c.login).select_from(T.outerjoin(I, T.c.identity == I.c.id))
    return all_rows(tx.execute(statement.where(T.c.inquiry == inquiry_id, _UNDELIVERED).order_by(T.c.id)))


def late(tx: Transaction, *, attempts: int, limit: int) -> list[Row]:
    """What was given up while its question is still open, and what has failed that often. With the person's `login`."""
    given_up = (T.c.status == "failed") & (Q.c.status == "pending")
    slow = (T.c.status == "waiting") & T.c.error.is_not(None) & (T.c.attempts >= attempts)
    tables = T.join(Q, T.c.inquiry == Q.c.id).outerjoin(I, T.c.identity == I.c.id)
    statement = select(T, I.c.login).select_from(tables).where(given_up | slow)
    return all_rows(tx.execute(statement.order_by(T.c.id).limit(limit)))


def try_again(tx: Transaction, notice_id: int, *, now: datetime) -> None:
    """Begin anew with one that failed."""
    again = {"status": "waiting", "attempts": 0, "due_at": now}
    tx.execute(update(T).where(T.c.id == notice_id, T.c.status.in_(("failed", "waiting"))).values(**again))


def forget(tx: Transaction, *, before: datetime) -> None:
    """Drop what was delivered, or is not to be, before that."""
    tx.execute(delete(T).where(T.c.status.in_(("sent", "dropped")), T.c.created < before))
