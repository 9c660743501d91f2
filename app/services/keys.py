"""The datastore: keys made, changed, deleted; and read by templates and actions. Rules of api.md 11 and 5.2.

A value is stored sealed when the key is `encrypted`; its clear text leaves only to holders of `keys:decrypt`,
to templates that say `get_secret`, and to the actions that own it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from app.persistence import session
from app.persistence.models import Key
from app.persistence.repositories import keys
from app.persistence.repositories.keys import target_of
from app.persistence.session import Transaction
from app.services import ports
from app.services.access import caller_for, require, require_visible
from app.services.fields import check_unchanged

OWNER_TYPES = ("system", "identity", "pack", "action", "sensor")


def create(*, body: dict[str, Any], by: Caller) -> Key:
    """A new key.

    Args:
        body: ref, name, value, owner_type; encrypted, ttl_seconds, and the owner: `owner_identity`, or `owner_pack`
            / `owner_pack_ref`, `owner_action` / `owner_action_ref`, `owner_sensor_ref`.

    Raises:
        Invalid: the owner key is missing. Conflict: ref taken. NotFound: owner. Forbidden.
    """
    now = ports.now()
    with session.transaction() as tx:
        keys.forget_expired(tx, body["ref"], now=now)
        row = Key(ref=body["ref"], name=body["name"], owner_type=body["owner_type"], created=now, updated=now)
        _name_owner(body, row, by)
        _require_free(tx, row)
        _find_owner(tx, body, row)
        require(by, "keys", "create", target_of(row))
        _put_value(row, body["value"], encrypted=bool(body.get("encrypted")))
        if body.get("ttl_seconds") is not None:
            row.expires_at = now + timedelta(seconds=body["ttl_seconds"])
        tx.session.add(row)
    return row


def update(*, ref: str, changes: dict[str, Any], by: Caller, if_match: str | None = None) -> Key:
    """Change `name`, `value`, `encrypted`. Forbidden also for making clear what the caller may not read."""
    with session.transaction() as tx:
        row = _visible(tx, ref, by)
        target = target_of(row)
        require(by, "keys", "update", target)
        check_unchanged(if_match, row)
        if "name" in changes:
            row.name = changes["name"]
        encrypted = changes.get("encrypted", row.encrypted)
        if "value" in changes:
            _put_value(row, changes["value"], encrypted=encrypted)
        elif encrypted != row.encrypted:
            if row.encrypted and not by.allows("keys", "decrypt", target):
                raise Forbidden("To store this key in clear without a new value takes the right keys:decrypt.")
            _put_value(row, clear_value(row), encrypted=encrypted)
    return row


def delete(*, ref: str, by: Caller) -> None:
    with session.transaction() as tx:
        row = _visible(tx, ref, by)
        require(by, "keys", "delete", target_of(row))
        tx.session.delete(row)


def clear_value(row: Key) -> Any:
    return ports.current().sealer.open(row.sealed) if row.sealed is not None else row.value


@dataclass(slots=True)
class StoredKeys:
    """`kv` of templates (app.engine.expressions.scope.KeyStore): one look-up per key and rendering, remembered.

    Both methods raise KeyError for a key that is unknown, expired or out of reach. An encrypted key is read by
    `get_secret` only, so that what it yields is always known to be secret.
    """

    pack_ref: str | None
    action_ref: str | None
    identity_id: int | None
    may_decrypt: bool | None
    _seen: dict[str, Key | None] = field(default_factory=dict)

    def get(self, ref: str) -> Any:
        row = self._find(ref)
        if row.encrypted:
            raise KeyError(ref)
        return row.value

    def get_secret(self, ref: str) -> Any:
        """Raises PermissionError without the right to decrypt."""
        row = self._find(ref)
        if row.encrypted and not self._may_decrypt(row):
            raise PermissionError(ref)
        return clear_value(row)

    def _may_decrypt(self, row: Key) -> bool:
        if self.may_decrypt is not None or self.identity_id is None:
            return bool(self.may_decrypt)
        try:
            return caller_for(self.identity_id).allows("keys", "decrypt", target_of(row))
        except Unauthenticated:  # frozen or gone since the start
            return False

    def _find(self, ref: str) -> Key:
        if ref not in self._seen:
            self._seen[ref] = self._load(ref)
        row = self._seen[ref]
        if row is None:
            raise KeyError(ref)
        return row

    def _load(self, ref: str) -> Key | None:
        if "\0" in ref:
            return None
        with session.reading() as tx:
            found = keys.within_reach(
                tx, refs=[ref], pack_ref=self.pack_ref, action_ref=self.action_ref,
                identity_id=self.identity_id, now=ports.now(),
            )  # fmt: skip
        return found[0] if found else None


def key_store(
    pack_ref: str | None = None,
    action_ref: str | None = None,
    *,
    identity_id: int | None = None,
    may_decrypt: bool | None = None,
) -> StoredKeys:
    """The keys within reach of a workflow or action: of the system, its pack, itself, and who it runs for.

    `may_decrypt` None: when a secret is asked for, the rights that identity has at that moment decide.
    """
    return StoredKeys(pack_ref, action_ref, identity_id, may_decrypt)


@dataclass(frozen=True, slots=True)
class ActionKeys:
    """Keys an action gets beside its parameters: `values` by name; `secrets`: the texts to mask in its output."""

    values: dict[str, Any]
    secrets: tuple[Any, ...]


def keys_of_action(*, pack_ref: str, action_ref: str) -> ActionKeys:
    """Keys owned by the action's pack or by the action, in clear (api.md 5.2); they never go into the environment."""
    with session.reading() as tx:
        rows = keys.of_action(tx, pack_ref=pack_ref, action_ref=action_ref, now=ports.now())
    values = {row.name: clear_value(row) for row in rows}
    return ActionKeys(values, tuple(clear_value(row) for row in rows if row.encrypted))


