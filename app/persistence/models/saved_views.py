"""Filters of the list of runs that somebody keeps under a name."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class SavedView(Stamped, Base):
    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("identity", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    filters: Mapped[dict[str, str]] = mapped_column(Json)  # as in the address of the list: {"status": "failed", ...}
