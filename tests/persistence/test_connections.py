"""Pooled connections to PostgreSQL: those that have rested are looked at before they are used."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from app.engine.errors import StorageError
from app.persistence import db, session
from app.persistence.db import make_engine

pytestmark = pytest.mark.postgres


@pytest.fixture
def engine(postgres_url: str) -> Engine:
    return make_engine(postgres_url, pool_size=1)


def test_a_connection_that_the_server_has_closed_is_replaced_unnoticed(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "RESTED_S", 0.0)
    closed = _process_of(engine)
    _close(postgres_url, closed)

    assert _process_of(engine) != closed


def test_a_connection_just_used_is_not_asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    first = _process_of(engine)
    monkeypatch.setattr(engine.dialect, "do_ping", asked.append)
    monkeypatch.setattr(db, "RESTED_S", 60.0)

    assert (_process_of(engine), asked) == (first, [])


def _process_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("select pg_backend_pid()")).scalar_one())


def _close(url: str, process: int) -> None:
    other = make_engine(url, pool_size=1)
    with other.connect() as connection:
        connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": process})
    other.dispose()


def test_a_process_that_stands_still_in_a_transaction_holds_up_nobody(postgres_url: str) -> None:
    """As after SIGSTOP, or the loss of its machine: no other client gets an end of the connection to see."""
    engine = make_engine(postgres_url, pool_size=2, idle_s=0.3)
    frozen = session.Database(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS held"))
        connection.execute(text("CREATE TABLE held AS SELECT 1 AS id"))
    lock, got = text("SELECT id FROM held FOR UPDATE"), []

    with pytest.raises(StorageError) as raised, frozen.transaction() as held:
        held.execute(lock)
        with frozen.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '10s'"))  # or the test would wait as long as everybody else
            got.append(other.execute(lock).scalar_one())
        held.execute(lock)

    with engine.begin() as connection:
        connection.execute(text("DROP TABLE held"))  # the server is that of other tests too
    assert (got, raised.value.retryable) == ([1], True)
    engine.dispose()
