"""The dispatcher port on a Dramatiq broker. A hint that can't be sent is logged; the sweep sends it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import dramatiq
import structlog

from app import faults
from app.services import work
from app.services.ports import Hint

log = structlog.get_logger(__name__)


class BrokerDispatcher:
    """Sends hints to the actors, and acts at once on those that concern this process (`cancel`, `timer`)."""

    def __init__(self, actors: Mapping[str, dramatiq.Actor], *, on_timer: Callable[[], None] = lambda: None) -> None:
        self._actors = actors
        self._on_timer = on_timer

    def send(self, hints: Sequence[Hint]) -> None:
        for hint in hints:
            if hint.kind == "cancel":
                work.jobs.stop(hint.execution_id)
            elif hint.kind == "timer":
                self._on_timer()
        self._send([hint for hint in hints if hint.kind not in ("cancel", "timer")])

    def _send(self, hints: Sequence[Hint]) -> None:
        try:
            for hint in hints:
                faults.point("send")
                self._actors[hint.kind].send(hint.execution_id, hint.outbox_id)
                faults.point("sent")
        except Exception as error:
            # The broker is away, and asking it for every hint would take long. The rows in the database stay,
            # and `recovery.resend` finds them.
            log.warning("hints_not_sent", hints=len(hints), error=str(error))
