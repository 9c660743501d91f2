"""Fixtures every layer shares. Servers come from tests/servers.py: real ones, on free loopback ports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests import servers


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a private PostgreSQL server with an empty database; `DATABASE_URL` wins when it names one."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a private Redis server; `REDIS_URL` wins when it is set."""
    with servers.redis() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    """An empty database with every table, once on each kind."""
    yield from _database(request, tmp_path, request.param)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    """An empty SQLite database with every table."""
    yield from _database(request, tmp_path, "sqlite")


def _database(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[object]:
    from app.persistence import session
    from app.persistence.db import make_engine
    from app.services import ports
    from app.settings import Settings
    from tests.databases import copy_empty, make_empty

    url = f"sqlite:///{tmp_path / 'test.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    if kind == "sqlite":
        copy_empty(tmp_path / "test.db")
    engine = make_engine(url)
    if kind == "postgres":
        make_empty(engine)
    database = session.Database(engine)
    session.use(database)
    settings = Settings(home=str(tmp_path / "home"), database_url=url, jwt_secret="s" * 48)
    ports.use(
        ports.Ports(
            settings=settings, sealer=ports.Sealer(Fernet.generate_key().decode()), dispatcher=ports.Collected()
        )
    )
    yield database
    engine.dispose()
