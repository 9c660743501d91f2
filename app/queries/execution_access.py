"""Which executions a caller may read: for lists as a condition, for one as a question. Source: api.md 2 end, 8, 14."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller, Grant, Target
from app.engine.errors import NotFound
from app.persistence.repositories import execution_reads
from app.persistence.repositories.execution_reads import ExecutionScope
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction

_NAMING = {"pack_refs", "refs", "ids"}


def execution_scope(caller: Caller) -> ExecutionScope:
    """What a list shows: everything with an unconstrained grant, else one's own and what grants name."""
    grants = [g for g in caller.grants if g.resource == "executions" and "read" in g.actions]
    if caller.token_type == "system" or any(_is_open(g) for g in grants):  # noqa: S105 - a kind of token
        return ExecutionScope(everything=True)
    named = tuple(_values(g.constraints) for g in grants if set(g.constraints) <= _NAMING)
    return ExecutionScope(executor=caller.identity_id, named=named)


def _is_open(grant: Grant) -> bool:
    return not grant.constraints or dict(grant.constraints) == {"execution_scope": "any"}


def _values(constraints: Any) -> dict[str, frozenset[Any]]:
    return {k: frozenset(v if isinstance(v, list | tuple) else [v]) for k, v in constraints.items()}


def readable(tx: Transaction, row: Row | None, execution_id: int, by: Caller) -> Row:
    """The row, or NotFound: what one may not see does not exist."""
    if row is None or not may_read(tx, row, by):
        raise NotFound(f"There is no execution {execution_id}.")
    return row


def may_read(tx: Transaction, row: Row, by: Caller) -> bool:
    target = Target(
        id=row["id"],
        ref=row["action_ref"],
        pack_ref=row["action_ref"].partition(".")[0],
        owner=row["executor"],
        ancestors=execution_reads.ancestors(tx, row["id"]) if by.execution_id else frozenset(),
    )
    return by.allows("executions", "read", target)
