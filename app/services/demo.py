"""The first minute: a run that moves and a question that waits, started once on an empty system."""

from __future__ import annotations

from app.engine.errors import AppError
from app.persistence.repositories import executions, identities
from app.persistence.session import reading
from app.services import access, ports
from app.services import executions as execution_service

TOUR = "examples.tour"


def begin() -> int | None:
    """Start the tour when nothing was ever run here; its execution id."""
    with reading() as tx:
        if executions.any_yet(tx):
            return None
        administrator = identities.by_login(tx, ports.settings().admin_login)
    if administrator is None:
        return None
    caller = access.caller_for(administrator.id)
    try:
        return execution_service.start(action_ref=TOUR, parameters={}, by=caller).execution_id
    except AppError:
        # Somebody removed the example pack: a server without a tour is still a server.
        return None
