"""What takes too long for every day: each fault point in real workers, a full disk, clocks that jump, servers that come and go."""

from __future__ import annotations

import math
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import faults
from app.services import inquiries
from tests import servers
from tests.faults import everything
from tests.faults.processes import Machine, machine
from tests.faults.test_outages import Redis, _restart
from tests.faults.test_points import MAY_FAIL
from tests.servers import free_port, wait_until

OF_CLIENTS = {"start", "answer", "cancel", "pause", "resume"}  # these do not happen in a worker
STEERED = {"cancel_below", "pause_below", "resume_below", "settle_pause", "expiry", "question_closed", "give_back", "end_cancelled"}
POINTS = [point for point in faults.POINTS if point.partition(".")[0] not in OF_CLIENTS | STEERED]
SPECS = {"kill": "kill", "freeze": "park", "sleep": "sleep:6", "raise": "raise"}  # longer than the lease of these tests: 4 s
Told = Iterator[tuple[str, float]]  # what happened, and the seconds from the fault, or from its end, to the end of the run


@contextmanager
def cluster(folder: Path, *, url: str | None = None, redis: str | None = None) -> Iterator[Machine]:
    with servers.postgres() as own, servers.redis() as broker, machine(folder, DATABASE_URL=url or own, REDIS_URL=redis or broker) as made:
        everything.load(made)
        yield made


def points(folder: Path, wanted: str = "") -> Told:
    """A worker meets its fault at the point; another is started and has to bring everything to its end."""
    with cluster(folder) as made:
        for action, spec in SPECS.items():
            for point in POINTS:
                if wanted in f"{action} at {point}":
                    yield _tried(made, point, action, spec)


def _tried(made: Machine, point: str, action: str, spec: str) -> tuple[str, float]:
    """One that fails keeps the others from nothing; its seconds are not a number."""
    try:
        return f"{action} at {point}", _at_point(made, point, action, spec)
    except (Exception, pytest.fail.Exception) as error:
        return f"{action} at {point} FAILED: {str(error)[-500:]}", math.nan
    finally:
        made.stop_all()


def _at_point(made: Machine, point: str, action: str, spec: str) -> float:
    made.notes = made.notes.with_name(f"notes-{len(made.processes)}")
    nth = 3 if point.startswith("heartbeat") else 1  # the first comes before the worker is ready
    armed, number = made.worker(ATTUNE_FAULTS=f"{point}={spec}@{nth}"), len(made.processes) - 1
    log = made.notes.with_name(f"workers-{number}.log")
    execution_id = everything.begin(made)
    wait_until(lambda: "fault_point_reached" in log.read_text(), timeout_s=60, what=f"{point} in {log}")
    if action == "freeze":
        armed.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    made.worker()
    _answer(made, execution_id)
    status, took = made.end_of(execution_id), time.monotonic() - began
    armed.send_signal(signal.SIGCONT) if armed.poll() is None else None
    _verify(made, execution_id, status, may_fail=action == "raise" and point in MAY_FAIL)
    return took


def _verify(made: Machine, execution_id: int, status: str, *, may_fail: bool = False) -> None:
    assert status == "completed" or may_fail, f"the run is {status}"
    wait_until(lambda: made.running_actions() == [], timeout_s=30, what="the end of every action")
    if status == "completed":
        assert made.system.execution(execution_id).result["said"] == "yes"
        assert {mark for mark, _ in made.noted()} == set(everything.MARKS)
        made.check(execution_id)


def _answer(made: Machine, execution_id: int) -> None:
    _insist(lambda: inquiries.respond(inquiry_id=made.system.inquiry(execution_id, 60).id, response="yes", by=made.system.alice))


def _insist(do: Callable[[], object]) -> None:
    """As a client of a server that comes and goes."""
    for _ in range(200):
        try:
            do()
            return
        except Exception as error:
            if "already" in str(error):
                return
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def restarts(folder: Path) -> Told:
    """PostgreSQL is cut off and started again every three seconds, twelve times, under three runs."""
    with servers.postgres() as url, cluster(folder, url=url) as made:
        made.worker(), made.worker()
        runs = [everything.begin(made)]
        for number in range(12):
            time.sleep(3)
            _restart(url)
            if number in (3, 6):
                made.notes = made.notes.with_name(f"notes-{number}")
                _insist(lambda: runs.append(everything.begin(made)))
        began = time.monotonic()
        for execution_id in runs:
            _answer(made, execution_id)
        assert [made.end_of(execution_id) for execution_id in runs] == ["completed"] * len(runs)
        yield "PostgreSQL cut off 12 times, every 3 s, under three runs", time.monotonic() - began
        for execution_id in runs:
            made.check(execution_id)


def broker_away(folder: Path) -> Told:
    """Redis is emptied, then away for two minutes."""
    redis = Redis(free_port(), str(folder))
    redis.start()
    try:
        with cluster(folder, redis=redis.url) as made:
            made.worker(), made.worker()
            execution_id = everything.begin(made)
            made.wait_for_notes(2)
            redis.flush()
            redis.stop()
            _answer(made, execution_id)
            time.sleep(120)
            redis.start()
            began = time.monotonic()
            status = made.end_of(execution_id)
            yield "Redis emptied, and away for two minutes", time.monotonic() - began
            _verify(made, execution_id, status)
    finally:
        redis.stop()


def disk_full(folder: Path) -> Told:
    """The database of one process can't grow for fifteen seconds: what it writes beyond today's size is refused."""
    with machine(folder) as made:
        everything.load(made)
        process = made.up()
        execution_id = everything.begin(made)
        made.wait_for_notes(2)
        limit = made.notes.with_name("home").joinpath("attune.db-wal").stat().st_size
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        time.sleep(15)
        refused = _log_of(made).count("disk I/O error") + _log_of(made).count("disk is full")
        assert refused, "nothing was refused"
        assert process.poll() is None, "the process gave up"
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        began = time.monotonic()
        _answer(made, execution_id)
        status = made.end_of(execution_id)
        yield f"a full disk for 15 s ({refused} refusals in the log)", time.monotonic() - began
        _verify(made, execution_id, status)


def _log_of(made: Machine) -> str:
    return "".join(path.read_text() for path in made.notes.parent.glob("workers*.log"))


def clocks(folder: Path) -> Told:
    """The clock of all workers jumps in the middle of a run: an hour ahead for good, an hour back for fifteen seconds."""
    shift = folder / "shift"
    with cluster(folder) as made:
        for hours in (1, -1):
            shift.write_text("0")
            made.notes = made.notes.with_name(f"notes-{hours}")
            for _ in range(2):
                made._spawn("tests.faults.shifted", {"SHIFT_FILE": str(shift)}, "is ready")
            execution_id = everything.begin(made)
            made.wait_for_notes(2)
            shift.write_text(str(hours * 3600))
            _answer(made, execution_id)
            if hours < 0:  # what was to ring before it stands still until the clock is right
                time.sleep(15)
                shift.write_text("0")
            began = time.monotonic()
            status = made.end_of(execution_id)
            yield f"the clock jumps by {hours:+d} h", time.monotonic() - began
            _verify(made, execution_id, status)
            made.stop_all()


ORDEALS: dict[str, Callable[..., Told]] = {
    "points": points, "restarts": restarts, "broker": broker_away, "disk": disk_full, "clocks": clocks,
}  # fmt: skip
