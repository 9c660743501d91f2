"""The Flask-SQLAlchemy object, the types every model shares, and how an engine is made for each database."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from psycopg.adapt import Dumper
from sqlalchemy import JSON, BigInteger, DateTime, Integer, MetaData, Table, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from app.engine.storable import is_storable_text, storable, storable_text

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    # 64 bits everywhere; SQLite needs plain INTEGER for its own row numbers.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={int: BigInteger().with_variant(Integer(), "sqlite")},
    )


IDLE_S = 30.0  # of a transaction; as long as a lease
RESTED_S = 1.0  # how long a pooled connection is trusted

db = SQLAlchemy(model_class=Base)


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC times on every database; SQLite keeps them as text without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    # The processors themselves, and not `process_bind_param`: a run writes ten times per task.
    def bind_processor(self, dialect: Any) -> Callable[[datetime | None], Any]:
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None]:
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a naive time reached the database; times are aware UTC")
    return value.astimezone(UTC)


def _to_text(value: datetime | None) -> str | None:
    aware = _to_utc(value)
    return None if aware is None else aware.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def table_of(model: type[Base]) -> Table:
    """The Core table of a model, typed as what it is, for statements on the hot paths."""
    return cast(Table, model.__table__)


# None in a JSON column is SQL NULL, so that `IS NULL` means what it says.
Json = JSON(none_as_null=True)


class Stamped:
    """`created` and `updated`, set by the code that writes (never by triggers, so that tests own the time)."""

    created: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC))
    updated: Mapped[datetime] = mapped_column(UtcTime, default=lambda: datetime.now(UTC), onupdate=lambda: datetime.now(UTC))


def dump_json(value: Any) -> str:
    """Compact JSON that every database takes; what it can't hold is replaced (app/engine/storable.py)."""
    try:
        text = _json(value)
    except (ValueError, TypeError):
        return _json(storable(value))
    # json writes NUL as an escape and half surrogate pairs as they are
    if "\\u0000" in text or not (text.isascii() or is_storable_text(text)):
        return _json(storable(value))
    return text


# One encoder: `json.dumps` with options of its own makes a new one per call.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class _Text(Dumper):
    """PostgreSQL refuses NUL in texts; a prompt or an error that holds one is stored without it.

    Not a subclass of the driver's own class: its compiled one would call its compiled `dump`.
    """

    def dump(self, obj: str) -> bytes:
        return (obj if is_storable_text(obj) else storable_text(obj)).encode()


def make_engine(url: str, *, pool_size: int = 20, idle_s: float = IDLE_S) -> Engine:
    """An engine with our rules for this database. One per process: never share it over a fork.

    Args:
        idle_s: how long PostgreSQL keeps a transaction, and the locks it holds, whose client says nothing. A process
            that stands still, or a machine that lost its power, would keep everybody else waiting until TCP gives up.
    """
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            json_serializer=dump_json,
            connect_args={"timeout": 30, "check_same_thread": False},
            pool_size=pool_size,
            max_overflow=pool_size,
        )
        engine.dialect.statement_compiler = _WithHints
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, json_serializer=dump_json, pool_size=pool_size, max_overflow=pool_size)
    event.listen(engine, "connect", functools.partial(_configure_postgres, idle_s))
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", functools.partial(_look_after_rest, engine.dialect))
    return engine


class _WithHints(SQLiteCompiler):
    """Says `INDEXED BY` where a statement asks for it: SQLAlchemy's own leaves hints out for SQLite."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _configure_postgres(idle_s: float, connection: Any, _record: Any) -> None:
    connection.adapters.register_dumper(str, _Text)
    # A statement, not an option of the connection: poolers in between refuse those.
    connection.execute(f"SET idle_in_transaction_session_timeout = {int(idle_s * 1000)}")
    connection.commit()


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _look_after_rest(dialect: Any, connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it still stands, so that a restarted server is not noticed by a person.

    SQLAlchemy's own `pool_pre_ping` asks each time: a round trip per transaction, and those are what a run waits for.
    """
    if time.monotonic() - record.info.get("used_at", 0.0) < RESTED_S:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions itself; _begin_sqlite does (facts: deferred writers lost updates).
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer fails at once in WAL mode, so writers say so when they begin.
    write = connection.get_execution_options().get("attune_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
