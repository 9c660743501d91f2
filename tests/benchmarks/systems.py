"""What is measured: the product as it is deployed, in three ways."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app
from app.engine.access import SYSTEM
from app.persistence import migrations, session
from app.services import executions, packs, ports
from tests.benchmarks import workflows
from workers.embedded import connect_dispatcher, working

ENDED = "('completed', 'failed', 'cancelled')"
CHAINS = (1, 100, 500, 1000)


@dataclass(frozen=True, slots=True)
class System:
    """A running installation.

    Attributes:
        count: runs one counting SQL statement on a connection of its own, as cheaply as possible.
    """

    name: str
    app: Flask
    count: Callable[[str], int]

    def start(self, workflow: str, **parameters: Any) -> int:
        return executions.start(action_ref=f"bench.{workflow}", parameters=parameters, by=SYSTEM).execution_id

    def end(self, first: int, *, timeout_s: float = 300) -> None:
        """Wait until every top-level execution from this one on has ended."""
        left = f"select count(*) from execution where id >= {first} and parent is null and status not in {ENDED}"
        deadline = time.monotonic() + timeout_s
        while self.count(left):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: something from execution {first} on did not end in {timeout_s} s")
            time.sleep(0.001)
        bad = self.count(f"select count(*) from execution where id >= {first} and status <> 'completed'")
        assert bad == 0, f"{self.name}: {bad} executions did not complete"

    def run(self, workflow: str, **parameters: Any) -> None:
        self.end(self.start(workflow, **parameters))


@contextmanager
def embedded_sqlite() -> Iterator[System]:
    """Everything in this process on a SQLite file: the default."""
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as home:
        url = f"sqlite:///{home}/bench.db"
        app = _installed(home, url)
        connection = sqlite3.connect(f"{home}/bench.db", isolation_level=None)
        with working():
            yield System("SQLite, one process", app, lambda sql: connection.execute(sql).fetchone()[0])
        connection.close()
        session.current().engine.dispose()


@contextmanager
def embedded_postgres(url: str) -> Iterator[System]:
    """One process on PostgreSQL; core actions are completed inside the engine."""
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as home, _counting(url) as count:
        app = _installed(home, url)
        with working():
            yield System("PostgreSQL, core actions", app, count)
        session.current().engine.dispose()


@contextmanager
def separate_workers(url: str, redis_url: str, *, processes: int = 2) -> Iterator[System]:
    """This process sends; every task goes through Redis to one of the worker processes."""
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as home, _counting(url) as count:
        app = _installed(home, url, redis_url=redis_url, run_ahead=0)
        connect_dispatcher()
        with _worker_processes(home, processes):
            yield System("PostgreSQL, Redis, 2 workers", app, count)
        session.current().engine.dispose()


def _installed(home: str, url: str, **settings: Any) -> Flask:
    """An empty installation with the shipped packs and the measured workflows."""
    secrets = {"jwt_secret": "b" * 48, "encryption_key": Fernet.generate_key().decode(), "admin_password": "b" * 12}
    app = create_app(home=home, database_url=url, **secrets, **settings)
    _empty(url)
    migrations.upgrade(session.current())
    packs.load_shipped()
    workflows.save_all(chains=CHAINS)
    return app


def _empty(url: str) -> None:
    if url.startswith("sqlite"):
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")


@contextmanager
def _counting(url: str) -> Iterator[Callable[[str], int]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield lambda sql: connection.execute(sql).fetchone()[0]  # type: ignore[index]


@contextmanager
def _worker_processes(home: str, count: int) -> Iterator[None]:
    settings = ports.settings()
    told = {
        "ATTUNE_HOME": home,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ATTUNE_RUN_AHEAD": "0",
        "JWT_SECRET": settings.jwt_secret,
        "ATTUNE_ENCRYPTION_KEY": settings.encryption_key,
        "ATTUNE_ADMIN_PASSWORD": settings.admin_password,
    }
    root = Path(__file__).resolve().parents[2]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "workers"], cwd=root, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert "ready" in process.stdout.readline()
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
