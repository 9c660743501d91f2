"""Who may do what: one pure rule for API, pages, links and command line.

Two questions are asked in this order. `Caller.admits` is the coarse one, before anything is loaded (may this
caller do such a thing to any object at all); `Caller.allows` is the fine one, about one loaded object.

Source: api.md 14 (grants, constraints), 4 (visibility of packs), 8 (who may steer an execution), 11 (keys of an
identity), 2 end (what an identity without any permission set may do).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Grant:
    """`resource` and `actions` it allows; `constraints` narrow it to some objects (empty: all)."""

    resource: str
    actions: frozenset[str]
    constraints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """What is known about the object somebody wants to touch; None and empty mean "has no such thing".

    Attributes:
        pack_ref: the pack it belongs to (of a pack: its own ref).
        owner: identity id of who owns it: `installed_by` of a pack, `executor` of an execution.
        owner_type: system | identity | pack | action | sensor, for keys and artifacts.
        owner_ref: ref of the owning pack, action or sensor.
        visibility: public | private, for artifacts.
        standard: the object belongs to a standard pack (or is one).
        ancestors: of an execution: the ids of its parents up to the top.
    """

    id: int | None = None
    ref: str | None = None
    pack_ref: str | None = None
    owner: int | None = None
    owner_type: str | None = None
    owner_ref: str | None = None
    visibility: str | None = None
    encrypted: bool | None = None
    standard: bool = False
    ancestors: frozenset[int] = frozenset()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity behind a request, with everything it may do already gathered.

    Attributes:
        token_type: access | execution | sensor | worker | session (a browser) | system (the server itself).
        execution_id: the execution an execution token belongs to, else None.
        session_id: the login a token came from, so that logout ends just that one.
    """

    identity_id: int
    login: str
    token_type: str = "access"  # noqa: S105 - a kind of token, not a token
    grants: tuple[Grant, ...] = ()
    roles: frozenset[str] = frozenset()
    execution_id: int | None = None
    permission_set_refs: tuple[str, ...] = ()
    session_id: str | None = None

    def may(self, resource: str, action: str) -> bool:
        """Whether any grant, constrained or not, allows this action on this kind of object."""
        whole = resource in WHOLE
        return any(g.resource == resource and action in g.actions and not (whole and g.constraints) for g in self.grants)

    def may_all(self, resource: str, action: str) -> bool:
        """Whether a grant without constraints allows it."""
        return any(g.resource == resource and action in g.actions and not g.constraints for g in self.grants)

    def admits(self, resource: str, action: str) -> bool:
        """The coarse question: a grant of any kind, or what every identity may do without one."""
        return self.may(resource, action) or (action == "read" and resource in READABLE_BY_ALL)

    def allows(self, resource: str, action: str, target: Target) -> bool:
        """The fine question, about one object."""
        if self.token_type == "system":  # noqa: S105 - a kind of token
            return True
        if action == "read" and _readable_by_all(self, resource, target):
            return True
        if resource == "keys" and _anothers_key(self, action, target):
            return False
        if resource == "packs" and target.owner is not None and not target.standard:
            return _allows_owned_pack(self, action, target)
        return any(_grants(self, g, resource, action, target) for g in self.grants)

    def covers(self, grants: tuple[Grant, ...]) -> bool:
        """Whether everything in `grants` is already held: nobody hands out more than they have."""
        return self.token_type == "system" or all(_held(self, g) for g in grants)  # noqa: S105 - a kind of token


READABLE_BY_ALL = frozenset({"packs", "actions", "triggers", "executions"})
"""Kinds of which every identity may read some objects: those of standard packs, executions it started."""

WHOLE = frozenset({"inquiries", "workers", "retention", "identities", "permissions", "audit_log"})
"""Kinds whose objects grants don't tell apart. A constraint must narrow, so a grant with one allows nothing of these."""

RESOURCES: tuple[str, ...] = (
    "packs", "actions", "queues", "rules", "triggers", "executions", "events", "enforcements", "inquiries",
    "keys", "artifacts", "runtimes", "workers", "retention", "identities", "permissions", "audit_log",
)  # fmt: skip
ACTIONS: tuple[str, ...] = (
    "read", "create", "install", "configure", "update", "delete", "execute", "cancel", "respond", "manage", "decrypt",
)  # fmt: skip