def _put_value(row: Key, value: Any, *, encrypted: bool) -> None:
    row.encrypted = encrypted
    row.value = None if encrypted else value
    row.sealed = ports.current().sealer.seal(value) if encrypted else None


def _name_owner(body: dict[str, Any], row: Key, by: Caller) -> None:
    kind = row.owner_type
    if kind == "identity":
        row.owner_identity = body.get("owner_identity") or by.identity_id
    elif kind != "system" and all(body.get(f"owner_{kind}{end}") is None for end in ("", "_ref")):
        message = f"a key of a {kind} names it in owner_{kind}_ref"
        raise Invalid(f"The key has no owner: {message}.", details=[{"path": f"owner_{kind}_ref", "message": message}])


def _require_free(tx: Transaction, row: Key) -> None:
    if keys.by_ref(tx, row.ref, now=row.created) is not None:
        raise Conflict(f"The key '{row.ref}' exists already, or its name is taken.")


def _find_owner(tx: Transaction, body: dict[str, Any], row: Key) -> None:
    if row.owner_type == "identity" and not keys.identity_exists(tx, row.owner_identity or 0):
        raise NotFound(f"There is no identity {row.owner_identity}.")
    if row.owner_type == "pack":
        found = keys.pack_owner(tx, ref=body.get("owner_pack_ref"), pack_id=body.get("owner_pack"))
        row.owner_pack, row.owner_pack_ref = _known(found, "pack", body)
    elif row.owner_type == "action":
        found = keys.action_owner(tx, ref=body.get("owner_action_ref"), action_id=body.get("owner_action"))
        row.owner_action, row.owner_action_ref = _known(found, "action", body)
    elif row.owner_type == "sensor":
        row.owner_sensor, row.owner_sensor_ref = body.get("owner_sensor"), body.get("owner_sensor_ref")


def _known(found: tuple[int, str] | None, kind: str, body: dict[str, Any]) -> tuple[int, str]:
    if found is None:
        named = body.get(f"owner_{kind}_ref") or body.get(f"owner_{kind}")
        raise NotFound(f"There is no {kind} '{named}'.")
    return found


def _visible(tx: Transaction, ref: str, by: Caller) -> Key:
    row = keys.by_ref(tx, ref, now=ports.now())
    if row is None:
        raise NotFound(f"There is no key '{ref}'.")
    require_visible(by, "keys", target_of(row), what=f"key '{ref}'")
    return row
