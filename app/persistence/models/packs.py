"""Packs: named bundles of actions, workflows and configuration."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class Pack(Stamped, Base):
    __tablename__ = "pack"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(50))
    conf_schema: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    config: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    meta: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    runtime_deps: Mapped[list[Any]] = mapped_column(Json, default=list)
    dependencies: Mapped[list[Any]] = mapped_column(Json, default=list)
    is_standard: Mapped[bool] = mapped_column(default=False)
    installed_by: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"))
    source_type: Mapped[str | None] = mapped_column(String(50))
    source_url: Mapped[str | None] = mapped_column(Text)
    storage_path: Mapped[str | None] = mapped_column(Text)  # directory of the pack's files; None: only rows
    content_hash: Mapped[str | None] = mapped_column(String(64))  # of the files last loaded, to skip reloading
