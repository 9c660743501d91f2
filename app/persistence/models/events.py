"""The log of what changed in an execution: gap-free per execution, folding it gives the state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, UtcTime


class EventLog(Base):
    __tablename__ = "event_log"
    __table_args__ = (UniqueConstraint("execution", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    execution: Mapped[int] = mapped_column(ForeignKey("execution.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column()
    type: Mapped[str] = mapped_column(String(50))
    task_name: Mapped[str | None] = mapped_column(String(255))
    visit: Mapped[int | None] = mapped_column()
    item: Mapped[int | None] = mapped_column()
    attempt: Mapped[int | None] = mapped_column()
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created: Mapped[datetime] = mapped_column(UtcTime)
