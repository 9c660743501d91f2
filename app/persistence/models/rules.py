"""Rules: when this happens, run that; and the schedules of those that wait for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


class Rule(Stamped, Base):
    """`trigger` and `action` become null when what they named is deleted; the refs stay, and find a later one."""

    __tablename__ = "rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    action: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"), index=True)
    action_ref: Mapped[str] = mapped_column(String(255), index=True)
    trigger: Mapped[int | None] = mapped_column(ForeignKey("trigger.id", ondelete="SET NULL"), index=True)
    trigger_ref: Mapped[str] = mapped_column(String(255), index=True)
    conditions: Mapped[Any] = mapped_column(Json, default=dict)
    action_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    trigger_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    permission_set_refs: Mapped[list[str] | None] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(default=True)
    is_adhoc: Mapped[bool] = mapped_column(default=False)
    file_says: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # switches as the pack's file last set them
    owner_identity: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"), index=True)


class RuleTimer(Base):
    """When a rule on a timer trigger fires next. No row: it is switched off, or its time is over."""

    __tablename__ = "rule_timer"

    rule: Mapped[int] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    due_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    fired: Mapped[int] = mapped_column(default=0)  # ticks so far, `execution_count` of the payload
