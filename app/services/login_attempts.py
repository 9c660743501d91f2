"""How often signing in failed lately, per login name; never per address, so that one office is not locked out.

Kept in the memory of each web process: a lost count costs an attacker nothing worth having, a row per guess would.
Source: api.md 1.4 (more than 10 failures in a minute: 429).
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from app.engine.errors import TooMany
from app.services import ports

MAX_FAILURES = 10
WINDOW_S = 60
_MAX_NAMES = 10_000


class FailedLogins:
    """Times of recent failures by login name."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, login: str) -> None:
        """Raises TooMany while the name has failed too often; right passwords are refused as well then."""
        now = ports.now().timestamp()
        with self._lock:
            recent = self._recent(login, now)
            if len(recent) >= MAX_FAILURES:
                wait_s = max(1, int(recent[0] + WINDOW_S - now) + 1)
                raise TooMany(f"Too many failed sign-ins for this login. Try again in {wait_s} s.", retry_after_s=wait_s)

    def failed(self, login: str) -> None:
        now = ports.now().timestamp()
        with self._lock:
            recent = self._recent(login, now)
            recent.append(now)
            self._failures[login] = recent
            self._failures.move_to_end(login)
            while len(self._failures) > _MAX_NAMES:
                self._failures.popitem(last=False)

    def succeeded(self, login: str) -> None:
        with self._lock:
            self._failures.pop(login, None)

    def _recent(self, login: str, now: float) -> deque[float]:
        times = self._failures.get(login, deque(maxlen=MAX_FAILURES))
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        return times


failed_logins = FailedLogins()
