"""What people and other systems are told about a question, and how long delivery is tried. Pure.

Source: docs/reference/inquiries.md "Notices".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CALLS = ("asked", "reminded", "escalated", "handed_over")  # they ask for an answer
ENDINGS = ("decided", "expired", "cancelled")
HAPPENINGS = (*CALLS, "answered", *ENDINGS)  # answered: one of several, and the question is still open

# Seconds until the next attempt; after the last one delivery is given up (a little over a day).
DELAYS_S = (10.0, 60.0, 300.0, 900.0, 3600.0, 4 * 3600.0, 8 * 3600.0, 12 * 3600.0)

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent to it: `name@host`, ASCII, nothing that could end a header."""
    local, _, _ = text.partition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in text
    return _ADDRESS.fullmatch(text) is not None and not dots


def seconds_to_next(attempts: int) -> float | None:
    """How long to wait after that many failed attempts; None: give up."""
    return DELAYS_S[attempts - 1] if attempts <= len(DELAYS_S) else None


def key_of(inquiry_id: int, happening: str, number: int, channel: str, identity_id: int | None) -> str:
    """The same happening on the same channel to the same person has the same key; `number` tells repeated ones apart."""
    return f"{inquiry_id}:{happening}-{number}:{channel}:{identity_id or ''}"


def verdict(response: Any, decision_field: str) -> bool | None:
    """The yes or no of a response; None where it has none. The rest of it may be nobody else's business."""
    said = response.get(decision_field) if isinstance(response, Mapping) else None
    return said if isinstance(said, bool) else None
