"""Triggers: what may happen. A webhook's key and settings belong to its trigger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class Trigger(Stamped, Base):
    __tablename__ = "trigger"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int | None] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str | None] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(default=True)
    param_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    out_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    webhook_enabled: Mapped[bool] = mapped_column(default=False)
    webhook_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    webhook_config: Mapped[dict[str, Any] | None] = mapped_column(Json)  # the HMAC secret reads ***
    webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed
    is_adhoc: Mapped[bool] = mapped_column(default=False)
    file_says: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # switches as the pack's file last set them
    sensor: Mapped[int | None] = mapped_column(ForeignKey("sensor.id", ondelete="SET NULL"), index=True)
    sensor_ref: Mapped[str | None] = mapped_column(String(255))
