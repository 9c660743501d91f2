"""Signing in and out: passwords, token pairs, sessions. Rules of api.md 2."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, NotFound, Unauthenticated
from app.persistence import session
from app.persistence.models import Identity
from app.persistence.repositories import identities
from app.persistence.session import Transaction
from app.services import access, auth_tokens, passwords, ports
from app.services.auth_tokens import ACCESS_LIFE_S, REFRESH_LIFE_S, Claims, TokenType
from app.services.login_attempts import failed_logins
from app.services.mail_addresses import require_mail_address

_WRONG = "The login or the password is wrong."


def caller_of_token(token: str) -> Caller:
    """The caller behind a bearer token. Raises Unauthenticated; refresh tokens are good only for `refresh`."""
    claims = auth_tokens.read(token)
    if claims.token_type == TokenType.REFRESH:
        raise Unauthenticated("A refresh token is good only at /auth/refresh. Send the access token.")
    return access.caller_for(claims.identity_id, claims)


def check_password(login: str, password: str) -> Caller:
    """The caller (of kind "session") when the password is right.

    Raises:
        Unauthenticated: unknown login or wrong password, same text and same time for both.
        Forbidden: right, but frozen.
        TooMany: this login name failed too often lately.
    """
    return access.caller_for(_verified_identity(login, password).id)


def session_mark(identity_id: int) -> int:
    """What a browser session must remember to be ended from elsewhere (see `caller_of_session`)."""
    with session.reading() as tx:
        identity = identities.get(tx, identity_id)
        if identity is None:
            raise Unauthenticated("The identity is gone.")
        return identity.session_epoch


def caller_of_session(*, identity_id: int, mark: int) -> Caller:
    """The caller behind a browser session. Raises Unauthenticated when it was ended, frozen or is gone."""
    return access.caller_for(identity_id, session_mark=mark)


def page_token(by: Caller) -> dict[str, Any]:
    """{access_token, expires_in}: what the scripts of a signed-in page call the API with; short-lived, no refresh."""
    access.require_person(by)
    token = auth_tokens.issue(
        identity_id=by.identity_id, login=by.login, token_type=TokenType.ACCESS, life_s=auth_tokens.PAGE_LIFE_S
    )
    return {"access_token": token, "expires_in": auth_tokens.PAGE_LIFE_S}


def login(*, login: str, password: str) -> dict[str, Any]:
    """A TokenResponse of api.md 2; raises as `check_password`."""
    identity = _verified_identity(login, password)
    with session.transaction() as tx:
        return _token_pair(tx, identity, session_id=ports.current().new_token())


def register(*, login: str, password: str, display_name: str | None) -> dict[str, Any]:
    """A new identity without any rights, signed in. Raises Forbidden (closed) or Conflict (taken)."""
    if not ports.settings().self_registration:
        raise Forbidden("Self-registration is switched off here (ATTUNE_SELF_REGISTRATION). Ask an administrator.")
    password_hash = passwords.hash_password(password)
    with session.transaction() as tx:
        if identities.by_login(tx, login) is not None:
            raise Conflict(f"The login '{login}' is taken.")
        identity = identities.add(tx, login=login, display_name=display_name, password_hash=password_hash, now=ports.now())
        return _token_pair(tx, identity, session_id=ports.current().new_token())


def refresh(*, refresh_token: str) -> dict[str, Any]:
    """A new pair for a refresh token, which is used up by it. A second use ends the whole session."""
    claims = auth_tokens.read(refresh_token)
    if claims.token_type != TokenType.REFRESH:
        raise Unauthenticated("This is no refresh token.")
    access.caller_for(claims.identity_id, claims)
    with session.transaction() as tx:
        pair = _rotate(tx, claims, refresh_token)
    if pair is None:
        raise Unauthenticated("This refresh token was used or revoked before. Sign in again.")
    return pair


def logout(*, by: Caller) -> None:
    """Revoke the refresh tokens of the session the caller's token came from."""
    if by.session_id is None:
        return
    with session.transaction() as tx:
        identities.revoke_session(tx, session_id=by.session_id, identity_id=by.identity_id, now=ports.now())


