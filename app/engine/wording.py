"""Times, durations and counts in words, as pages and reasons say them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

MINUTE, HOUR, DAY = 60, 3600, 86400


def moment(value: Any) -> datetime | None:
    """The aware UTC time behind an RFC 3339 text (or a datetime); None when there is none."""
    if value is None or isinstance(value, datetime):
        return value
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def span(seconds: float | None) -> str:
    """`38 s`, `2 min 41 s`, `1 h 4 min`, `3 d 2 h`; below ten seconds with a tenth: `0.4 s`, `3 s`."""
    if seconds is None:
        return ""
    if seconds < 0.05:
        return "< 0.1 s"
    if seconds < 10:
        return f"{round(seconds, 1):g} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return _two(whole, MINUTE, "min", 1, "s")
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(whole, DAY, "d", HOUR, "h")


def _two(whole: int, big: int, big_word: str, small: int, small_word: str) -> str:
    rest = whole % big // small
    return f"{whole // big} {big_word}" + (f" {rest} {small_word}" if rest else "")


def coarse(seconds: float) -> str:
    """A span in one unit, for "asked 4 min ago"."""
    for size, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {word}"
    return f"{max(0, int(seconds))} s"


def ago(value: Any, now: datetime) -> str:
    found = moment(value)
    return "" if found is None else f"{coarse((now - found).total_seconds())} ago"


def elapsed(start: Any, end: Any, now: datetime) -> str:
    begun = moment(start)
    return "" if begun is None else span(((moment(end) or now) - begun).total_seconds())


def clock(value: Any, now: datetime) -> str:
    """`14:03` today, `Thu 14:03` this week, else `2026-11-05 14:03`; UTC (the browser shows its own zone)."""
    found = moment(value)
    if found is None:
        return ""
    if found.date() == now.date():
        return f"{found:%H:%M}"
    return f"{found:%a %H:%M}" if abs(now - found) < timedelta(days=6) else f"{found:%Y-%m-%d %H:%M}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 task`, `24 tasks`, `1,204 images`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: list[str], *, last: str = "and", most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`; beyond `most`: `a, b, c and 7 more`."""
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
