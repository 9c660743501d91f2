"""Which state of its lists the home page or the inbox shows: one statement says whether it is still the present one."""

from __future__ import annotations

from flask import request

from app.queries import change_marks
from app.services import ports
from app.web.fragments import unchanged
from app.web.seals import ahead, sealed

TICK_S = 30.0  # how often "3 min ago" moves


def of_home() -> str:
    """The word for what waits, what is broken and what runs. Ask before the lists are read, not after."""
    return sealed(f"home {change_marks.of_everything()} {_clock('home')}")


def of_inbox() -> str:
    """The word for the questions."""
    return sealed(f"inbox {change_marks.of_questions()} {_clock('inbox')}")


def is_present(version: str) -> bool:
    """Whether the browser shows this version."""
    return bool(request.args.get("version")) and unchanged(version)


def _clock(place: str) -> int:
    return int(ports.now().timestamp() / TICK_S + ahead(place))
