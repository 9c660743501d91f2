"""The floor: the least a durable Python engine must do, so that our own cost can be told from the machine's.

Every task has a row (status, result, times), every workflow a row; a join is a counter that is lowered in the
transaction of the completion; one compiled expression is evaluated per transition; results are JSON.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import jinja2
import psycopg

DDL = """
drop table if exists floor_barrier; drop table if exists floor_task; drop table if exists floor_wf;
create table floor_wf(id {id}, name text, status text, created double precision, finished double precision);
create table floor_task(id {id}, wf int not null, name text, item int, status text, result text,
                        created double precision, finished double precision);
create index floor_task_wf on floor_task(wf);
create table floor_barrier(wf int, name text, left_ int, primary key (wf, name));
"""
WHEN = jinja2.Environment().compile_expression("status == 'succeeded' and n >= 0")
NEXT = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e"], "e": []}
Ended = tuple[int, str, float]


class Store(Protocol):
    """A database with the floor's tables."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any: ...
    def transaction(self) -> AbstractContextManager[Any]: ...
    def add_workflow(self, name: str) -> int: ...
    def add_tasks(self, rows: Sequence[tuple[Any, ...]]) -> list[int]: ...
    def end_tasks(self, rows: Sequence[Ended]) -> None: ...
    def step(self, task: int, wf: int, following: str, result: str) -> int: ...


class PostgresStore:
    """Statements pipelined or batched as far as psycopg allows."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("+psycopg", "")
        self._connection = psycopg.connect(self.url, autocommit=True)
        self.run = self._connection.execute
        self.transaction = self._connection.transaction

    def make_tables(self) -> None:
        self.run(DDL.format(id="bigserial primary key"))

    def add_workflow(self, name: str) -> int:
        sql = "insert into floor_wf(name, status, created) values (%s, 'running', %s) returning id"
        return self.run(sql, (name, time.time())).fetchone()[0]

    def add_tasks(self, rows: Sequence[tuple[Any, ...]]) -> list[int]:
        sql = (
            "insert into floor_task(wf, name, item, status, created)"
            " select * from unnest(%s::int[], %s::text[], %s::int[], %s::text[], %s::float8[]) returning id"
        )
        return [row[0] for row in self.run(sql, tuple(map(list, zip(*rows, strict=True))))]

    def end_tasks(self, rows: Sequence[Ended]) -> None:
        sql = (
            "update floor_task t set status = 'succeeded', result = u.r, finished = u.f"
            " from unnest(%s::bigint[], %s::text[], %s::float8[]) as u(id, r, f) where t.id = u.id"
        )
        self.run(sql, tuple(map(list, zip(*rows, strict=True))))

    def step(self, task: int, wf: int, following: str, result: str) -> int:
        """End a task and create the next: one statement, one commit."""
        sql = (
            "with done as (update floor_task set status = 'succeeded', result = %s, finished = %s where id = %s)"
            " insert into floor_task(wf, name, status, created) values (%s, %s, 'running', %s) returning id"
        )
        now = time.time()
        return self.run(sql, (result, now, task, wf, following, now)).fetchone()[0]

    def close(self) -> None:
        self._connection.close()


class SqliteStore:
    """WAL, synchronous NORMAL: as the product's default."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=normal")

    def make_tables(self) -> None:
        self._connection.executescript(DDL.format(id="integer primary key"))

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._connection.execute(sql.replace("%s", "?"), values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        yield
        self._connection.execute("commit")

    def add_workflow(self, name: str) -> int:
        sql = "insert into floor_wf(name, status, created) values (?, 'running', ?)"
        return int(self.run(sql, (name, time.time())).lastrowid)

    def add_tasks(self, rows: Sequence[tuple[Any, ...]]) -> list[int]:
        sql = "insert into floor_task(wf, name, item, status, created) values (?, ?, ?, ?, ?)"
        return [int(self.run(sql, row).lastrowid) for row in rows]

    def end_tasks(self, rows: Sequence[Ended]) -> None:
        sql = "update floor_task set status = 'succeeded', result = ?, finished = ? where id = ?"
        self._connection.executemany(sql, [(result, at, task) for task, result, at in rows])

    def step(self, task: int, wf: int, following: str, result: str) -> int:
        with self.transaction():
            self.end_tasks([(task, result, time.time())])
            return self.add_tasks([(wf, following, None, "running", time.time())])[0]

    def close(self) -> None:
        self._connection.close()


def act(number: int) -> str:
    """The task itself, and the expression of its transition."""
    assert WHEN(status="succeeded", n=number)
    return json.dumps({"n": number})


def end_workflow(store: Store, wf: int) -> None:
    store.run("update floor_wf set status = 'succeeded', finished = %s where id = %s", (time.time(), wf))


def chain(store: Store, tasks: int) -> None:
    """W1 and W4: one commit per transition."""
    with store.transaction():
        wf = store.add_workflow("chain")
        [task] = store.add_tasks([(wf, "t0", None, "running", time.time())])
    for number in range(1, tasks):
        task = store.step(task, wf, f"t{number}", act(number))
    with store.transaction():
        store.end_tasks([(task, act(tasks), time.time())])
        end_workflow(store, wf)


def fan(store: Store, items: int, *, per_commit: int = 50) -> None:
    """W2: every item a row, a join by counter, `per_commit` completions together."""
    with store.transaction():
        wf = store.add_workflow("fan")
        ids = store.add_tasks([(wf, "item", number, "running", time.time()) for number in range(items)])
        store.run("insert into floor_barrier values (%s, 'join', %s)", (wf, items))
    last = 0
    for first in range(0, items, per_commit):
        part = ids[first : first + per_commit]
        with store.transaction():
            store.end_tasks([(task, act(task), time.time()) for task in part])
            sql = "update floor_barrier set left_ = left_ - %s where wf = %s and name = 'join' returning left_"
            if store.run(sql, (len(part), wf)).fetchone()[0] == 0:
                [last] = store.add_tasks([(wf, "join", None, "running", time.time())])
    with store.transaction():
        store.end_tasks([(last, act(last), time.time())])
        end_workflow(store, wf)


def diamonds(store: Store, workflows: int) -> None:
    """W3: one workflow after the other, one commit per wave."""
    for _ in range(workflows):
        with store.transaction():
            wf = store.add_workflow("diamond")
            ready = list(zip(store.add_tasks([(wf, "a", None, "running", time.time())]), "a", strict=True))
        while ready:
            ready = _wave(store, wf, ready)


def _wave(store: Store, wf: int, ready: list[tuple[int, str]]) -> list[tuple[int, str]]:
    with store.transaction():
        store.end_tasks([(task, act(task), time.time()) for task, _ in ready])
        following = list(dict.fromkeys(name for _, done in ready for name in NEXT[done]))
        if not following:
            end_workflow(store, wf)
            return []
        ids = store.add_tasks([(wf, name, None, "running", time.time()) for name in following])
        return list(zip(ids, following, strict=True))
