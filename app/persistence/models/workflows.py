"""Workflow definitions and their immutable revisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


class WorkflowDefinition(Stamped, Base):
    __tablename__ = "workflow_definition"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str] = mapped_column(String(255), index=True)
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(50))
    param_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    out_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)  # exactly as stored by the client or parsed from the file
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    enabled: Mapped[bool] = mapped_column(default=True)
    draft: Mapped[bool] = mapped_column(default=False)  # has errors; can't be executed
    is_adhoc: Mapped[bool] = mapped_column(default=False)  # made through the API, not from a pack's files
    warnings: Mapped[list[Any]] = mapped_column(Json, default=list)
    task_count: Mapped[int] = mapped_column(default=0)
    source_path: Mapped[str | None] = mapped_column(Text)  # file of the graph, relative to the pack's directory
    # SHA-256 of its file or files as they were last read or written; None: no files, or not known
    source_hash: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int | None] = mapped_column()  # id of the current workflow_revision


class WorkflowRevision(Base):
    """One immutable version of a definition; running executions are pinned to one.

    History only grows: what goes back to an older content is a new revision with the same hash.
    """

    __tablename__ = "workflow_revision"
    __table_args__ = (UniqueConstraint("workflow_def", "number", name="uq_workflow_revision_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workflow_def: Mapped[int | None] = mapped_column(ForeignKey("workflow_definition.id", ondelete="SET NULL"), index=True)
    workflow_ref: Mapped[str] = mapped_column(String(255), index=True)
    number: Mapped[int] = mapped_column(default=1)  # 1, 2, 3 … per workflow, for people
    content_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str | None] = mapped_column(Text)  # the YAML, when it came as text
    document: Mapped[dict[str, Any]] = mapped_column(Json)  # whole document: definition + ref, label, version, schemas
    note: Mapped[str | None] = mapped_column(String(500))  # what its author says about it
    created_by: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"))
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
