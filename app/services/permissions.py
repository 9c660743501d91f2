"""Permission sets: what they grant, which roles carry them, who holds them. Rules of api.md 14.

Everything takes effect on the next request of those it concerns: callers are built fresh each time.
"""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, NotFound
from app.persistence import session
from app.persistence.models import Identity, PermissionAssignment, PermissionSet, PermissionSetRole
from app.persistence.repositories import identities, permissions
from app.persistence.session import Transaction
from app.services import ports
from app.services.access import require_holds, require_person
from app.services.first_administrator import ADMIN_SET
from app.services.identities import keep_an_administrator


def update_set(*, set_id: int, changes: dict[str, Any], by: Caller) -> None:
    """Change `label`, `description`, `grants`.

    Raises:
        Forbidden: grants beyond the caller's own. Conflict: grants of the administrator's set.
    """
    require_person(by)
    with session.transaction() as tx:
        row = _existing_set(tx, set_id)
        if "grants" in changes:
            _refuse_admin_set(row)
            require_holds(by, row.ref, changes["grants"])
        for name, value in changes.items():
            setattr(row, name, value)


def attach_role(*, set_id: int, role: str, by: Caller) -> tuple[PermissionSetRole, str]:
    """Everybody with the role holds the set from now on; the row and the ref of the set. Conflict: attached."""
    require_person(by)
    with session.transaction() as tx:
        held = _existing_set(tx, set_id)
        require_holds(by, held.ref, held.grants)
        if permissions.has_set_role(tx, set_id=set_id, role=role):
            raise Conflict(f"'{held.ref}' is attached to the role '{role}' already.")
        row = PermissionSetRole(permission_set_id=set_id, role=role, created=ports.now())
        tx.session.add(row)
    return row, held.ref


def detach_role(*, set_role_id: int, by: Caller) -> None:
    require_person(by)
    with session.transaction() as tx, keep_an_administrator(tx):
        row = permissions.set_role(tx, set_role_id)
        if row is None:
            raise NotFound(f"There is no role attachment {set_role_id}.")
        tx.session.delete(row)


def assign(
    *, identity_id: int | None, identity_login: str | None, permission_set_ref: str, by: Caller
) -> PermissionAssignment:
    """Give an identity a set. NotFound: either; Conflict: held already; Forbidden: beyond the caller's own rights."""
    require_person(by)
    with session.transaction() as tx:
        identity = _identity(tx, identity_id, identity_login)
        held = permissions.by_ref(tx, permission_set_ref)
        if held is None:
            raise NotFound(f"There is no permission set '{permission_set_ref}'.")
        require_holds(by, held.ref, held.grants)
        if permissions.is_assigned(tx, identity_id=identity.id, set_id=held.id):
            raise Conflict(f"{identity.login} holds '{held.ref}' already.")
        row = PermissionAssignment(identity_id=identity.id, permission_set_id=held.id, created=ports.now())
        tx.session.add(row)
    return row


def unassign(*, assignment_id: int, by: Caller) -> None:
    require_person(by)
    with session.transaction() as tx, keep_an_administrator(tx):
        row = permissions.assignment(tx, assignment_id)
        if row is None:
            raise NotFound(f"There is no permission assignment {assignment_id}.")
        tx.session.delete(row)


def _refuse_admin_set(row: PermissionSet) -> None:
    if row.ref == ADMIN_SET:
        raise Conflict(f"The grants of '{ADMIN_SET}' stay as they are, so that somebody can always administer the server.")


def _existing_set(tx: Transaction, set_id: int) -> PermissionSet:
    row = permissions.get(tx, set_id)
    if row is None:
        raise NotFound(f"There is no permission set {set_id}.")
    return row


def _identity(tx: Transaction, identity_id: int | None, login: str | None) -> Identity:
    row = identities.get(tx, identity_id) if identity_id is not None else identities.by_login(tx, login or "")
    if row is None:
        raise NotFound(f"There is no identity '{identity_id if identity_id is not None else login}'.")
    return row
