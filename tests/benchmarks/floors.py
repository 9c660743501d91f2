"""The floors of every work item, on the databases of this run."""

from __future__ import annotations

import tempfile

from tests.benchmarks import floor, floor_worker
from tests.benchmarks.figures import Report, rates, times_ms

NAMES = {"sqlite": "floor SQLite", "postgres": "floor PostgreSQL", "redis": "floor PostgreSQL, Redis, 2 workers"}


def measure(report: Report, items: set[str], *, postgres_url: str | None, redis_url: str | None, repeats: int) -> None:
    """Add the floors' figures; without a server its floor is left out."""
    with tempfile.TemporaryDirectory(prefix="attune-floor-") as home:
        lite = floor.SqliteStore(f"{home}/floor.db")
        lite.make_tables()
        _in_process(lite, NAMES["sqlite"], report, items, repeats=repeats)
        lite.close()
    if postgres_url is None:
        return
    store = floor.PostgresStore(postgres_url)
    store.make_tables()
    _in_process(store, NAMES["postgres"], report, items, repeats=repeats)
    if redis_url is not None:
        _with_redis(store, redis_url, report, items, repeats=repeats)
    store.close()


def _in_process(store: floor.Store, name: str, report: Report, items: set[str], *, repeats: int) -> None:
    floor.chain(store, 20)
    if "W1" in items:
        report.add("W1", name, "tasks/s", rates(100, lambda: floor.chain(store, 100), repeats=repeats))
    if "W2" in items:
        for count in (1000, 5000):
            report.add(f"W2 {count}", name, "items/s", rates(count, lambda n=count: floor.fan(store, n), repeats=repeats))
    if "W3" in items:
        report.add("W3", name, "workflows/s", rates(200, lambda: floor.diamonds(store, 200), repeats=repeats))
    if "W4" in items:
        report.add("W4", name, "ms", times_ms(lambda: floor.chain(store, 1), repeats=20))


def _with_redis(store: floor.PostgresStore, redis_url: str, report: Report, items: set[str], *, repeats: int) -> None:
    with floor_worker.workers(store.url, redis_url) as queue:
        floor_worker.chains(store, queue, 3)
        name = NAMES["redis"]
        if "W1" in items:
            work = lambda: floor_worker.chains(store, queue, 100)  # noqa: E731
            report.add("W1", name, "tasks/s", rates(100, work, repeats=repeats))
        if "W3" in items:
            work = lambda: floor_worker.chains(store, queue, 5, 200)  # noqa: E731
            report.add("W3", name, "workflows/s", rates(200, work, repeats=repeats))
        if "W4" in items:
            report.add("W4", name, "ms", times_ms(lambda: floor_worker.chains(store, queue, 1), repeats=20))
