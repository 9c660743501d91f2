"""Runs of workflows: one header row per run and one row per visit of a task.

Attempts and items are executions; counters here make progress cheap (design.md 2: cost per completed task
must not grow with the workflow).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


class WorkflowExecution(Stamped, Base):
    __tablename__ = "workflow_execution"
    __table_args__ = (Index("ix_workflow_execution_status", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    execution: Mapped[int] = mapped_column(ForeignKey("execution.id", ondelete="CASCADE"), unique=True)
    workflow_def: Mapped[int | None] = mapped_column(ForeignKey("workflow_definition.id", ondelete="SET NULL"), index=True)
    workflow_ref: Mapped[str] = mapped_column(String(255), index=True)
    revision: Mapped[int] = mapped_column(ForeignKey("workflow_revision.id"))
    parent_workflow_execution: Mapped[int | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20))
    paused: Mapped[bool] = mapped_column(default=False)
    pausing: Mapped[bool] = mapped_column(default=False)
    pause_reason: Mapped[str | None] = mapped_column(Text)
    error_message: Mapped[str | None] = mapped_column(Text)
    warnings: Mapped[list[Any]] = mapped_column(Json, default=list)
    variables: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # masked
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted {variables, secrets}, when secrets are in play
    state: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # header of the engine's state (codec.encode_header)
    version: Mapped[int] = mapped_column(default=0)  # +1 per change anyone could see; the pages' poll compares it
    event_seq: Mapped[int] = mapped_column(default=0)  # number of the last event, gap-free
    total_tasks: Mapped[int] = mapped_column(default=0)
    completed_tasks: Mapped[int] = mapped_column(default=0)
    failed_tasks: Mapped[int] = mapped_column(default=0)
    running_tasks: Mapped[int] = mapped_column(default=0)
    waiting_tasks: Mapped[int] = mapped_column(default=0)
    skipped_tasks: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class WorkflowTaskExecution(Stamped, Base):
    """One visit of one task. `doc` is the engine's record of it (codec.encode_visit)."""

    __tablename__ = "workflow_task_execution"
    __table_args__ = (UniqueConstraint("workflow_execution", "task_name", "visit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workflow_execution: Mapped[int] = mapped_column(ForeignKey("workflow_execution.id", ondelete="CASCADE"))
    task_name: Mapped[str] = mapped_column(String(255))
    visit: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(20))
    doc: Mapped[dict[str, Any]] = mapped_column(Json)
    item_values: Mapped[list[Any] | None] = mapped_column(Json)  # the visit's items, written once when it opened them
    item_values_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted instead, when secrets are in them
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    duration_ms: Mapped[int | None] = mapped_column()
