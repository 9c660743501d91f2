"""Whose live part is drawn next: one at a time, so that open pages never keep a person waiting for a page.

When many open pages have something new at once (200 runs whose clocks move, a restarted server), drawing all of them takes
seconds of the processor. Those who find somebody else's part being drawn are asked to come again; their polls cost next to nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Response, request

from app.web.fragments import UNCHANGED

AGAIN_S, LATEST_S = 1, 5  # asked to come again after so many seconds: few wait, many wait
EACH = 10  # who wait: a second later
LONGEST_REST_S = 1.0  # after one that took long, as a large run does
Drawn = TypeVar("Drawn", Response, str)


class Turns:
    """One turn at a time. After one that others waited for it rests as long again: half of the processor stays for pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken, self._wanted = False, 0
        self._free_at = 0.0

    def take(self) -> bool:
        """Whether it is the caller's turn now; who gets it gives it back."""
        with self._lock:
            if self._taken or time.monotonic() < self._free_at:
                self._wanted += 1
                return False
            self._taken, self._wanted = True, 0
            return True

    def again_s(self) -> int:
        """Seconds after which it pays to ask again: the more were refused since the last turn began, the later."""
        return min(LATEST_S, AGAIN_S + self._wanted // EACH)

    def give_back(self, worked_s: float) -> None:
        """End the turn, which took so many seconds of the processor."""
        with self._lock:
            self._taken = False
            self._free_at = time.monotonic() + min(worked_s, LONGEST_REST_S) if self._wanted else 0.0


turns = Turns()


def in_turn(draw: Callable[[], Drawn]) -> Drawn | Response:
    """What `draw` gives; 204 with `Retry-After` for a page that shows an earlier state while it is another's turn."""
    if not request.args.get("version"):
        return draw()
    if not turns.take():
        return Response(status=UNCHANGED, headers={"Retry-After": str(turns.again_s())})
    worked = time.thread_time()
    try:
        return draw()
    finally:
        turns.give_back(time.thread_time() - worked)
