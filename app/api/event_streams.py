"""Server-sent events: what travels, how long, and how many at once.

Each stream holds a thread of the web server, so their number is capped; whoever is refused polls (429).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Response, request

from app.api.envelopes import json_text
from app.engine.errors import TooMany
from app.services import ports

LOOK_EVERY_S = 0.3
COMMENT_EVERY_S = 15.0
LONGEST_S = 3600.0  # as long as an access token lives; then the client signs on again
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `name` None is the default event. `last`: the stream ends with it."""

    data: object
    name: str | None = None
    last: bool = False

    def encode(self) -> bytes:
        head = f"event: {self.name}\n".encode() if self.name else b""
        # JSON text has no line breaks, so that one data line is enough
        return head + b"data: " + json_text(self.data) + b"\n\n"


class Slots:
    """How many streams are open in this process."""

    def __init__(self) -> None:
        self._open = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Raises TooMany when all are taken."""
        with self._lock:
            if self._open >= ports.settings().max_streams:
                raise TooMany("All event streams are in use; poll instead, or try again.", retry_after_s=RETRY_AFTER_S)
            self._open += 1

    @property
    def taken(self) -> int:
        return self._open

    def give_back(self) -> None:
        with self._lock:
            self._open -= 1


slots = Slots()


def stream(look: Callable[[], Iterable[Event]]) -> Response:
    """A response that sends what `look` finds, until the client goes or an event says that it is the last."""
    slots.take()
    gone = request.environ.get("waitress.client_disconnected", _never)
    response = Response(_chunks(look, gone), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(slots.give_back)
    return response


def _never() -> bool:
    """Servers that can't tell find out when they write."""
    return False


def _chunks(look: Callable[[], Iterable[Event]], gone: Callable[[], bool]) -> Iterator[bytes]:
    begun = spoken = time.monotonic()
    yield b": connected\n\n"
    while time.monotonic() - begun < LONGEST_S and not gone():
        for event in look():
            spoken = time.monotonic()
            yield event.encode()
            if event.last:
                return
        if time.monotonic() - spoken >= COMMENT_EVERY_S:
            spoken = time.monotonic()
            yield b": still here\n\n"
        time.sleep(LOOK_EVERY_S)
