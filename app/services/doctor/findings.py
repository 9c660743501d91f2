"""What the doctor looks for and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.persistence.session import Transaction

LIMIT = 200  # findings of one check; who has more mends these first


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that breaks a promise.

    Attributes:
        check: code of the check.
        table, id: the row.
        message: what is wrong with it.
        mend: what mending would do, in words; None: a person must decide.
    """

    check: str
    table: str
    id: int
    message: str
    mend: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.check, self.table, self.id)


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is looked: `now` (aware UTC), and the time before which a thing should have moved on."""

    now: datetime
    patience: timedelta = timedelta(minutes=1)

    @property
    def before(self) -> datetime:
        return self.now - self.patience


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the database.

    Attributes:
        code: stable machine word.
        promise: what holds when nothing is found, as a sentence.
        find: reads only.
        mend: repairs one finding in transactions of its own; None: nothing is repaired.
        thorough: looks at so much that it is done on demand only.
    """

    code: str
    promise: str
    find: Callable[[Transaction, Moment], Iterator[Finding]]
    mend: Callable[[Finding], None] | None = None
    thorough: bool = False
