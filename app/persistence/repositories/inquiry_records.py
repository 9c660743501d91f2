"""The chain of records of closed inquiries, and the signed links that answer an open one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from app.persistence.db import table_of
from app.persistence.models import Identity, InquiryLink, InquiryRecord
from app.persistence.repositories.rows import Row, all_rows, first_row
from app.persistence.session import Transaction

C = table_of(InquiryRecord)
L = table_of(InquiryLink)
I = table_of(Identity)  # noqa: E741 - the initial of the noun, as its neighbours
_CHAIN_LOCK = 0x61747475  # any fixed number; two records never take the same place in the chain


def last_digest(tx: Transaction) -> str | None:
    """Digest of the newest record. Until the transaction ends nobody else gets a place in the chain."""
    if not tx.sqlite:
        tx.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    return tx.execute(select(C.c.digest).order_by(C.c.id.desc()).limit(1)).scalar_one_or_none()


def append(tx: Transaction, inquiry_id: int, record: Mapping[str, Any], *, now: datetime) -> None:
    values = {"inquiry": inquiry_id, "digest": record["digest"], "previous": record["previous"], "created": now}
    tx.execute(insert(InquiryRecord).values(**values))


def chain(tx: Transaction) -> list[Row]:
    """Every link of the chain, oldest first."""
    return all_rows(tx.execute(select(C).order_by(C.c.id)))


def add_link(tx: Transaction, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(InquiryLink).values(**values).returning(InquiryLink.id)).scalar_one())


def find_link(tx: Transaction, token_hash: str) -> Row | None:
    return first_row(tx.execute(select(L).where(L.c.token_hash == token_hash)))


def links_of(tx: Transaction, inquiry_id: int) -> list[Row]:
    """Newest first, with the person's `login`."""
    statement = select(L, I.c.login).select_from(L.join(I, L.c.identity == I.c.id))
    return all_rows(tx.execute(statement.where(L.c.inquiry == inquiry_id).order_by(L.c.id.desc())))


def revoke_link(tx: Transaction, inquiry_id: int, link_id: int, *, now: datetime) -> bool:
    """Withdraw one link; False when there is none, or it was spent or withdrawn before."""
    unused = (L.c.used_at.is_(None), L.c.revoked_at.is_(None))
    statement = update(L).where(L.c.id == link_id, L.c.inquiry == inquiry_id, *unused).values(revoked_at=now)
    return tx.execute(statement).rowcount == 1


def use_link(tx: Transaction, link_id: int, *, now: datetime) -> bool:
    """Spend a link; False when it was spent or withdrawn before."""
    statement = (
        update(L).where(L.c.id == link_id, L.c.used_at.is_(None), L.c.revoked_at.is_(None)).values(used_at=now)
    )
    return tx.execute(statement).rowcount == 1


def revoke_links(tx: Transaction, inquiry_id: int, *, now: datetime) -> None:
    """Withdraw every unused link of an inquiry that has changed hands or is closed."""
    tx.execute(
        update(L)
        .where(L.c.inquiry == inquiry_id, L.c.used_at.is_(None), L.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
