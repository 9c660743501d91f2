"""Transactions: the only place that commits. Work registered with `after_commit` runs once the commit stood.

    with transaction() as tx:
        row = tx.session.get(Pack, 1)            # ORM, for the quiet paths
        tx.execute(update(...))                  # Core, for the hot paths, same connection
        tx.after_commit(lambda: broker.wake())
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Executable, RowMapping
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from app import faults
from app.engine.errors import AppError, Conflict, StorageError, StorageInUse

# One row by column name, for the layers above that do not import sqlalchemy.
Row = RowMapping


class Database:
    """One engine and how to open transactions on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # What services keep in memory about rows of this database; gone with it.
        self.kept: dict[str, Any] = {}
        self._writer = engine.execution_options(attune_write=True)
        self._reader = engine.execution_options(attune_write=False)
        self._view = threading.local()  # .shared: what every reading of this thread takes part in

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A writing transaction; commits at the end, rolls back on any error, then runs the after-commit work."""
        with _storage_errors(), self._writer.connect() as connection:
            tx = Transaction(connection, self)
            with tx.closing(), connection.begin():
                yield tx
                tx.flush()
        tx.run_after_commit()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that only reads; always rolled back."""
        shared: Transaction | None = getattr(self._view, "shared", None)
        if shared is not None:
            yield shared
            return
        with _storage_errors(), self._reader.connect() as connection:
            tx = Transaction(connection, self)
            with tx.closing():
                yield tx
                connection.rollback()

    @contextmanager
    def one_view(self) -> Iterator[None]:
        """Every `reading` of this thread until the end is one and the same: one transaction instead of one for each question.

        For pages that only read: what this thread writes meanwhile it does not see on SQLite.
        """
        before = getattr(self._view, "shared", None)
        with self.reading() as tx:
            self._view.shared = tx
            try:
                yield
            finally:
                self._view.shared = before


class Transaction:
    """One open transaction: Core execution and an ORM session on the same connection."""

    def __init__(self, connection: Connection, database: Database) -> None:
        self.connection = connection
        self.database = database
        self.sqlite = database.is_sqlite
        self._session: Session | None = None
        self._after: list[Callable[[], None]] = []

    @property
    def session(self) -> Session:
        """The ORM session; made when first asked for, since the hot paths do without (70 microseconds)."""
        if self._session is None:
            self._session = Session(self.connection, expire_on_commit=False)
        return self._session

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        try:
            return self.connection.execute(statement, values)
        except (DBAPIError, NoConnection) as error:
            raise _in_our_words(error) from error

    def flush(self) -> None:
        if self._session is not None:
            self._session.flush()

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Its rows stay readable after the end."""
        try:
            yield
        finally:
            if self._session is not None:
                self._session.expunge_all()
                self._session.close()

    def after_commit(self, work: Callable[[], None]) -> None:
        self._after.append(work)

    def run_after_commit(self) -> None:
        for work in self._after:
            work()


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoConnection) as error:
        raise _in_our_words(error) from error


_IN_USE = frozenset({"40P01", "40001", "55P03"})  # deadlock, serialisation failure, lock not available


def _in_our_words(error: DBAPIError | NoConnection) -> AppError:
    if isinstance(error, NoConnection):
        return StorageError("Every connection to the database is in use.", retryable=True)
    if getattr(error.orig, "sqlstate", None) in _IN_USE:
        return StorageInUse("Another transaction stood in the way of this one. Try again.")
    if isinstance(error, IntegrityError):
        # Two requests at once: the checks of both passed, the unique key let one through.
        return Conflict("Somebody was faster: it exists already, or what it refers to is gone. Look again.")
    if isinstance(error, OperationalError):
        return StorageError(f"The database did not answer: {error.orig}", retryable=True)
    if error.connection_invalidated:
        return StorageError("The connection to the database was lost.", retryable=True)
    return StorageError(f"The database refused: {type(error.orig).__name__}.", retryable=False)


_lock = threading.Lock()
_current: Database | None = None


def use(database: Database) -> None:
    """Make this the database of the process; composition roots and tests call it."""
    global _current
    with _lock:
        _current = database


def current() -> Database:
    if _current is None:
        raise StorageError("No database is set up in this process: call create_app() first.", retryable=False)
    return _current


def transaction(step: str | None = None) -> Any:
    """`Database.transaction()` of this process's database.

    Args:
        step: its name among the steps of the protocol (app/faults.py): its commit is a point where tests let it fail.
    """
    return _faulty(step) if step is not None and faults.armed() else current().transaction()


@contextmanager
def _faulty(step: str) -> Iterator[Transaction]:
    with current().transaction() as tx:
        tx.after_commit(lambda: faults.point(f"{step}.committed"))  # the first: no hint was sent yet
        yield tx
        tx.flush()
        faults.point(f"{step}.commit")


def reading() -> Any:
    """`Database.reading()` of this process's database."""
    return current().reading()


def one_view() -> Any:
    """`Database.one_view()` of this process's database."""
    return current().one_view()
