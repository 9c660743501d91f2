"""Password hashes (argon2id), and checks that take as long for an unknown login as for a known one."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; None (no such identity, or one without password) never is."""
    try:
        return _hasher.verify(password_hash or _of_nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    return _hasher.hash("the password of nobody")
