"""Sensors: programs that watch something and report events of their triggers. Kept as their packs describe them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class Sensor(Stamped, Base):
    __tablename__ = "sensor"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int | None] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str | None] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    entrypoint: Mapped[str] = mapped_column(Text, default="")
    runtime: Mapped[int | None] = mapped_column(ForeignKey("runtime.id", ondelete="SET NULL"))
    runtime_ref: Mapped[str | None] = mapped_column(String(255))
    trigger_types: Mapped[list[str]] = mapped_column(Json, default=list)  # refs; the first is `trigger_ref`
    enabled: Mapped[bool] = mapped_column(default=True)
    param_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    config: Mapped[dict[str, Any] | None] = mapped_column(Json)
    worker_selector: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    worker_tolerations: Mapped[list[Any]] = mapped_column(Json, default=list)
    worker_affinity: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
