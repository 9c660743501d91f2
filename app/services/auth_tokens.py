"""Signed tokens (JWT, HS256): what goes in, what comes out. No database here.

Source: api.md 2. Claims: sub (identity id as text), login, iat, exp, token_type, and as needed scope, metadata,
jti, sid (the login a token descends from, so that logout ends just that one).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import jwt

from app.engine.errors import Unauthenticated
from app.services import ports

ACCESS_LIFE_S = 3600
PAGE_LIFE_S = 600  # of a page's scripts, which ask for a new one through the browser's session
REFRESH_LIFE_S = 7 * 24 * 3600
_LARGEST_ID = 2**63 - 1


class TokenType(StrEnum):
    """What a token is for. A refresh token is good only at /auth/refresh."""

    ACCESS = "access"
    REFRESH = "refresh"
    EXECUTION = "execution"
    SENSOR = "sensor"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Claims:
    """A token that verified."""

    identity_id: int
    token_type: str
    issued_at: datetime | None
    expires_at: datetime
    jti: str | None
    session_id: str | None
    metadata: Mapping[str, Any]


def issue(
    *, identity_id: int, login: str, token_type: str, life_s: float, jti: str | None = None,
    session_id: str | None = None, scope: str | None = None, metadata: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """A signed token that expires `life_s` seconds from now."""
    now = int(ports.now().timestamp())
    claims: dict[str, Any] = {
        "sub": str(identity_id), "login": login, "iat": now, "exp": now + int(life_s), "token_type": str(token_type),
    }  # fmt: skip
    optional = {"jti": jti, "sid": session_id, "scope": scope, "metadata": metadata}
    claims.update({name: value for name, value in optional.items() if value is not None})
    return jwt.encode(claims, ports.settings().jwt_secret, algorithm="HS256")


def execution_token(
    *, execution_id: int, action_ref: str, permission_set_refs: Sequence[str], identity_id: int, life_s: float
) -> str:
    """The token an action gets as ATTUNE_API_TOKEN; `life_s` is its time limit (300 when it has none) plus 60."""
    return issue(
        identity_id=identity_id,
        login=f"execution:{execution_id}",
        token_type=TokenType.EXECUTION,
        life_s=life_s,
        scope="execution",
        metadata={
            "execution_id": execution_id,
            "action_ref": action_ref,
            "permission_set_refs": list(permission_set_refs),
        },
    )


def read(token: str) -> Claims:
    """Verify signature, expiry and form; whether the identity is still welcome is somebody else's question.

    Raises:
        Unauthenticated: with a text that says whether it expired or is none of ours.
    """
    claims = _verified(token)
    subject = str(claims["sub"])
    if not (subject.isascii() and subject.isdigit()) or not 0 < int(subject[:20]) <= _LARGEST_ID:
        raise Unauthenticated("The token names no identity of this server.")
    return Claims(
        identity_id=int(subject),
        token_type=str(claims.get("token_type") or TokenType.ACCESS),
        issued_at=_time(claims.get("iat")),
        expires_at=_time(claims["exp"]) or ports.now(),
        jti=_text(claims.get("jti")),
        session_id=_text(claims.get("sid")),
        metadata=claims["metadata"] if isinstance(claims.get("metadata"), dict) else {},
    )


def _verified(token: str) -> dict[str, Any]:
    options: Any = {"require": ["sub", "exp"], "verify_exp": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, ports.settings().jwt_secret, algorithms=["HS256"], options=options)
        expired = float(claims["exp"]) <= ports.now().timestamp()
    except (jwt.InvalidTokenError, ValueError, TypeError, UnicodeError, OverflowError, RecursionError):
        raise Unauthenticated("The token is not valid here. Sign in again.") from None
    if expired:
        raise Unauthenticated("The token has expired. Refresh it or sign in again.")
    return claims


def _time(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _text(value: Any) -> str | None:
    return value[:64] if isinstance(value, str) and value else None
