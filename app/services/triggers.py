"""Use cases of triggers: the ad-hoc ones made through the API, and the switches of all. Source: api.md 12."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import BadRequest, Conflict, Forbidden, NotFound
from app.engine.webhooks import config_problems
from app.persistence import session
from app.persistence.models import Trigger
from app.persistence.repositories import triggers
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import access, ports, webhook_keys
from app.services.actions import check_ref_in_pack
from app.services.fields import check_unchanged, refuse
from app.services.pack_rights import existing_pack
from app.services.schema_checks import check_schemas


def create(*, body: dict[str, Any], by: Caller) -> Trigger:
    """A new ad-hoc trigger. Invalid, Forbidden, Conflict (ref taken), NotFound (pack)."""
    _check(body)
    ref, pack_ref = body["ref"], body.get("pack_ref")
    access.require(by, "triggers", "create", Target(ref=ref, pack_ref=pack_ref))
    with session.transaction() as tx:
        if triggers.by_ref(tx, ref) is not None:
            raise Conflict(f"There is already a trigger '{ref}'.")
        row = Trigger(is_adhoc=True, webhook_enabled=False, created=ports.now(), updated=ports.now())
        if pack_ref is not None:
            row.pack = existing_pack(tx, pack_ref).id
            check_ref_in_pack(ref, pack_ref)
        _write(row, body)
        add_new(tx, row, what=f"a trigger '{ref}'")
        triggers.found_by_rules(tx, row)
    return row


def update(*, ref: str, changes: dict[str, Any], by: Caller, if_match: str | None = None) -> Trigger:
    """Change the keys that are sent. Invalid, Forbidden, NotFound, Conflict (changed since)."""
    _check(changes)

    def change(row: Trigger) -> None:
        check_unchanged(if_match, row)
        _write(row, changes)

    return _changed(ref, by, change)


def delete(*, ref: str, by: Caller) -> None:
    """Remove a trigger; its events stay, its rules stay and wait. Forbidden for those of the core pack."""
    with session.transaction() as tx:
        row = _found(tx, ref, by, "delete")
        if row.pack_ref == "core" and not row.is_adhoc:
            raise Forbidden(f"The trigger '{ref}' belongs to the server and can't be deleted.")
        triggers.remove(tx, [row.id])


def set_enabled(*, ref: str, enabled: bool, by: Caller) -> Trigger:
    """Switch a trigger on, or off: then its events are kept and fire nothing, and its timers do not tick."""

    def change(row: Trigger) -> None:
        row.enabled = enabled

    return _changed(ref, by, change)


def set_webhook(*, ref: str, enabled: bool, by: Caller) -> Trigger:
    """Switch the webhook on, with its key when it has one, or off, which forgets the key."""

    def change(row: Trigger) -> None:
        row.webhook_enabled = enabled
        webhook_keys.give_key(row)

    return _changed(ref, by, change)


def regenerate_key(*, ref: str, by: Caller) -> Trigger:
    """Another key; the old one is good for nothing from now on. BadRequest when the webhook is off."""

    def change(row: Trigger) -> None:
        if not row.webhook_enabled:
            raise BadRequest(f"The webhook of '{ref}' is switched off; enable it to get a key.")
        webhook_keys.give_key(row, anew=True)

    return _changed(ref, by, change)


def _changed(ref: str, by: Caller, change: Callable[[Trigger], None]) -> Trigger:
    with session.transaction() as tx:
        row = _found(tx, ref, by, "update")
        change(row)
        row.updated = ports.now()
    return row


def _found(tx: Transaction, ref: str, by: Caller, action: str) -> Trigger:
    row = triggers.locked_by_ref(tx, ref)
    if row is None:
        raise NotFound(f"There is no trigger '{ref}'.")
    access.require(by, "triggers", action, Target(id=row.id, ref=row.ref, pack_ref=row.pack_ref))
    return row


def _check(body: dict[str, Any]) -> None:
    check_schemas(body, "param_schema", "out_schema")
    refuse([dict(problem) for problem in config_problems(body.get("webhook_config"))])


def _write(row: Trigger, values: dict[str, Any]) -> None:
    for key, value in values.items():
        if key == "webhook_config":
            webhook_keys.configure(row, value)
        elif key != "pack":
            setattr(row, key, value)
