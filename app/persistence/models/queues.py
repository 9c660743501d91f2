"""Work queues, kept as their packs describe them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class WorkQueue(Stamped, Base):
    __tablename__ = "work_queue"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int | None] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str | None] = mapped_column(String(255))
    is_adhoc: Mapped[bool] = mapped_column(default=False)
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(default=True)
    accepting_new_items: Mapped[bool] = mapped_column(default=True)
    dispatch_action: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"), index=True)
    dispatch_action_ref: Mapped[str | None] = mapped_column(String(255))
    default_priority: Mapped[int] = mapped_column(default=0)
    allow_pending_update: Mapped[bool] = mapped_column(default=False)
    update_strategy: Mapped[str] = mapped_column(String(20), default="immutable")  # immutable | replace | merge_patch
    batch_mode: Mapped[str] = mapped_column(String(20), default="single")  # single | batch
    item_schema: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    action_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    permission_set_refs: Mapped[list[str] | None] = mapped_column(Json)
    config: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
