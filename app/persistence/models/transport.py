"""What makes the protocol durable: outbox, timers, idempotency keys, and who works."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, UtcTime


class DispatchOutbox(Base):
    """A hint to be sent after commit; the row goes once it was handed to the broker.

    kind: run (claim and run an execution), advance (start or step a workflow execution),
    child_done (tell the parent of an ended child), cancel_child, pause_child, resume_child.
    """

    __tablename__ = "dispatch_outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    execution: Mapped[int] = mapped_column()
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC), index=True)


class Timer(Base):
    """One durable alarm of a run; the same kind and key replaces the earlier one."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("workflow_execution", "kind", "task_name", "visit", "item", "attempt"),
        Index("ix_timer_due", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workflow_execution: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    task_name: Mapped[str] = mapped_column(String(255), default="")
    visit: Mapped[int] = mapped_column(default=0)
    item: Mapped[int] = mapped_column(default=-1)  # -1: none, so that the unique key holds on every database
    attempt: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcTime)


class IdempotencyKey(Base):
    """A start that a client may repeat: per identity and key, kept for 24 hours."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("identity_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column()
    key: Mapped[str] = mapped_column(String(255))
    body_hash: Mapped[str] = mapped_column(String(64))
    execution: Mapped[int] = mapped_column()
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC), index=True)


class WorkerRow(Base):
    """A worker process that has sent a heartbeat."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    threads: Mapped[int] = mapped_column(default=0)
    running: Mapped[int] = mapped_column(default=0)
    cordoned: Mapped[bool] = mapped_column(default=False)
