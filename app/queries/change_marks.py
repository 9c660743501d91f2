"""Whether a list that is open still shows the present: for pages that ask every few seconds."""

from __future__ import annotations

from app.persistence import session
from app.persistence.repositories import change_marks


def of_questions() -> str:
    """Another text after any question came, went or changed hands. No right is asked for: show it to nobody, compare with it."""
    with session.reading() as tx:
        return repr(change_marks.of_questions(tx))


def of_everything() -> str:
    """Another text also after any run that is no part of another began, moved or ended. As `of_questions`."""
    with session.reading() as tx:
        return repr(change_marks.of_everything(tx))
