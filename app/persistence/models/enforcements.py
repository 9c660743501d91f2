"""Enforcements: a rule took an event up. The unique key makes that happen once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, UtcTime


class Enforcement(Base):
    __tablename__ = "enforcement"
    __table_args__ = (UniqueConstraint("rule", "event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[int | None] = mapped_column(ForeignKey("rule.id", ondelete="SET NULL"))
    rule_ref: Mapped[str] = mapped_column(String(255), index=True)
    trigger_ref: Mapped[str] = mapped_column(String(255), index=True)
    event: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    status: Mapped[str] = mapped_column(String(20), default="created")  # created | processed | disabled
    condition: Mapped[str] = mapped_column(String(10), default="all")  # all | any
    conditions: Mapped[Any] = mapped_column(Json, default=dict)
    config: Mapped[dict[str, Any] | None] = mapped_column(Json)  # the rendered action_params, secrets masked
    payload: Mapped[Any | None] = mapped_column(Json)
    created: Mapped[datetime] = mapped_column(UtcTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcTime)
