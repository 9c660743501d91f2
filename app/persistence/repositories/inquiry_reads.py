"""Inquiries for lists and pages. Lists leave the heavy columns out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from app.persistence.db import table_of
from app.persistence.models import Execution, Inquiry, InquiryAssignee
from app.persistence.repositories.rows import Row, all_rows, first_row
from app.persistence.session import Transaction

T = table_of(Inquiry)
A = table_of(InquiryAssignee)
E = table_of(Execution)

_LIGHT = (
    T.c.id, T.c.execution, T.c.prompt, T.c.assigned_to, T.c.status, T.c.timeout_at, T.c.workflow_execution,
    T.c.task_name, T.c.claimed_by, T.c.assignees, T.c.created, T.c.updated,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: `everything` with a grant, else what concerns this person and what anybody may answer."""

    identity_id: int
    roles: frozenset[str] = frozenset()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class InquiryFilters:
    """Combined with AND; None: no condition.

    Attributes:
        identity: assigned to this identity by name.
        roles: with it, also what is assigned to one of these roles or claimed by that identity ("mine").
        or_anybody: with it, also what names nobody, so that anybody may answer.
    """

    status: str | None = None
    execution: int | None = None
    workflow_execution: int | None = None
    identity: int | None = None
    roles: Collection[str] = field(default=())
    or_anybody: bool = False


def listed(
    tx: Transaction, filters: InquiryFilters, reader: Reader, *, limit: int, offset: int = 0, before: int | None = None
) -> list[Row]:
    """Light rows, newest first."""
    query = _where(select(*_LIGHT), filters, reader)
    if before is not None:
        query = query.where(T.c.id < before)
    return all_rows(tx.execute(query.order_by(T.c.id.desc()).limit(limit).offset(offset)))


def counted(tx: Transaction, filters: InquiryFilters, reader: Reader) -> int:
    return int(tx.execute(_where(select(func.count()).select_from(T), filters, reader)).scalar_one())


def found(tx: Transaction, inquiry_id: int, reader: Reader) -> Row | None:
    """The whole row, when this reader may see it."""
    return first_row(tx.execute(_where(select(T), InquiryFilters(), reader).where(T.c.id == inquiry_id)))


_ASKED = (T.c.id, T.c.status, T.c.assignees, T.c.policy, T.c.claimed_by, T.c.answers)


def asked(tx: Transaction, ids: Collection[int], reader: Reader) -> list[Row]:
    """Of those that this reader may see: what it takes to say who may answer."""
    return all_rows(tx.execute(_where(select(*_ASKED), InquiryFilters(), reader).where(T.c.id.in_(ids))))


def _where(query: Select[Any], filters: InquiryFilters, reader: Reader) -> Select[Any]:
    equal = {
        T.c.status: filters.status,
        T.c.execution: filters.execution,
        T.c.workflow_execution: filters.workflow_execution,
    }
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if filters.identity is not None:
        concerns = _concerns(filters.identity, filters.roles)
        query = query.where(or_(concerns, _nobody_named()) if filters.or_anybody else concerns)
    return query if reader.everything else query.where(_visible(reader))


def _visible(reader: Reader) -> ColumnElement[bool]:
    started = exists().where(E.c.id == T.c.execution, E.c.executor == reader.identity_id)
    answered = T.c.responded_by == reader.identity_id
    return or_(_nobody_named(), _concerns(reader.identity_id, reader.roles), answered, started)


def _nobody_named() -> ColumnElement[bool]:
    return ~exists().where(A.c.inquiry == T.c.id)


def _concerns(identity_id: int, roles: Collection[str]) -> ColumnElement[bool]:
    """Assigned to the identity or one of the roles, or claimed."""
    named = A.c.identity == identity_id
    asked = or_(named, A.c.role.in_(sorted(roles))) if roles else named
    return or_(exists().where(A.c.inquiry == T.c.id, asked), T.c.claimed_by == identity_id)
