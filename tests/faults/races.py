"""Two things at once on real connections, in both orders, with the first held open at the moment it would commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.persistence import session
from tests.servers import wait_until

Deed = Callable[[], Any]


class Held:
    """Makes the first transaction of a chosen thread wait before its commit, until it is let go."""

    def __init__(self, database: session.Database) -> None:
        self._commit = database.transaction
        self._local = threading.local()
        self.reached = threading.Event()
        self.released = threading.Event()

    def hold_this_thread(self) -> None:
        self._local.hold = True

    @contextmanager
    def transaction(self) -> Iterator[session.Transaction]:
        with self._commit() as tx:
            yield tx
            if getattr(self._local, "hold", False):
                self._local.hold = False
                self.reached.set()
                assert self.released.wait(20), "nobody let the first one go"


@dataclass
class Done:
    """How a deed ended: what it returned or raised."""

    value: Any = None
    error: Exception | None = None


def one_after_the_other(database: session.Database, first: Deed, second: Deed) -> tuple[Done, Done]:
    """`first` does everything but commit; `second` runs into it or ends; then `first` commits.

    The order in which they take effect is that of the arguments wherever they touch the same row.
    """
    held = Held(database)
    database.transaction = held.transaction  # type: ignore[method-assign]
    ends = (Done(), Done())
    threads = [
        threading.Thread(target=_do, args=(first, ends[0], held.hold_this_thread)),
        threading.Thread(target=_do, args=(second, ends[1], lambda: None)),
    ]
    try:
        threads[0].start()
        wait_until(lambda: held.reached.is_set() or not threads[0].is_alive(), timeout_s=20, what="the first at its commit")
        threads[1].start()
        wait_until(lambda: not threads[1].is_alive() or _waits(database), timeout_s=20, what="the second running into the first")
    finally:
        held.released.set()
        for thread in threads:
            thread.join(30)
        del database.transaction  # type: ignore[attr-defined]
    assert not any(thread.is_alive() for thread in threads)
    return ends


def at_once(*deeds: Deed) -> list[Done]:
    """All together from one barrier."""
    barrier, ends = threading.Barrier(len(deeds)), [Done() for _ in deeds]
    threads = [threading.Thread(target=_do, args=(d, e, barrier.wait)) for d, e in zip(deeds, ends, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return ends


def _do(deed: Deed, done: Done, before: Callable[[], Any]) -> None:
    before()
    try:
        done.value = deed()
    except Exception as error:
        done.error = error


def _waits(database: session.Database) -> bool:
    """Whether some connection of ours waits for a lock."""
    with database.engine.connect() as connection:
        query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        return bool(connection.execute(text(query)).scalar_one())
