"""The floor with Redis: chains whose every task travels through a list to a second process, one commit each."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis

from tests.benchmarks.floor import PostgresStore, act, end_workflow

QUEUE, ENDED = "floor:queue", "floor:ended"


def work(database_url: str, redis_url: str) -> None:
    """A worker process of the floor; ends when it is told so."""
    store, queue = PostgresStore(database_url), redis.Redis.from_url(redis_url)
    while True:
        found: Any = queue.brpop([QUEUE], 5)
        if found is None:
            continue
        told = json.loads(found[1])
        if told is None:
            return
        _take(store, queue, *told)


def _take(store: PostgresStore, queue: Any, task: int, wf: int, number: int, tasks: int) -> None:
    if number + 1 < tasks:
        following = store.step(task, wf, f"t{number + 1}", act(number))
        queue.lpush(QUEUE, json.dumps([following, wf, number + 1, tasks]))
        return
    with store.transaction():
        store.end_tasks([(task, act(number), time.time())])
        end_workflow(store, wf)
    queue.lpush(ENDED, wf)


def chains(store: PostgresStore, queue: Any, tasks: int, workflows: int = 1) -> None:
    """Start that many chains together and wait for their ends."""
    for _ in range(workflows):
        with store.transaction():
            wf = store.add_workflow("chain")
            [task] = store.add_tasks([(wf, "t0", None, "running", time.time())])
        queue.lpush(QUEUE, json.dumps([task, wf, 0, tasks]))
    for _ in range(workflows):
        assert queue.brpop([ENDED], 60) is not None


@contextmanager
def workers(database_url: str, redis_url: str, *, count: int = 2) -> Iterator[Any]:
    """Worker processes of the floor; yields the queue."""
    queue = redis.Redis.from_url(redis_url)
    argv = [sys.executable, "-m", "tests.benchmarks.floor_worker", database_url, redis_url]
    processes = [subprocess.Popen(argv) for _ in range(count)]
    try:
        yield queue
    finally:
        for _ in processes:
            queue.lpush(QUEUE, "null")
        for process in processes:
            process.wait(10)


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2])
