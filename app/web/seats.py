"""Who has answered a question, and what is still missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web import wording
from app.web.question_rules import assigned

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seat:
    """One who answered, or one place that is still free."""

    who: str
    note: str
    initials: str
    done: bool


def seats_of(inquiry: Json, logins: Mapping[int, str], by_id: int, now: datetime) -> list[Seat]:
    """The answers so far and, while it is open, a free seat for who may sit on it."""
    done = [_answered(answer, now) for answer in inquiry.get("answers") or ()]
    if inquiry["status"] != "pending":
        return done
    free = inquiry.get("needed") or assigned(inquiry, logins, by_id) or "Anybody who is signed in"
    note = "waiting"
    if inquiry.get("claimed_by"):
        holder = inquiry["claimed_by"]
        note = f"{'you have' if holder == by_id else logins.get(holder, 'somebody') + ' has'} taken it"
    return [*done, Seat(free[0].upper() + free[1:], note, "?", False)]


def _answered(answer: Json, now: datetime) -> Seat:
    login = str(answer.get("login") or answer.get("identity"))
    said = f"answered at {wording.clock(answer.get('at'), now)}"
    comment = answer.get("comment")
    return Seat(login, f"{said}: “{comment}”" if comment else said, login[:2].upper(), True)
