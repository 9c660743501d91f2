"""Executions: one row per start of an action or workflow, per attempt and per item of a task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


def _top(*columns: str, name: str, also: str = "") -> Index:
    """An index of what is no part of a run, for lists: newest first within its columns, however many parts a run has."""
    where = text(f"parent IS NULL{also}")
    return Index(f"ix_execution_top_{name}", *columns, sqlite_where=where, postgresql_where=where)


class Execution(Stamped, Base):
    """Columns of the contract first, then what ties a row to its run, then the lease of the worker that has it."""

    __tablename__ = "execution"
    __table_args__ = (
        UniqueConstraint("workflow_run", "task_name", "visit", "task_index", "attempt", name="uq_execution_run_key"),
        Index("ix_execution_status", "status", "id"),
        Index("ix_execution_run", "workflow_run", "task_name", "visit", "task_index"),
        Index("ix_execution_lease", "lease_owner", "status"),
        _top("id", name="id"),
        _top("status", "id", name="status"),
        _top("action_ref", "id", name="action"),
        _top("executor", "id", name="executor"),
        _top("created", name="created"),
        _top("id", name="error", also=" AND error IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"), index=True)
    action_ref: Mapped[str] = mapped_column(String(255), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="action")  # action | workflow | inquiry | pure
    parameters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # secrets already masked
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted parameters, when they hold secrets
    env_vars: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    parent: Mapped[int | None] = mapped_column(ForeignKey("execution.id", ondelete="SET NULL"), index=True)
    enforcement: Mapped[int | None] = mapped_column(index=True, unique=True)  # starts one execution
    rule_ref: Mapped[str | None] = mapped_column(String(255))
    trigger_ref: Mapped[str | None] = mapped_column(String(255))
    executor: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"), index=True)
    permission_set_refs: Mapped[list[str]] = mapped_column(Json, default=list)
    worker: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(20))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    error_type: Mapped[str | None] = mapped_column(String(50))  # the word of templates: failed, timeout, cancelled …
    warnings: Mapped[list[Any] | None] = mapped_column(Json)
    original_execution: Mapped[int | None] = mapped_column(index=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    duration_ms: Mapped[int | None] = mapped_column()
    depth: Mapped[int] = mapped_column(default=0)  # nesting depth of workflows, 0 at the top
    # the run this row is a task of (workflow_execution.id), and which run of which visit it is
    workflow_run: Mapped[int | None] = mapped_column()  # no foreign key: the two tables would name each other
    task_name: Mapped[str | None] = mapped_column(String(255))
    visit: Mapped[int | None] = mapped_column()
    task_index: Mapped[int | None] = mapped_column()
    task_batch: Mapped[int | None] = mapped_column()
    attempt: Mapped[int | None] = mapped_column()  # from 1; retry_count of the contract is attempt - 1
    max_retries: Mapped[int | None] = mapped_column()
    triggered_by: Mapped[str | None] = mapped_column(String(255))
    next_retry_at: Mapped[datetime | None] = mapped_column(UtcTime)
    timeout_seconds: Mapped[float | None] = mapped_column()
    timed_out: Mapped[bool] = mapped_column(default=False)
    item_value: Mapped[Any | None] = mapped_column(Json)  # the item, kept for failed_items and the items page
    copied_from: Mapped[int | None] = mapped_column()  # execution whose result a re-run took over
    # claim and lease
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    claims: Mapped[int] = mapped_column(default=0)  # how often a worker took it (lease lost: again)
    trace: Mapped[str | None] = mapped_column(String(55))  # W3C traceparent of who started it, where traces are kept
    stdout_bytes: Mapped[int] = mapped_column(default=0)
    stderr_bytes: Mapped[int] = mapped_column(default=0)


class ExecutionLog(Base):
    """Captured output, in order of `position` (bytes before this chunk); text is already masked."""

    __tablename__ = "execution_log"
    __table_args__ = (Index("ix_execution_log_read", "execution", "stream", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    execution: Mapped[int] = mapped_column(ForeignKey("execution.id", ondelete="CASCADE"))
    stream: Mapped[str] = mapped_column(String(6))  # stdout | stderr
    position: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