SYSTEM = Caller(
    identity_id=0,
    login="system",
    token_type="system",  # noqa: S106
    grants=tuple(Grant(r, frozenset(ACTIONS)) for r in RESOURCES),
)


def grants_of(documents: list[Any]) -> tuple[Grant, ...]:
    """Grants as stored in a permission set: [{resource, actions[] or action, constraints?}]; odd ones are skipped."""
    return tuple(_grant(d) for d in documents if isinstance(d, dict) and isinstance(d.get("resource"), str))


def _grant(document: dict[str, Any]) -> Grant:
    listed = document.get("actions") or [document.get("action")]
    actions = frozenset(str(a) for a in ([listed] if isinstance(listed, str) else listed))
    constraints = {k: v for k, v in (document.get("constraints") or {}).items() if v is not None}
    return Grant(document["resource"], actions, constraints)


def _readable_by_all(caller: Caller, resource: str, target: Target) -> bool:
    if resource == "executions":
        return target.owner == caller.identity_id
    return resource in READABLE_BY_ALL and target.standard


def _anothers_key(caller: Caller, action: str, target: Target) -> bool:
    """An identity's key is its own affair, administrators included; only making one for somebody is theirs."""
    if target.owner_type != "identity" or target.owner == caller.identity_id:
        return False
    return action != "create" or not caller.may("keys", "manage")


def _allows_owned_pack(caller: Caller, action: str, target: Target) -> bool:
    """Somebody's own pack: its owner with any matching grant (reading needs none), others by a constrained one."""
    if target.owner == caller.identity_id:
        return action == "read" or any(_grants(caller, g, "packs", action, target) for g in caller.grants)
    return any(_names_objects(g) and _grants(caller, g, "packs", action, target) for g in caller.grants)


def _names_objects(grant: Grant) -> bool:
    return any(key in grant.constraints for key in ("pack_refs", "refs", "ids", "owner"))


def _grants(caller: Caller, grant: Grant, resource: str, action: str, target: Target) -> bool:
    if grant.resource != resource or action not in grant.actions:
        return False
    # A constraint this server does not know must narrow, never widen: it matches nothing.
    return all(_RULES.get(key, _never)(caller, wanted, target) for key, wanted in grant.constraints.items())


def _held(caller: Caller, wanted: Grant) -> bool:
    held = [g for g in caller.grants if g.resource == wanted.resource]
    return all(
        any(action in g.actions and (not g.constraints or g.constraints == wanted.constraints) for g in held)
        for action in wanted.actions
    )


def _never(caller: Caller, wanted: Any, target: Target) -> bool:
    return False


def _owner_is(caller: Caller, wanted: Any, target: Target) -> bool:
    if wanted in ("self", "own"):
        return target.owner == caller.identity_id
    return wanted == "any" or (wanted == "none" and target.owner is None) or wanted == target.owner


def _in_scope(caller: Caller, wanted: Any, target: Target) -> bool:
    if wanted == "any":
        return True
    if caller.execution_id is None:
        return wanted in ("self", "descendants") and target.owner == caller.identity_id
    own = target.id == caller.execution_id
    return own if wanted == "self" else wanted == "descendants" and (own or caller.execution_id in target.ancestors)


def _listed(value: Any, wanted: Any) -> bool:
    return value is not None and value in (wanted if isinstance(wanted, list | tuple) else [wanted])


_RULES: dict[str, Callable[[Caller, Any, Target], bool]] = {
    "pack_refs": lambda caller, wanted, target: _listed(target.pack_ref, wanted),
    "refs": lambda caller, wanted, target: _listed(target.ref, wanted),
    "ids": lambda caller, wanted, target: _listed(target.id, wanted),
    "owner": _owner_is,
    "owner_types": lambda caller, wanted, target: _listed(target.owner_type, wanted),
    "owner_refs": lambda caller, wanted, target: _listed(target.owner_ref, wanted),
    "visibility": lambda caller, wanted, target: _listed(target.visibility, wanted),
    "execution_scope": _in_scope,
    "encrypted": lambda caller, wanted, target: target.encrypted == wanted,
    "attributes": lambda caller, wanted, target: all(target.attributes.get(k) == v for k, v in dict(wanted).items()),
}
