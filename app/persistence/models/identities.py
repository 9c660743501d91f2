"""Who may do what: identities, roles, permission sets, and their tokens (only hashes are kept)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped, UtcTime


class Identity(Stamped, Base):
    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(255), unique=True)
    display_name: Mapped[str | None] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(320))  # where notices go; None: nowhere
    password_hash: Mapped[str | None] = mapped_column(Text)
    frozen: Mapped[bool] = mapped_column(default=False)
    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to end every web session of the identity


class IdentityRole(Stamped, Base):
    __tablename__ = "identity_role"
    __table_args__ = (UniqueConstraint("identity_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(255), index=True)
    source: Mapped[str] = mapped_column(String(50), default="local")
    managed: Mapped[bool] = mapped_column(default=False)


class PermissionSet(Stamped, Base):
    __tablename__ = "permission_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int | None] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str | None] = mapped_column(String(255))
    label: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    grants: Mapped[list[Any]] = mapped_column(Json, default=list)


class PermissionSetRole(Base):
    __tablename__ = "permission_set_role"
    __table_args__ = (UniqueConstraint("permission_set_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    permission_set_id: Mapped[int] = mapped_column(ForeignKey("permission_set.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(255), index=True)
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))


class PermissionAssignment(Base):
    __tablename__ = "permission_assignment"
    __table_args__ = (UniqueConstraint("identity_id", "permission_set_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    permission_set_id: Mapped[int] = mapped_column(ForeignKey("permission_set.id", ondelete="CASCADE"))
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))


class IntegrationToken(Stamped, Base):
    __tablename__ = "integration_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_prefix: Mapped[str] = mapped_column(String(20))
    token_suffix: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[int | None] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoke_reason: Mapped[str | None] = mapped_column(Text)


class RefreshToken(Base):
    """Issued refresh tokens by their `jti`, so that logout can revoke a session."""

    __tablename__ = "refresh_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    jti: Mapped[str] = mapped_column(String(64), unique=True)
    session_id: Mapped[str] = mapped_column(String(64), index=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
