"""Inquiries: questions to people, who is asked, their alarms, the chain of their records, and the signed links."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


class Inquiry(Stamped, Base):
    __tablename__ = "inquiry"
    __table_args__ = (Index("ix_inquiry_status_timeout", "status", "timeout_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    execution: Mapped[int] = mapped_column(ForeignKey("execution.id", ondelete="CASCADE"), index=True)
    workflow_execution: Mapped[int | None] = mapped_column(ForeignKey("workflow_execution.id", ondelete="CASCADE"), index=True)
    task_name: Mapped[str | None] = mapped_column(String(255))
    asked_by_engine: Mapped[bool] = mapped_column(default=False)  # core.ask or __inquiry: its answer ends the execution
    prompt: Mapped[str] = mapped_column(Text)
    response_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"), index=True)
    assignees: Mapped[dict[str, Any]] = mapped_column(Json, default=lambda: {"identities": [], "roles": []})
    status: Mapped[str] = mapped_column(String(20), default="pending")
    response: Mapped[Any | None] = mapped_column(Json)
    default_response: Mapped[Any | None] = mapped_column(Json)
    timeout_at: Mapped[datetime | None] = mapped_column(UtcTime)
    responded_at: Mapped[datetime | None] = mapped_column(UtcTime)
    responded_by: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"))
    evidence: Mapped[list[Any]] = mapped_column(Json, default=list)
    buttons: Mapped[list[Any]] = mapped_column(Json, default=list)
    policy: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # quorum, veto, exclude, remind, escalate, comment …
    answers: Mapped[list[Any]] = mapped_column(Json, default=list)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"))
    record: Mapped[dict[str, Any] | None] = mapped_column(Json)  # frozen question and answer with digest


class InquiryAssignee(Base):
    """One of those who are asked: an identity or a role. `inquiry.assignees` says the same; this can be searched."""

    __tablename__ = "inquiry_assignee"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry: Mapped[int] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    identity: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    role: Mapped[str | None] = mapped_column(String(255), index=True)


class InquiryAlarm(Base):
    """When an open question is due to remind or to escalate. Closing the question removes its alarms.

    Not in `timer`: that belongs to runs, and a question may be asked outside of one.
    """

    __tablename__ = "inquiry_alarm"
    __table_args__ = (UniqueConstraint("inquiry", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry: Mapped[int] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))  # remind, escalate
    number: Mapped[int] = mapped_column(default=0)  # of the reminder, from 0
    due_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class InquiryRecord(Base):
    """One link of the chain of records. It outlives its inquiry, so that a deleted one leaves a visible gap."""

    __tablename__ = "inquiry_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry: Mapped[int] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(80))
    previous: Mapped[str | None] = mapped_column(String(80), unique=True)  # unique: the chain never forks
    created: Mapped[datetime] = mapped_column(UtcTime)
    record: Mapped[dict[str, Any] | None] = mapped_column(Json)  # kept here once the inquiry was cleaned up with its run


class InquiryLink(Base):
    """A signed single-use link; only the hash of its token is kept."""

    __tablename__ = "inquiry_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry: Mapped[int] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    identity: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
