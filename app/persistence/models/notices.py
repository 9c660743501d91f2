"""Notices: word to people and to other systems about a question, kept until it is delivered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, UtcTime


class Notice(Base):
    """One delivery of one happening, written in the transaction in which it happened.

    `key` is made of the question, the happening, the channel and the person, so that writing it again adds nothing.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_status_due_at", "status", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    inquiry: Mapped[int] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    happening: Mapped[str] = mapped_column(String(20))  # app.engine.inquiries.notices.HAPPENINGS
    channel: Mapped[str] = mapped_column(String(10))  # mail, webhook
    identity: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))  # mail: to whom
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # who did it, and what is particular to it
    status: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting, sent, failed, dropped
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcTime)  # of the next attempt; while one is under way, when to take over
    error: Mapped[str | None] = mapped_column(Text)  # of the last attempt that failed
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
