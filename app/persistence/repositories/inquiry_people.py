"""The people around an inquiry: who is named, who has which role, who started and edited what is asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.persistence.db import table_of
from app.persistence.models import (
    Execution,
    ExecutionLog,
    Identity,
    IdentityRole,
    WorkflowExecution,
    WorkflowRevision,
)
from app.persistence.repositories.rows import Row, first_row
from app.persistence.session import Transaction

E = table_of(Execution)
I = table_of(Identity)  # noqa: E741 - the alias of its table, as in the other repositories
R = table_of(IdentityRole)
_DEEPEST = 100  # parents looked at; nesting is limited far below


def ids_of(tx: Transaction, people: Collection[int | str]) -> dict[int | str, int]:
    """Identity id of each id or login that is known."""
    logins = [p for p in people if isinstance(p, str)]
    numbers = [p for p in people if isinstance(p, int)]
    statement = select(I.c.id, I.c.login).where(I.c.id.in_(numbers) | I.c.login.in_(logins))
    found: dict[int | str, int] = {}
    for identity_id, login in tx.execute(statement):
        found[identity_id] = found[login] = identity_id
    return found


def logins_of(tx: Transaction, identity_ids: Collection[int]) -> dict[int, str]:
    statement = select(I.c.id, I.c.login).where(I.c.id.in_(list(identity_ids)))
    return {row.id: row.login for row in tx.execute(statement)}


def with_roles(tx: Transaction, *, identities: Collection[int], roles: Collection[str]) -> dict[int, frozenset[str]]:
    """All roles of these identities and of everybody in these roles; frozen identities can't answer and are left out."""
    members = select(R.c.identity_id).where(R.c.role.in_(list(roles)))
    statement = (
        select(I.c.id, R.c.role)
        .select_from(I.outerjoin(R, R.c.identity_id == I.c.id))
        .where(I.c.frozen.is_(False), I.c.id.in_(list(identities)) | I.c.id.in_(members))
    )
    found: dict[int, set[str]] = {}
    for identity_id, role in tx.execute(statement):
        found.setdefault(identity_id, set()).update([role] if role else [])
    return {i: frozenset(r) for i, r in found.items()}


def execution(tx: Transaction, execution_id: int) -> Row | None:
    """id, parent, executor, workflow_run, task_name and status of an execution."""
    columns = (E.c.id, E.c.parent, E.c.executor, E.c.workflow_run, E.c.task_name, E.c.status)
    return first_row(tx.execute(select(*columns).where(E.c.id == execution_id)))


def lineage(tx: Transaction, execution_id: int) -> Iterator[Row]:
    """An execution and its parents up to the top."""
    current: int | None = execution_id
    for _ in range(_DEEPEST):
        row = execution(tx, current) if current is not None else None
        if row is None:
            return
        yield row
        current = row["parent"]


def origins(tx: Transaction, execution_id: int, workflow_execution_id: int | None) -> Mapping[str, int | None]:
    """Who is behind a question: `requester` started the outermost execution, `last_editor` saved the run's revision."""
    line = list(lineage(tx, execution_id))
    editor: Any = None
    if workflow_execution_id is not None:
        W, V = table_of(WorkflowExecution), table_of(WorkflowRevision)
        statement = select(V.c.created_by).join_from(W, V, W.c.revision == V.c.id)
        editor = tx.execute(statement.where(W.c.id == workflow_execution_id)).scalar_one_or_none()
    return {"requester": line[-1]["executor"] if line else None, "last_editor": editor}


def log_tail(tx: Transaction, workflow_execution_id: int, task_name: str, *, chunks: int = 50) -> str:
    """The last captured output of a task's latest execution, standard output first; "" when there is none."""
    latest = (
        select(E.c.id)
        .where(E.c.workflow_run == workflow_execution_id, E.c.task_name == task_name)
        .order_by(E.c.id.desc())
        .limit(1)
    )
    execution_id = tx.execute(latest).scalar_one_or_none()
    if execution_id is None:
        return ""
    L = table_of(ExecutionLog)
    newest = select(L.c.stream, L.c.text).where(L.c.execution == execution_id).order_by(L.c.id.desc()).limit(chunks)
    rows = list(tx.execute(newest))[::-1]
    ordered = [t for s, t in rows if s == "stdout"] + [t for s, t in rows if s == "stderr"]
    return "".join(ordered) or _kept_output(tx, execution_id)


def _kept_output(tx: Transaction, execution_id: int) -> str:
    result = tx.execute(select(E.c.result).where(E.c.id == execution_id)).scalar_one_or_none() or {}
    return "".join(str(result.get(key) or "") for key in ("stdout", "stderr"))
