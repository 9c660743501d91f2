"""What happened since one last looked: notifications of events and enforcements (api.md 15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.engine.access import Caller
from app.engine.times import iso
from app.engine.visibility import owned_scope
from app.persistence import session
from app.persistence.repositories import enforcements, trigger_events
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.changes import LATE_IDS, Notification
from app.queries.enforcements import enforcement_json
from app.queries.trigger_events import event_json

_HEAVY = ("payload", "config", "conditions")
_AT_ONCE = 500


class EventChanges:
    """New events and enforcements the caller may read, each told once; what was there before is no news."""

    def __init__(self, *, by: Caller) -> None:
        self._events = _News("event", trigger_events, event_json, by)
        self._enforcements = _News("enforcement", enforcements, enforcement_json, by)

    def look(self) -> list[Notification]:
        """What is new since the last look: events first, each kind in order."""
        with session.reading() as tx:
            return self._events.look(tx) + self._enforcements.look(tx)


class _News:
    """The last numbers of one table, and which of them have been told.

    Numbers are given before transactions commit, so a lower one may be seen after a higher one: the last of them are
    looked at again each time.
    """

    def __init__(self, entity: str, repository: Any, as_json: Callable[[Row], dict[str, Any]], by: Caller) -> None:
        self._entity, self._repository, self._as_json = entity, repository, as_json
        self._scope = owned_scope(by, f"{entity}s")
        with session.reading() as tx:
            self._newest = repository.newest_id(tx)
            self._told = set(self._recent(tx))

    def look(self, tx: Transaction) -> list[Notification]:
        recent = self._recent(tx)
        fresh = [row_id for row_id in recent if row_id not in self._told][:_AT_ONCE]
        self._newest = max([self._newest, *fresh])
        self._told = {row_id for row_id in self._told if row_id > self._newest - LATE_IDS} | set(fresh)
        return [self._notification(row) for row in self._repository.by_ids(tx, fresh)] if fresh else []

    def _recent(self, tx: Transaction) -> list[int]:
        found: list[int] = self._repository.ids_above(tx, self._newest - LATE_IDS, scope=self._scope)
        return found

    def _notification(self, row: Row) -> Notification:
        return {
            "notification_type": f"{self._entity}_created",
            "entity_type": self._entity,
            "entity_id": row["id"],
            "user_id": None,
            "payload": {key: value for key, value in self._as_json(row).items() if key not in _HEAVY},
            "timestamp": iso(row["created"]),
        }
