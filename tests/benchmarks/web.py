"""`python -m tests.benchmarks.web [--executions 100000] [--open 200] [--only pages,open]`: what a page costs the server.

Pages: time of the processor and by the clock, over a history of 100,000 executions, and for a run with 10,000 items.
Open: 200 pages of runs open on one default server, while people ask for pages; then 200 of runs that move. Loopback and a temporary directory only.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.access import SYSTEM
from app.persistence import session
from app.persistence.models import Pack
from app.services import auth, executions, ports
from app.settings import Settings
from tests.benchmarks import history, open_pages, workflows
from tests.benchmarks.figures import Report, calibration
from workers.embedded import working
from workers.up import prepare

PAGE_MS, OPEN_PAGE_MS, FIRST_PAINT_MS = 50.0, 200.0, 500.0
FIRST_PAINT_BYTES, UPDATE_BYTES = 150_000, 5_000
STEPS, STEP_S = 30, 10.0  # of a run that moves while its page is open
PAGES = {
    "home": "/",
    "runs": "/runs",
    "runs, failed": "/runs?status=failed",
    "runs, running": "/runs?status=running",
    "runs, one workflow": "/runs?workflow=bench.diamond",
    "runs, last 7 days": "/runs?since=7d",
    "runs, mine": "/runs?who=me",
    "runs, text in the name": "/runs?q=diamond",
    "runs, text in the error": "/runs?q=tax_lines",
    "runs, text nowhere": "/runs?q=nowhere-to-be-found",
    "runs, failed, text, 30 days": "/runs?status=failed&q=disk&since=30d",
    "runs, also parts": "/runs?all=1",
    "runs, deep": "/runs?before={middle}",
    "runs, deep, failed": "/runs?status=failed&before={deep}",
    "workflow": "/workflows/bench.diamond",
    "workflow, statistics": "/workflows/bench.diamond/statistics",
    "api, executions": "/api/v1/executions?per_page=50",
    "api, with total": "/api/v1/executions?per_page=50&include_total=true",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer: milliseconds by the clock and of the processor, and bytes as they would travel."""

    took: float
    work: float
    size: int


@dataclass(frozen=True, slots=True)
class Reader:
    """An administrator's browser, without a network in between."""

    client: Any
    headers: dict[str, str]

    def ask(self, path: str) -> Asked:
        begun, worked = time.perf_counter(), time.thread_time()
        answer = self.client.get(path, headers=self.headers)
        took, work = time.perf_counter() - begun, time.thread_time() - worked
        assert answer.status_code == 200, f"{path}: {answer.status}"
        return Asked(took * 1000, work * 1000, len(answer.data))


def main(argv: list[str] | None = None) -> int:
    told = _arguments(argv)
    parts, report = set(told.only.split(",")), Report()
    report.line(calibration())
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as home:
        runs = _filled(home, told, report, measure="pages" in parts)
        if "open" in parts:
            _open_pages(home, runs, told, report)
    report.line(calibration())
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.web", description=__doc__)
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=200, help="pages of runs open at once")
    parser.add_argument("--moving", type=int, default=200, help="pages of runs in which something happens every ten seconds")
    parser.add_argument("--seconds", type=float, default=30, help="how long they are watched once they are open")
    parser.add_argument("--repeats", type=int, default=40, help="of each page")
    parser.add_argument("--only", default="pages,open")
    return parser.parse_args(argv)


def _filled(home: str, told: argparse.Namespace, report: Report, *, measure: bool) -> list[int]:
    """A data directory with a history, runs that wait for an answer (their executions are given back), and its figures."""
    app = prepare(Settings(home=home, admin_password=open_pages.PASSWORD, demo=False))
    with session.transaction() as tx:
        tx.session.add(Pack(ref="bench", label="Benchmarks", version="1"))
    workflows.save("diamond", workflows.diamond())
    workflows.save("fan", workflows.fan())
    workflows.save("moving", workflows.moving(STEPS, STEP_S))
    history.fill(told.executions)
    with working():
        many = executions.start(action_ref="bench.fan", parameters={"items": list(range(10_000))}, by=SYSTEM).execution_id
        _until_ended(many)
        reader = _reader(app)
        if measure:
            _pages(reader, told, report)
            _first_paint(reader, many, told.repeats, report)
        by = auth.check_password("admin", open_pages.PASSWORD)
        runs = [executions.start(action_ref="examples.inquiry", parameters={}, by=by).execution_id for _ in range(told.open)]
        _until(lambda: _status(runs[-1]) == "running")
    session.current().engine.dispose()
    return runs


