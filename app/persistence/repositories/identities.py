"""Rows of identities, their roles and tokens. Functions take an open Transaction and never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Row,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)

from app.persistence.models import (
    Identity,
    IdentityRole,
    IntegrationToken,
    PermissionAssignment,
    PermissionSet,
    PermissionSetRole,
    RefreshToken,
)
from app.persistence.repositories.matching import contains_text, page_of
from app.persistence.session import Transaction


def get(tx: Transaction, identity_id: int) -> Identity | None:
    return tx.session.get(Identity, identity_id)


def by_login(tx: Transaction, login: str) -> Identity | None:
    return tx.session.scalar(select(Identity).where(Identity.login == login))


def any_identity(tx: Transaction) -> bool:
    return tx.session.scalar(select(Identity.id).limit(1)) is not None


def with_grants(
    tx: Transaction, identity_id: int, *, only_sets: Sequence[str] | None = None
) -> Sequence[Row[Any]]:
    """One query for a caller: rows (login, frozen, session_epoch, created, kind, name, grants).

    `kind` is "set" (name = its ref, with grants), "role" (name = the role) or None when there is neither.
    `only_sets` replaces the identity's own sets by the named ones (execution tokens). Empty: unknown identity.
    """
    if only_sets is not None:
        return tx.execute(_WITH_NAMED_SETS, {"who": identity_id, "sets": list(only_sets)}).all()
    return tx.execute(_WITH_OWN_SETS, {"who": identity_id}).all()


def _with_grants(sets: Any) -> Any:
    roles = select(literal("role"), IdentityRole.role, null()).where(IdentityRole.identity_id == _WHO)
    parts = union_all(sets, roles).subquery()
    identity = (Identity.login, Identity.frozen, Identity.session_epoch, Identity.created)
    return (
        select(*identity, parts.c.kind, parts.c.name, parts.c.grants)
        .select_from(Identity)
        .outerjoin(parts, true())
        .where(Identity.id == _WHO)
    )


def _own(sets: Any) -> Any:
    direct = select(PermissionAssignment.permission_set_id).where(PermissionAssignment.identity_id == _WHO)
    through_roles = (
        select(PermissionSetRole.permission_set_id)
        .join(IdentityRole, IdentityRole.role == PermissionSetRole.role)
        .where(IdentityRole.identity_id == _WHO)
    )
    return sets.where(or_(PermissionSet.id.in_(direct), PermissionSet.id.in_(through_roles)))


# Every request asks one of these, so they are built once.
_WHO: BindParameter[int] = bindparam("who")
_SETS = select(literal("set").label("kind"), PermissionSet.ref.label("name"), PermissionSet.grants.label("grants"))
_WITH_OWN_SETS = _with_grants(_own(_SETS))
_WITH_NAMED_SETS = _with_grants(_SETS.where(PermissionSet.ref.in_(bindparam("sets", expanding=True))))


def roles_of(tx: Transaction, identity_id: int) -> list[IdentityRole]:
    found = select(IdentityRole).where(IdentityRole.identity_id == identity_id).order_by(IdentityRole.id)
    return list(tx.session.scalars(found))


def has_role(tx: Transaction, identity_id: int, role: str) -> bool:
    held = select(IdentityRole.id).where(IdentityRole.identity_id == identity_id, IdentityRole.role == role)
    return tx.session.scalar(held) is not None


def get_role(tx: Transaction, role_id: int) -> IdentityRole | None:
    return tx.session.get(IdentityRole, role_id)


def add_refresh_token(
    tx: Transaction, *, jti: str, session_id: str, identity_id: int, expires_at: datetime, revoked_at: datetime | None
) -> None:
    tx.execute(
        insert(RefreshToken).values(
            jti=jti, session_id=session_id, identity_id=identity_id, expires_at=expires_at, revoked_at=revoked_at
        )
    )


def use_refresh_token(tx: Transaction, jti: str, *, now: datetime) -> bool | None:
    """Take a refresh token out of use. True: it was good; False: used or revoked before; None: never seen here."""
    unused = update(RefreshToken).where(RefreshToken.jti == jti, RefreshToken.revoked_at.is_(None))
    if tx.execute(unused.values(revoked_at=now)).rowcount == 1:
        return True
    return None if tx.session.scalar(select(RefreshToken.id).where(RefreshToken.jti == jti)) is None else False


def revoke_session(tx: Transaction, *, session_id: str, identity_id: int, now: datetime) -> None:
    tx.execute(
        update(RefreshToken)
        .where(
            RefreshToken.session_id == session_id,
            RefreshToken.identity_id == identity_id,
            RefreshToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def revoke_other_sessions(tx: Transaction, *, identity_id: int, but: str | None, now: datetime) -> None:
    statement = update(RefreshToken).where(
        RefreshToken.identity_id == identity_id, RefreshToken.revoked_at.is_(None)
    )
    if but is not None:
        statement = statement.where(RefreshToken.session_id != but)
    tx.execute(statement.values(revoked_at=now))


def forget_expired_refresh_tokens(tx: Transaction, *, now: datetime) -> None:
    tx.execute(delete(RefreshToken).where(RefreshToken.expires_at < now))


def integration_token_by_hash(tx: Transaction, token_hash: str) -> IntegrationToken | None:
    return tx.session.scalar(select(IntegrationToken).where(IntegrationToken.token_hash == token_hash))


def integration_token(tx: Transaction, *, identity_id: int, token_id: int) -> IntegrationToken | None:
    row = tx.session.get(IntegrationToken, token_id)
    return row if row is not None and row.identity_id == identity_id else None


def with_full_rights(tx: Transaction, set_ref: str) -> int:
    """How many unfrozen identities hold the permission set `set_ref` directly or through a role."""
    direct = (
        select(PermissionAssignment.identity_id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.permission_set_id)
        .where(PermissionSet.ref == set_ref)
    )
    through_roles = (
        select(IdentityRole.identity_id)
        .join(PermissionSetRole, PermissionSetRole.role == IdentityRole.role)
        .join(PermissionSet, PermissionSet.id == PermissionSetRole.permission_set_id)
        .where(PermissionSet.ref == set_ref)
    )
    held = or_(Identity.id.in_(direct), Identity.id.in_(through_roles))
    return tx.session.scalar(select(func.count(Identity.id)).where(held, Identity.frozen.is_(False))) or 0


def add(
    tx: Transaction,
    *,
    login: str,
    display_name: str | None,
    password_hash: str | None,
    now: datetime,
    attributes: dict[str, Any] | None = None,
) -> Identity:
    """A new, unfrozen identity without rights, with its id."""
    identity = Identity(
        login=login, display_name=display_name, password_hash=password_hash, attributes=attributes or {},
        created=now, updated=now,
        # Not 0: a session of a deleted identity must not fit a later one that got the same id.
        session_epoch=int(now.timestamp()),
    )  # fmt: skip
    tx.session.add(identity)
    tx.session.flush()
    return identity


def listed(tx: Transaction, *, search: str | None, offset: int, limit: int) -> tuple[list[Identity], int]:
    """Identities by login, with the total."""
    query = select(Identity).order_by(Identity.login, Identity.id)
    if search:
        query = query.where(contains_text(search, Identity.login, Identity.display_name))
    return page_of(tx, query, offset=offset, limit=limit)


def roles_by_identity(tx: Transaction, identity_ids: Sequence[int]) -> dict[int, list[IdentityRole]]:
    found: dict[int, list[IdentityRole]] = {identity_id: [] for identity_id in identity_ids}
    query = select(IdentityRole).where(IdentityRole.identity_id.in_(identity_ids)).order_by(IdentityRole.id)
    for role in tx.session.scalars(query):
        found[role.identity_id].append(role)
    return found


def integration_tokens_of(tx: Transaction, identity_id: int) -> list[IntegrationToken]:
    query = select(IntegrationToken).where(IntegrationToken.identity_id == identity_id)
    return list(tx.session.scalars(query.order_by(IntegrationToken.id.desc())))
