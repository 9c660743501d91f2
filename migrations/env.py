"""Alembic's environment: our metadata, on the engine of the process (or of the Flask application)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context

import app.persistence.models  # noqa: F401 - registers the tables
from app.persistence.db import Base

_LOCK = 0x61747474  # any fixed number


def _engine():
    engine = context.config.attributes.get("engine")
    if engine is None:  # `flask db ...`
        from app.persistence import session

        engine = session.current().engine
    return engine


@contextmanager
def _rebuilding_allowed(connection: Any) -> Iterator[None]:
    """SQLite alters a table by copying it; while foreign keys count, dropping the old one takes along what refers to it.

    The switch does nothing inside of a transaction, so it is thrown on the driver's own connection before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"The migration left rows that refer to nothing, for example {broken[0]}.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _alone(connection: Any) -> Iterator[None]:
    """Web servers that start at the same time upgrade one after the other; SQLite has one writer anyway."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
    connection.commit()  # the lock belongs to the connection, not to a transaction
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
        connection.commit()


def run() -> None:
    with _engine().connect() as connection, _alone(connection), _rebuilding_allowed(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
