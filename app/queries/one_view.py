"""One look at the database for everything that a page reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from app.persistence import session

P = ParamSpec("P")
R = TypeVar("R")


def in_one_view(read: Callable[P, R]) -> Callable[P, R]:
    """What `read` asks of the queries, it asks in one transaction: each of its own costs as much as a small statement.

    Only for what writes nothing.
    """

    @wraps(read)
    def reads(*args: P.args, **kwargs: P.kwargs) -> R:
        with session.one_view():
            return read(*args, **kwargs)

    return reads
