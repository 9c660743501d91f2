"""What a list of runs can be narrowed to: the workflows one may read, and the people who have started something."""

from __future__ import annotations

from app.engine.access import Caller
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.repositories import run_choices
from app.queries.execution_access import execution_scope
from app.queries.identities import id_of_login

MOST = 200


def workflows(*, by: Caller) -> list[tuple[str, str]]:
    """(ref, label) by label, at most `MOST`."""
    with session.reading() as tx:
        return run_choices.workflows(tx, scope=action_scope(by), limit=MOST)


def people(*, by: Caller) -> list[str]:
    """Logins of who has started something, for those who see every run; at most `MOST`."""
    if not execution_scope(by).everything:
        return []
    with session.reading() as tx:
        return run_choices.people(tx, limit=MOST)


def person(login: str) -> int | None:
    """The identity with this login."""
    return id_of_login(login)
