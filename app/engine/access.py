"""Who may do what: one pure rule for API, pages, links and command line.

Source: api.md 14 (grants, constraints), 4 (visibility of packs), 8 (who may steer an execution).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Grant:
    """`resource` and `actions` it allows; `constraints` narrow it to some objects (empty: all)."""

    resource: str
    actions: frozenset[str]
    constraints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity behind a request, with everything it may do already gathered.

    Attributes:
        token_type: access | execution | sensor | worker | session (a browser) | system (the server itself).
        execution_id: the execution an execution token belongs to, else None.
    """

    identity_id: int
    login: str
    token_type: str = "access"  # noqa: S105 - a kind of token, not a token
    grants: tuple[Grant, ...] = ()
    roles: frozenset[str] = frozenset()
    execution_id: int | None = None
    permission_set_refs: tuple[str, ...] = ()

    def may(self, resource: str, action: str) -> bool:
        """Whether any grant, constrained or not, allows this action on this kind of object."""
        return any(g.resource == resource and action in g.actions for g in self.grants)


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
