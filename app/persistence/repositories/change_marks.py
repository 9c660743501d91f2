"""Whether anything has changed that lists of questions and of runs show: a few numbers, read along indexes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Label, Subquery, func, select, true

from app.engine.statuses import TERMINAL, ExecutionStatus, InquiryStatus
from app.persistence.db import table_of
from app.persistence.models import Action, Execution, Inquiry, WorkflowExecution
from app.persistence.session import Transaction

A = table_of(Action)
E = table_of(Execution)
Q = table_of(Inquiry)
W = table_of(WorkflowExecution)
_UNFINISHED = [status.value for status in ExecutionStatus if status not in TERMINAL]


def of_questions(tx: Transaction) -> tuple[Any, ...]:
    """Differs after a question came, went, changed hands or got an answer."""
    return tuple(tx.execute(_OF_QUESTIONS).one())


def of_everything(tx: Transaction) -> tuple[Any, ...]:
    """Differs also after a run began, ended or changed, and after something got another name."""
    return tuple(tx.execute(_OF_EVERYTHING).one())


def _questions() -> Subquery:
    """A question that is closed leaves the open ones and never changes again."""
    open_ones = select(func.count().label("open"), func.max(Q.c.updated).label("touched"))
    return open_ones.add_columns(_newest(Q)).where(Q.c.status == InquiryStatus.PENDING.value).subquery()


def _runs() -> Subquery:
    """Of what has not ended and is no part of a run; one that ended left it, one that began is the newest."""
    tops = select(E.c.id, E.c.updated).where(E.c.parent.is_(None), E.c.status.in_(_UNFINISHED))
    # SQLite, which has no statistics, takes any index of `parent` for better
    tops = tops.with_hint(E, "INDEXED BY ix_execution_top_status", "sqlite")
    top = tops.subquery()
    columns = (func.count().label("unfinished"), func.max(top.c.updated).label("moved"), func.sum(W.c.version).label("steps"))
    newest = select(func.max(E.c.id)).where(E.c.parent.is_(None)).scalar_subquery().label("newest_run")
    return select(*columns, newest).select_from(top.outerjoin(W, W.c.execution == top.c.id)).subquery()


def _newest(table: Any) -> Label[Any]:
    newest = table.alias()
    return select(func.max(newest.c.id)).scalar_subquery().label("newest")


def _named() -> Subquery:
    return select(func.count().label("things"), func.max(A.c.updated).label("named")).subquery()


# Asked every few seconds by every open page: built once.
_OF_QUESTIONS = select(_questions())
_ALL = (_questions(), _runs(), _named())
_OF_EVERYTHING = select(*_ALL).select_from(_ALL[0].join(_ALL[1], true()).join(_ALL[2], true()))