def change_password(*, current_password: str, new_password: str, by: Caller) -> None:
    """Replace the password and end every other session. Raises Unauthenticated when the current one is wrong."""
    access.require_person(by)
    _verified_identity(by.login, current_password)
    password_hash = passwords.hash_password(new_password)
    with session.transaction() as tx:
        identity = _existing(tx, by.identity_id)
        identity.password_hash = password_hash
        identity.session_epoch += 1
        identities.revoke_other_sessions(tx, identity_id=identity.id, but=by.session_id, now=ports.now())


def update_profile(*, changes: Mapping[str, Any], by: Caller) -> None:
    """Change one's own `display_name` and `email`. Invalid: no mail address."""
    if not changes:
        return
    access.require_person(by)
    require_mail_address(changes.get("email"))
    with session.transaction() as tx:
        row = _existing(tx, by.identity_id)
        for name, value in changes.items():
            setattr(row, name, value)


def token_login(*, token: str) -> dict[str, Any]:
    """A token pair for an integration token. Raises Unauthenticated: unknown, expired, revoked, or frozen identity."""
    with session.transaction() as tx:
        row = identities.integration_token_by_hash(tx, hash_of(token))
        now = ports.now()
        if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            raise Unauthenticated("This integration token is unknown, expired or revoked.")
        identity = _existing(tx, row.identity_id)
        if identity.frozen:
            raise Unauthenticated("The identity of this integration token is frozen.")
        row.last_used_at = now
        return _token_pair(tx, identity, session_id=ports.current().new_token())


def execution_token(
    execution_id: int, action_ref: str, permission_set_refs: list[str], identity: int, life_s: float
) -> str:
    """ATTUNE_API_TOKEN of an execution that runs for `identity` (its id); see auth_tokens.execution_token."""
    return auth_tokens.execution_token(
        execution_id=execution_id,
        action_ref=action_ref,
        permission_set_refs=permission_set_refs,
        identity_id=identity,
        life_s=life_s,
    )


def hash_of(token: str) -> str:
    """Long random tokens are kept as their SHA-256: enough for what cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _verified_identity(login: str, password: str) -> Identity:
    failed_logins.check(login)
    with session.reading() as tx:
        identity = identities.by_login(tx, login)
    if not passwords.matches(identity.password_hash if identity else None, password) or identity is None:
        failed_logins.failed(login)
        raise Unauthenticated(_WRONG)
    failed_logins.succeeded(login)
    if identity.frozen:
        raise Forbidden("This identity is frozen. Ask an administrator.")
    return identity


def _existing(tx: Transaction, identity_id: int) -> Identity:
    identity = identities.get(tx, identity_id)
    if identity is None:
        raise NotFound("The identity is gone.")
    return identity


def _rotate(tx: Transaction, claims: Claims, token: str) -> dict[str, Any] | None:
    """A new pair, or None when the token was used before (the session is then ended, and that must be committed)."""
    now = ports.now()
    jti = claims.jti or hash_of(token)
    session_id = claims.session_id or jti
    unused = identities.use_refresh_token(tx, jti, now=now)
    if unused is False:
        identities.revoke_session(tx, session_id=session_id, identity_id=claims.identity_id, now=now)
        return None
    if unused is None:  # signed with our secret by somebody else: good once
        identities.add_refresh_token(
            tx, jti=jti, session_id=session_id, identity_id=claims.identity_id,
            expires_at=claims.expires_at, revoked_at=now,
        )  # fmt: skip
    return _token_pair(tx, _existing(tx, claims.identity_id), session_id=session_id)


def _token_pair(tx: Transaction, identity: Identity, *, session_id: str) -> dict[str, Any]:
    jti = ports.current().new_token()
    now = ports.now()
    identities.forget_expired_refresh_tokens(tx, now=now)
    identities.add_refresh_token(
        tx, jti=jti, session_id=session_id, identity_id=identity.id,
        expires_at=now + timedelta(seconds=REFRESH_LIFE_S), revoked_at=None,
    )  # fmt: skip
    common: dict[str, Any] = {"identity_id": identity.id, "login": identity.login, "session_id": session_id}
    return {
        "access_token": auth_tokens.issue(**common, token_type=TokenType.ACCESS, life_s=ACCESS_LIFE_S),
        "refresh_token": auth_tokens.issue(**common, token_type=TokenType.REFRESH, life_s=REFRESH_LIFE_S, jti=jti),
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE_S,
        "user": {"id": identity.id, "login": identity.login, "display_name": identity.display_name},
    }
