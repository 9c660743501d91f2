"""Callers from identities, and the one way a service says no.

Grants are read fresh each time, in one query, so that a change of roles or sets takes effect on the next request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.engine.access import Caller, Target, grants_of
from app.engine.errors import Forbidden, NotFound, Unauthenticated
from app.persistence import session
from app.persistence.repositories import identities
from app.services.auth_tokens import Claims, TokenType


def caller_for(identity_id: int, claims: Claims | None = None, *, session_mark: int | None = None) -> Caller:
    """The caller behind an identity (of a browser session, without claims) or behind a verified token.

    Raises:
        Unauthenticated: no such identity, frozen, the token is older than the identity, or `session_mark` (see
            `auth.session_mark`) is not the identity's any more.
    """
    rows = _rows(identity_id, claims)
    if session_mark is not None and session_mark != rows[0].session_epoch:
        raise Unauthenticated("This session was ended. Sign in again.")
    login = rows[0].login
    return Caller(
        identity_id=identity_id,
        login=login,
        token_type=claims.token_type if claims else "session",
        grants=tuple(grant for row in rows if row.kind == "set" for grant in grants_of(row.grants or [])),
        roles=frozenset(row.name for row in rows if row.kind == "role"),
        execution_id=_execution_id(claims),
        permission_set_refs=tuple(sorted({row.name for row in rows if row.kind == "set"})),
        session_id=claims.session_id if claims else None,
    )


def require(caller: Caller, resource: str, action: str, target: Target | None = None) -> None:
    """Raise Forbidden unless the caller may do this: to any such object (no target), or to this one."""
    allowed = caller.admits(resource, action) if target is None else caller.allows(resource, action, target)
    if not allowed:
        raise Forbidden(f"{caller.login} is not permitted to do this: it takes the right {resource}:{action}.")


def require_visible(caller: Caller, resource: str, target: Target, *, what: str) -> None:
    """Raise NotFound unless the caller may read this object: what one may not see does not exist."""
    if not caller.allows(resource, "read", target):
        raise NotFound(f"There is no {what}.")


def require_person(caller: Caller) -> None:
    """Raise Forbidden for tokens of executions, sensors and workers: they must not change who they act for."""
    if caller.token_type not in ("access", "session", "system"):
        raise Forbidden(f"A token of the kind '{caller.token_type}' cannot change an identity.")


def require_holds(by: Caller, set_ref: str, grants: list[Any]) -> None:
    """Raise Forbidden when `grants` go beyond what the caller may do."""
    if not by.covers(grants_of(grants)):
        raise Forbidden(f"{by.login} cannot hand out '{set_ref}': it has rights {by.login} does not hold.")


def _rows(identity_id: int, claims: Claims | None) -> Sequence[Any]:
    with session.reading() as tx:
        rows = identities.with_grants(tx, identity_id, only_sets=_named_sets(claims))
    if not rows or rows[0].frozen:
        raise Unauthenticated("The identity of this token is frozen or gone.")
    # Ids may be used again after a deletion; a token from before the creation was somebody else's.
    if claims and claims.issued_at and claims.issued_at < rows[0].created.replace(microsecond=0):
        raise Unauthenticated("The token is older than its identity.")
    return rows


def _named_sets(claims: Claims | None) -> list[str] | None:
    if claims is None or claims.token_type != TokenType.EXECUTION:
        return None
    named = claims.metadata.get("permission_set_refs")
    return [ref for ref in named if isinstance(ref, str)] if isinstance(named, list) else []


def _execution_id(claims: Claims | None) -> int | None:
    metadata: Mapping[str, Any] = claims.metadata if claims else {}
    number = metadata.get("execution_id")
    return number if isinstance(number, int) else None
