"""How statuses, durations, times and foreign text read in a terminal."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

# status or state -> (sign, word, colour); the word always stands beside the sign, colour says nothing new
LOOKS = {
    "requested": ("·", "requested", "dim"),
    "scheduling": ("·", "scheduling", "dim"),
    "scheduled": ("·", "queued", "dim"),
    "pending": ("·", "pending", "dim"),
    "running": ("▶", "running", "blue"),
    "completed": ("✓", "completed", "green"),
    "responded": ("✓", "responded", "green"),
    "failed": ("✗", "failed", "red"),
    "canceling": ("■", "cancelling", "yellow"),
    "cancelled": ("■", "cancelled", "yellow"),
    "timeout": ("◷", "timed out", "red"),
    "timed_out": ("◷", "timed out", "red"),
    "abandoned": ("✗", "abandoned", "red"),
    "waiting_join": ("…", "waits for others", "dim"),
    "waiting_retry": ("↻", "waits to retry", "yellow"),
    "waiting_inquiry": ("?", "waits for an answer", "magenta"),
    "skipped": ("–", "skipped", "dim"),
    "paused": ("‖", "paused", "yellow"),
    "pausing": ("‖", "pausing", "yellow"),
}
# C0 and C1 control characters but tab and newline, and the marks that turn the direction of writing around
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_COLOUR = re.compile(r"\x1b\[[0-9;]*m|" + _CONTROL.pattern)


def look(status: str) -> tuple[str, str, str]:
    """(sign, word, colour) of a status, also of one that this version does not know."""
    return LOOKS.get(status, ("·", status, "default"))


def shown(status: str) -> str:
    """Sign and word."""
    sign, word, _ = look(status)
    return f"{sign} {word}"


def harmless(text: str) -> str:
    """Text of others without characters that would steer the terminal; they stay visible."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def harmless_output(text: str) -> str:
    """Output of actions: colours may stay, everything else that steers a terminal may not."""
    return _CONTROL_BUT_COLOUR.sub(
        lambda found: found[0] if found[0].startswith("\x1b[") or found[0] == "\r" else ascii(found[0])[1:-1], text
    )


def one_line(value: Any) -> str:
    """A value in a cell: text as it is, other values as JSON, None as nothing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return harmless(" ".join(text.split()))


def duration(ms: float | None) -> str:
    """`840 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`."""
    if ms is None:
        return ""
    if ms < 1000:
        return f"{int(ms)} ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(int(ms / 1000), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    return f"{minutes // 60} h {minutes % 60} min"


def moment(text: str | None) -> datetime | None:
    """A time of the API."""
    return datetime.fromisoformat(text) if text else None


def local_time(text: str | None) -> str:
    """A time of the API in the zone of this machine, to the second."""
    at = moment(text)
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def ago(text: str | None, *, now: datetime | None = None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 d ago`; `in 5 min` for what is to come."""
    at = moment(text)
    if at is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    size, future = abs(seconds), seconds < 0
    if size < 10:
        return "now" if future else "just now"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        if size >= length:
            return f"in {int(size // length)} {unit}" if future else f"{int(size // length)} {unit} ago"
    return "just now"


def between(start: str | None, end: str | None, *, now: datetime | None = None) -> float | None:
    """Milliseconds from start to end, or to now."""
    begun = moment(start)
    if begun is None:
        return None
    until = moment(end) or now or datetime.now(UTC)
    return max(0.0, (until - begun).total_seconds() * 1000)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
