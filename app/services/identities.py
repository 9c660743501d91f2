"""Identities: made, changed, frozen, deleted; their roles and integration tokens. Rules of api.md 14.

Nobody hands out rights they do not hold themselves, and the last administrator cannot be locked out.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, NotFound
from app.persistence import session
from app.persistence.models import Identity, IdentityRole, IntegrationToken
from app.persistence.repositories import identities, permissions
from app.persistence.session import Transaction
from app.services import passwords, ports
from app.services.access import require, require_holds, require_person
from app.services.auth import hash_of
from app.services.first_administrator import ADMIN_SET
from app.services.mail_addresses import require_mail_address

TOKEN_PREFIX = "attune_"  # noqa: S105 - what secret scanners look for


def create(
    *, login: str, display_name: str | None, password: str | None, attributes: dict[str, Any], by: Caller,
    email: str | None = None,
) -> int:  # fmt: skip
    """A new identity without rights; without a password it can only use integration tokens. Conflict: login taken."""
    require_person(by)
    require_mail_address(email)
    password_hash = passwords.hash_password(password) if password is not None else None
    with session.transaction() as tx:
        if identities.by_login(tx, login) is not None:
            raise Conflict(f"The login '{login}' is taken.")
        row = identities.add(
            tx, login=login, display_name=display_name, password_hash=password_hash, attributes=attributes, now=ports.now()
        )
        row.email = email
        tx.session.flush()
        return row.id


def update(*, identity_id: int, changes: dict[str, Any], by: Caller) -> None:
    """Change `display_name`, `email`, `attributes`, `password`; a new password ends every session of the identity.

    Raises:
        Forbidden: a password or a mail address, where links that answer are sent, for somebody with more rights
            than the caller. Invalid: no mail address.
    """
    require_person(by)
    require_mail_address(changes.get("email"))
    password = changes.pop("password", None)
    password_hash = passwords.hash_password(password) if password is not None else None
    with session.transaction() as tx:
        row = _existing(tx, identity_id)
        for name, value in changes.items():
            setattr(row, name, value)
        if password_hash is not None or "email" in changes:
            _require_all_rights_of(tx, identity_id, by)
        if password_hash is not None:
            row.password_hash = password_hash
            _end_sessions(tx, row)


def delete(*, identity_id: int, by: Caller) -> None:
    """Remove it with its roles, rights and tokens; what it ran stays. Conflict: the last administrator."""
    require_person(by)
    with session.transaction() as tx, keep_an_administrator(tx):
        tx.session.delete(_existing(tx, identity_id))


def freeze(*, identity_id: int, by: Caller) -> None:
    """Its tokens and sessions stop working at once. Conflict: the last administrator."""
    require_person(by)
    with session.transaction() as tx, keep_an_administrator(tx):
        row = _existing(tx, identity_id)
        row.frozen = True
        _end_sessions(tx, row)


def unfreeze(*, identity_id: int, by: Caller) -> None:
    require_person(by)
    with session.transaction() as tx:
        _existing(tx, identity_id).frozen = False


def add_role(*, identity_id: int, role: str, by: Caller) -> IdentityRole:
    """Attach a role. Conflict: it has it; Forbidden: the role carries rights the caller does not hold."""
    require_person(by)
    with session.transaction() as tx:
        _existing(tx, identity_id)
        if identities.has_role(tx, identity_id, role):
            raise Conflict(f"The identity has the role '{role}' already.")
        for carried in permissions.with_role(tx, role):
            require_holds(by, carried.ref, carried.grants)
        row = IdentityRole(identity_id=identity_id, role=role, created=ports.now(), updated=ports.now())
        tx.session.add(row)
    return row


def remove_role(*, role_id: int, by: Caller) -> None:
    require_person(by)
    with session.transaction() as tx, keep_an_administrator(tx):
        row = identities.get_role(tx, role_id)
        if row is None:
            raise NotFound(f"There is no role assignment {role_id}.")
        tx.session.delete(row)


def create_integration_token(
    *, identity_id: int, label: str, description: str | None, expires_at: datetime | None, by: Caller
) -> tuple[str, IntegrationToken]:
    """A token for programs, and its row; the token itself is shown this once and kept only as a hash.

    For oneself no right is needed; for others `identities:update` and all the rights they have.
    """
    require_token_rights(identity_id, by)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with session.transaction() as tx:
        _existing(tx, identity_id)
        if identity_id != by.identity_id:
            _require_all_rights_of(tx, identity_id, by)
        row = IntegrationToken(
            identity_id=identity_id, label=label, description=description, expires_at=expires_at,
            token_hash=hash_of(token), token_prefix=token[:11], token_suffix=token[-4:],
            created_by=by.identity_id, created=ports.now(), updated=ports.now(),
        )  # fmt: skip
        tx.session.add(row)
    return token, row


def revoke_integration_token(*, identity_id: int, token_id: int, reason: str | None, by: Caller) -> IntegrationToken:
    """Ends its use; again changes nothing."""
    require_token_rights(identity_id, by)
    with session.transaction() as tx:
        row = _token(tx, identity_id, token_id)
        if row.revoked_at is None:
            row.revoked_at = ports.now()
            row.revoke_reason = reason
    return row


def delete_integration_token(*, identity_id: int, token_id: int, by: Caller) -> None:
    require_token_rights(identity_id, by)
    with session.transaction() as tx:
        tx.session.delete(_token(tx, identity_id, token_id))


def require_token_rights(identity_id: int, by: Caller) -> None:
    """Raise Forbidden unless these are the caller's own tokens, or it may change identities."""
    require_person(by)
    if identity_id != by.identity_id:
        require(by, "identities", "update")


@contextmanager
def keep_an_administrator(tx: Transaction) -> Iterator[None]:
    """Around a change that takes rights away: Conflict when it would leave nobody with the administrator's."""
    before = identities.with_full_rights(tx, ADMIN_SET)
    yield
    tx.session.flush()
    if before and identities.with_full_rights(tx, ADMIN_SET) == 0:
        raise Conflict("This would leave nobody who may administer the server. Give somebody else 'core.admin' first.")


def _end_sessions(tx: Transaction, row: Identity) -> None:
    row.session_epoch += 1
    identities.revoke_other_sessions(tx, identity_id=row.id, but=None, now=ports.now())


def _require_all_rights_of(tx: Transaction, identity_id: int, by: Caller) -> None:
    held = [row.grants for row in identities.with_grants(tx, identity_id) if row.kind == "set"]
    for grants in held:
        require_holds(by, "these rights", grants or [])


def _existing(tx: Transaction, identity_id: int) -> Identity:
    row = identities.get(tx, identity_id)
    if row is None:
        raise NotFound(f"There is no identity {identity_id}.")
    return row


def _token(tx: Transaction, identity_id: int, token_id: int) -> IntegrationToken:
    row = identities.integration_token(tx, identity_id=identity_id, token_id=token_id)
    if row is None:
        raise NotFound(f"Identity {identity_id} has no integration token {token_id}.")
    return row
