"""DBOS Transact beside us, when it is installed: a process of its own that prints one line of JSON per figure.

It may live in a directory of its own (`BENCH_PEER_PATH`), so that its libraries do not meet ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Report, rates, times_ms


def measure(report: Report, items: set[str], *, postgres_url: str | None, repeats: int) -> None:
    """Add DBOS's figures; nothing where it can't be imported."""
    with tempfile.TemporaryDirectory(prefix="attune-peer-") as home:
        systems = {"DBOS, SQLite": f"sqlite:///{home}/dbos.db"}
        if postgres_url is not None:
            systems["DBOS, PostgreSQL"] = postgres_url.replace("+psycopg", "")
        for name, url in systems.items():
            for found in _figures(url, items, repeats):
                report.add(found["item"], name, found["unit"], found["values"])


def _figures(url: str, items: set[str], repeats: int) -> Iterator[dict[str, Any]]:
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(p for p in (os.environ.get("BENCH_PEER_PATH", ""), str(root)) if p)
    env = {**os.environ, "PYTHONPATH": path}
    if subprocess.run([sys.executable, "-c", "import dbos"], env=env, capture_output=True).returncode:
        return
    argv = [sys.executable, "-m", "tests.benchmarks.dbos_peer", url, ",".join(sorted(items)), str(repeats)]
    done = subprocess.run(argv, env=env, cwd=root, capture_output=True, text=True, timeout=600)
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def run(url: str, items: set[str], repeats: int) -> None:
    """The work items in this process, printed as {item, unit, values}."""
    from dbos import DBOS

    DBOS(config={"name": "bench", "log_level": "ERROR", "run_admin_server": False, "system_database_url": url})
    chain, fan, diamond, item = _workflows(DBOS)
    DBOS.launch()
    queue = DBOS.register_queue("q", worker_concurrency=32, polling_interval_sec=0.02)
    chain(5)
    if "W1" in items:
        _say("W1", "tasks/s", rates(100, lambda: chain(100), repeats=repeats))
    if "W2" in items:
        _say("W2 1000", "items/s", rates(1000, lambda: fan(queue, 1000), repeats=1))
    if "W3" in items:
        work = lambda: [h.get_result(polling_interval_sec=0.02) for h in [DBOS.start_workflow(diamond) for _ in range(200)]]  # noqa: E731
        _say("W3", "workflows/s", rates(200, work, repeats=repeats))
    if "W4" in items:
        _say("W4", "ms", times_ms(lambda: DBOS.start_workflow(item, 1).get_result(), repeats=20))
    DBOS.destroy()


def _workflows(dbos: Any) -> tuple[Any, Any, Any, Any]:
    @dbos.step()
    def noop(value: Any = None) -> Any:
        return value

    @dbos.workflow()
    def chain(tasks: int) -> None:
        for number in range(tasks):
            noop(number)

    @dbos.workflow()
    def item(value: Any) -> Any:
        return noop(value)

    @dbos.workflow()
    def each(value: Any) -> Any:
        return value

    @dbos.workflow()
    def diamond() -> Any:
        a = noop(1)
        return noop(noop((noop(a), noop(a))))

    def fan(queue: Any, items: int) -> None:
        handles = [queue.enqueue(each, number) for number in range(items)]
        for handle in handles:
            handle.get_result(polling_interval_sec=0.02)

    return chain, fan, diamond, item


def _say(item: str, unit: str, values: list[float]) -> None:
    print(json.dumps({"item": item, "unit": unit, "values": values}), flush=True)


if __name__ == "__main__":
    run(sys.argv[1], set(sys.argv[2].split(",")), int(sys.argv[3]))