def _until_ended(execution_id: int) -> None:
    _until(lambda: _status(execution_id) in ("completed", "failed"))


def _until(condition: Any, *, limit_s: float = 90) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"it did not happen within {limit_s} s")
        time.sleep(0.05)


def _status(execution_id: int) -> str:
    from app.queries.executions import get_execution

    return str(get_execution(execution_id=execution_id, by=SYSTEM)["status"])


def _reader(app: Any) -> Reader:
    login, password = ports.settings().admin_login, open_pages.PASSWORD
    caller, token = auth.check_password(login, password), auth.login(login=login, password=password)["access_token"]
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["identity"], kept["mark"] = caller.identity_id, auth.session_mark(caller.identity_id)
    return Reader(client, {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"})


def _pages(reader: Reader, told: argparse.Namespace, report: Report) -> None:
    places = {"middle": told.executions // 2, "deep": told.executions // 20}
    for name, path in PAGES.items():
        _server_line(report, name, [reader.ask(path.format(**places)) for _ in range(told.repeats)], PAGE_MS)


def _first_paint(reader: Reader, run: int, repeats: int, report: Report) -> None:
    asked = [reader.ask(f"/runs/{run}") for _ in range(max(5, repeats // 4))]
    _server_line(report, "a run of 10,000 items", asked, FIRST_PAINT_MS)
    _size(report, "a run of 10,000 items", [one.size for one in asked], FIRST_PAINT_BYTES)


def _open_pages(home: str, runs: Sequence[int], told: argparse.Namespace, report: Report) -> None:
    """First pages of runs that wait for an answer, then as many of runs in which something happens every few seconds."""
    with open_pages.default_server(home) as (address, process):
        _watched(f"{len(runs)} open pages", address, process, runs, told.seconds, report)
        if told.moving:
            moving = open_pages.start_many(address, "bench.moving", told.moving, over_s=STEP_S)
            _watched(f"{len(moving)} moving runs", address, process, moving, told.seconds, report)


def _watched(name: str, address: str, process: int, runs: Sequence[int], seconds: float, report: Report) -> None:
    asked = ["/", "/runs", "/runs?status=failed", "/workflows", "/inbox", f"/runs/{runs[0]}"]
    begun, worked = time.monotonic(), open_pages.processor_s(process)
    seen = open_pages.watch(address, runs, asked, seconds=seconds)
    share = (open_pages.processor_s(process) - worked) / (time.monotonic() - begun)
    _line(report, f"{name}: polls", seen.polls, OPEN_PAGE_MS)
    for page, values in seen.pages.items():
        if values:
            _line(report, f"{name}: {'a run' if page.startswith('/runs/') else page}", values, OPEN_PAGE_MS)
    _line(report, f"{name}: every page", [value for values in seen.pages.values() for value in values], OPEN_PAGE_MS)
    _size(report, f"{name}: live update", seen.sizes, UPDATE_BYTES)
    counts = f"{len(seen.polls) / seconds:.0f} polls a second, {len(seen.sizes)} updates, {seen.later} asked to come again, {seen.failed} failed"
    report.line(f"{name}: {counts}; the server used {share:.2f} of a core, {share / len(runs) * 1000:.1f} ms a second for each page")


def _server_line(report: Report, name: str, asked: Sequence[Asked], most: float) -> None:
    """The verdict is by the processor's time: all of it is in one thread, and other work on the machine does not change it."""
    work, took = [one.work for one in asked], [one.took for one in asked]
    clock = f"by the clock {statistics.median(took):6.1f} and {_high(took):6.1f}"
    report.line(f"{name:<32} median {statistics.median(work):6.1f} ms   95th {_high(work):6.1f} ms   ({clock})   aim {most:.0f}: {_verdict(_high(work), most)}")


def _line(report: Report, name: str, values: Sequence[float], most: float) -> None:
    """Median and 95th percentile in ms, beside the aim."""
    late = _high(values)
    report.line(f"{name:<32} median {statistics.median(values):7.1f} ms   95th {late:7.1f} ms   aim {most:.0f}: {_verdict(late, most)}")


def _size(report: Report, name: str, sizes: Sequence[int], most: int) -> None:
    if sizes:
        report.line(f"{name:<32} median {statistics.median(sizes):7,.0f} bytes, 95th {_high(sizes):7,.0f}   aim {most:,}: {_verdict(_high(sizes), most)}")


def _high(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def _verdict(value: float, most: float) -> str:
    return "ok" if value <= most else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
