"""Somebody must be able to sign in: the administrator of the first start.

Source: api.md 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.errors import Conflict, NotFound
from app.persistence import session
from app.persistence.models import PermissionAssignment
from app.persistence.repositories import identities, permissions
from app.persistence.session import Transaction
from app.services import passwords, ports
from app.settings import Settings

ADMIN_SET = "core.admin"


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who was created, to be told once to the person who started the server."""

    login: str
    password: str


def ensure_first_administrator(settings: Settings) -> FirstAdministrator | None:
    """Create the administrator when there is no identity at all; None when there is one already.

    The settings come from `app.boot.prepare_settings`, which fills in login and password by profile. Call it after
    the shipped packs were loaded (NotFound without the core pack); several processes may do so at once.
    """
    with session.reading() as tx:
        if identities.any_identity(tx):
            return None
    created = FirstAdministrator(settings.admin_login, settings.admin_password)
    try:
        with session.transaction() as tx:
            _create(tx, created)
    except Conflict:  # another process was faster
        return None
    return created


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
