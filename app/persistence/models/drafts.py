"""Unsaved texts of workflows, and who has which workflow open: one row per person and workflow each."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Stamped, UtcTime


class WorkflowDraft(Stamped, Base):
    """A text somebody has not saved yet. By ref, since a new workflow has no row before its first save."""

    __tablename__ = "workflow_draft"
    __table_args__ = (UniqueConstraint("identity", "workflow_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    workflow_ref: Mapped[str] = mapped_column(String(255), index=True)
    text: Mapped[str] = mapped_column(Text)
    base: Mapped[int | None] = mapped_column(ForeignKey("workflow_revision.id", ondelete="SET NULL"))  # None: new


class WorkflowPresence(Base):
    """When somebody's editor was last heard of."""

    __tablename__ = "workflow_presence"
    __table_args__ = (UniqueConstraint("identity", "workflow_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    workflow_ref: Mapped[str] = mapped_column(String(255), index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
