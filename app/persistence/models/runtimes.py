"""Runtimes: what can run an action's entry point."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class Runtime(Stamped, Base):
    __tablename__ = "runtime"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int | None] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)
    description: Mapped[str | None] = mapped_column(Text)
    distributions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    installation: Mapped[dict[str, Any] | None] = mapped_column(Json)
    execution_config: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
