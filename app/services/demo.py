"""The first minute: a run that moves and a question that waits, started once on an empty system."""

from __future__ import annotations

from app.engine.errors import AppError
from app.persistence.repositories import executions
from app.persistence.session import reading
from app.services import auth, ports
from app.services import executions as execution_service

TOUR = "examples.tour"


def begin() -> int | None:
    """Start the tour when nothing was ever run here; its execution id."""
    with reading() as tx:
        if executions.any_yet(tx):
            return None
    caller = auth.administrator(ports.settings())
    try:
        return execution_service.start(action_ref=TOUR, parameters={}, by=caller).execution_id
    except AppError:
        # Somebody removed the example pack: a server without a tour is still a server.
        return None
