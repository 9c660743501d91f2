"""The datastore: keys owned by the system, identities, packs, actions or sensors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


class Key(Stamped, Base):
    __tablename__ = "key"
    __table_args__ = (UniqueConstraint("ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    owner_type: Mapped[str] = mapped_column(String(20))
    owner_identity: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    owner_pack: Mapped[int | None] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"))
    owner_pack_ref: Mapped[str | None] = mapped_column(String(255))
    owner_action: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"))
    owner_action_ref: Mapped[str | None] = mapped_column(String(255))
    owner_sensor: Mapped[int | None] = mapped_column()
    owner_sensor_ref: Mapped[str | None] = mapped_column(String(255))
    encrypted: Mapped[bool] = mapped_column(default=False)
    value: Mapped[Any | None] = mapped_column(Json)  # null when encrypted
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
