"""How pages say times, durations, counts and sizes. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.engine.wording import HOUR, MINUTE, ago, clock, coarse, count, elapsed, listed, moment, span

__all__ = ["ago", "clock", "coarse", "count", "elapsed", "is_soon", "left", "listed", "moment", "size", "span", "spelled"]


def left(value: Any, now: datetime) -> str:
    """`38 min left` before it, `over` after it."""
    found = moment(value)
    if found is None:
        return ""
    seconds = (found - now).total_seconds()
    return "over" if seconds <= 0 else f"{span(seconds if seconds < HOUR else seconds - seconds % MINUTE)} left"


def is_soon(value: Any, now: datetime) -> bool:
    """Whether a deadline is less than an hour away."""
    found = moment(value)
    return found is not None and found - now < timedelta(hours=1)


_SMALL = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def spelled(number: int) -> str:
    """`Three`; figures beyond twelve."""
    return _SMALL[number] if number < len(_SMALL) else f"{number:,}"


def size(number: int) -> str:
    """Bytes: `812 B`, `4.1 kB`, `2.0 MB`."""
    for limit, word in ((1_000_000, "MB"), (1000, "kB")):
        if number >= limit:
            return f"{number / limit:.1f} {word}"
    return f"{number} B"
