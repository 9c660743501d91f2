"""Events: a trigger fired. (What changes in an execution is the event log, events.py.)"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, UtcTime


class TriggerEvent(Base):
    __tablename__ = "event"
    __table_args__ = (Index("ix_event_trigger_created", "trigger", "created"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trigger: Mapped[int | None] = mapped_column(ForeignKey("trigger.id", ondelete="SET NULL"))
    trigger_ref: Mapped[str] = mapped_column(String(255), index=True)
    config: Mapped[dict[str, Any] | None] = mapped_column(Json)
    payload: Mapped[Any | None] = mapped_column(Json)
    source: Mapped[int | None] = mapped_column(ForeignKey("sensor.id", ondelete="SET NULL"), index=True)
    source_ref: Mapped[str | None] = mapped_column(String(255))
    rule: Mapped[int | None] = mapped_column(ForeignKey("rule.id", ondelete="SET NULL"), index=True)
    rule_ref: Mapped[str | None] = mapped_column(String(255))
    created: Mapped[datetime] = mapped_column(UtcTime)
