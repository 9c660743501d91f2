"""Somebody must be able to sign in: the administrator of the first start.

Source: api.md 2. The production profile has explicit values (app/boot.py refuses to start without them).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from app.engine.errors import Conflict, NotFound
from app.persistence import session
from app.persistence.models import PermissionAssignment
from app.persistence.repositories import identities, permissions
from app.persistence.session import Transaction
from app.services import passwords, ports
from app.settings import Settings

log = logging.getLogger(__name__)

DEVELOPMENT_LOGIN = "test@attune.local"
DEVELOPMENT_PASSWORD = "TestPass123!"  # noqa: S105 - published on purpose, see api.md 2
ADMIN_SET = "core.admin"


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who was created, to be told once to the person who started the server."""

    login: str
    password: str


def ensure_first_administrator(settings: Settings) -> FirstAdministrator | None:
    """Create the administrator when there is no identity at all; None when there is one already.

    In the development profile without a given password it is the published one. Call it after the shipped packs
    were loaded (NotFound without the core pack); several processes may do so at once.
    """
    with session.reading() as tx:
        if identities.any_identity(tx):
            return None
    created = _credentials(settings)
    try:
        with session.transaction() as tx:
            _create(tx, created)
    except Conflict:  # another process was faster
        return None
    return created


def _credentials(settings: Settings) -> FirstAdministrator:
    if settings.admin_password:
        return FirstAdministrator(settings.admin_login, settings.admin_password)
    if settings.host not in ("127.0.0.1", "localhost", "::1"):
        log.warning("the published development password is in use on %s: set ATTUNE_ADMIN_PASSWORD", settings.host)
    login = settings.admin_login if settings.admin_login != "admin" else DEVELOPMENT_LOGIN
    return FirstAdministrator(login, DEVELOPMENT_PASSWORD)


def _create(tx: Transaction, who: FirstAdministrator) -> None:
    if identities.any_identity(tx):
        return
    now = ports.now()
    administrator = identities.add(
        tx, login=who.login, display_name="Administrator", password_hash=passwords.hash_password(who.password), now=now
    )
    rights = permissions.by_ref(tx, ADMIN_SET)
    if rights is None:
        raise NotFound(f"The permission set '{ADMIN_SET}' is missing: load the core pack before the first start.")
    tx.session.add(PermissionAssignment(identity_id=administrator.id, permission_set_id=rights.id, created=now))
