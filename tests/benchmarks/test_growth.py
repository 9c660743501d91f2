"""Twice the work costs at most about twice as much: counted, not timed, so that a busy machine decides nothing.

What is counted: SQL statements, rows and characters sent to the database, and calls inside the engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from app.persistence import session
from app.services import packs, ports
from app.services.jobs import jobs
from tests.benchmarks import workflows
from tests.workers.conftest import System

MOST = 2.3


@pytest.fixture
def system(sqlite: session.Database) -> System:
    packs.load_shipped()
    workflows.save_all(chains=(1, 40, 80))
    return System()


@pytest.fixture
def through_workers(system: System, monkeypatch: pytest.MonkeyPatch) -> System:
    """Every task is claimed and completed by a worker, none inside the engine."""
    monkeypatch.setattr(jobs, "closing", False)  # a server that was stopped in this process before has set it
    ports.current().settings = replace(ports.current().settings, run_ahead=0)
    return system


def test_items_cost_the_same_however_many_there_are(system: System) -> None:
    once, twice = (_work_of(system, "fan", items=list(range(n))) for n in (300, 600))

    assert _growth(once, twice) < MOST


def test_items_through_workers_cost_the_same_however_many_there_are(through_workers: System) -> None:
    once, twice = (_work_of(through_workers, "fan", items=list(range(n))) for n in (150, 300))

    assert _growth(once, twice) < MOST


@pytest.mark.parametrize("run_ahead", [250, 0], ids=["inside the engine", "through workers"])
def test_tasks_of_a_chain_cost_the_same_however_long_it_is(system: System, run_ahead: int) -> None:
    ports.current().settings = replace(ports.current().settings, run_ahead=run_ahead)

    once, twice = (_work_of(system, f"chain_{n}") for n in (40, 80))

    assert _growth(once, twice) < MOST


def test_a_pure_workflow_takes_few_statements(system: System) -> None:
    _work_of(system, "diamond")  # compiles and caches the plan

    spent = _work_of(system, "diamond")

    assert spent["statements"] <= 16  # 3 to accept it, 8 to run it, two transactions


def test_a_task_through_a_worker_takes_few_statements(through_workers: System) -> None:
    shorter, longer = (_work_of(through_workers, f"chain_{n}") for n in (40, 80))

    assert (longer["statements"] - shorter["statements"]) / 40 <= 9


def _work_of(system: System, name: str, **parameters: Any) -> dict[str, int]:
    with _counting() as counts:
        execution_id = system.start(f"bench.{name}", **parameters)
        system.deliver_all()
    assert system.execution(execution_id).status == "completed"
    return counts


def _growth(once: dict[str, int], twice: dict[str, int]) -> float:
    return max(twice[name] / once[name] for name in once)


@contextmanager
def _counting() -> Iterator[dict[str, int]]:
    counts = {"statements": 0, "rows": 0, "characters": 0, "engine_calls": 0}
    engine = session.current().engine
    on_statement = _statement_counter(counts)
    event.listen(engine, "before_cursor_execute", on_statement)
    sys.setprofile(_call_counter(counts))
    try:
        yield counts
    finally:
        sys.setprofile(None)
        event.remove(engine, "before_cursor_execute", on_statement)


def _statement_counter(counts: dict[str, int]) -> Callable[..., None]:
    def count(_connection: Any, _cursor: Any, _sql: str, parameters: Any, _context: Any, many: bool) -> None:
        sets = parameters if many else [parameters]
        counts["statements"] += 1
        counts["rows"] += len(sets)
        counts["characters"] += sum(len(value) for values in sets for value in values if isinstance(value, str))

    return count


def _call_counter(counts: dict[str, int]) -> Callable[..., None]:
    def count(frame: Any, kind: str, _argument: Any) -> None:
        if kind == "call" and "/app/engine/" in frame.f_code.co_filename:
            counts["engine_calls"] += 1

    return count
