"""Pooled connections to PostgreSQL: those that have rested are looked at before they are used."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from app.persistence import db
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
