"""The protocol beside its reference model, on both databases (design.md 4, 5)."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.persistence import session
from app.services import ports, work
from tests.model.machine import Protocol
from tests.model.world import World, empty_tables
from tests.workers.conftest import System

SEARCH = os.environ.get("HYPOTHESIS_PROFILE") == "search"
FLOWS = {
    "join": """
version: 1.0.0
tasks:
  - {name: a, action: t.say, retry: {count: 2, delay: 10}, next: [{do: c}]}
  - {name: b, action: t.say, delay: 5, next: [{do: c}]}
  - {name: c, action: t.say, join: all, next: [{do: d}]}
  - {name: d, action: core.noop}
""",
    "items": """
version: 1.0.0
tasks:
  - {name: each, action: t.say, with_items: "{{ [1, 2, 3, 4] }}", concurrency: 2, timeout: 300, next: [{when: succeeded(), do: after}, {when: failed(), do: after}]}
  - {name: after, action: t.say}
""",
    "asks": """
version: 1.0.0
tasks:
  - name: ask
    action: core.ask
    timeout: 60
    input: {prompt: "Go on?", response_schema: {approved: {type: boolean, required: true}}}
    next: [{when: succeeded(), do: both}, {when: timed_out(), do: both}]
  - {name: beside, action: t.say, next: [{do: both}]}
  - {name: both, action: t.say, join: all}
""",
    "nested": """
version: 1.0.0
tasks:
  - {name: under, action: t.join, next: [{when: succeeded(), do: asks}, {when: failed(), do: asks}]}
  - {name: asks, action: t.asks}
  - {name: beside, action: t.items}
""",
}


@pytest.fixture
def machine(database: session.Database, system: System, monkeypatch: pytest.MonkeyPatch) -> type[Protocol]:
    monkeypatch.setattr(work.time, "sleep", lambda seconds: None)  # who tries again waits for nobody here
    ports.current().settings = replace(ports.settings(), max_result=20_000)  # that huge is not slow
    system.script("say", "echo hi")
    refs = tuple(system.workflow(name, text) for name, text in FLOWS.items())
    return type("Bound", (Protocol,), {"world": property(lambda self: self._world), "refs": refs, "__init__": _bound(system, database)})


def _bound(system: System, database: session.Database):
    tables = empty_tables()

    def begin(self) -> None:
        self._world = World(system, database, tables)
        Protocol.__init__(self)

    return begin


def test_no_order_of_events_breaks_a_promise(machine: type[Protocol], database: session.Database) -> None:
    few = 10 if database.is_sqlite else 4
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=400 if SEARCH else few,
            stateful_step_count=60 if SEARCH else 40,
            deadline=None,
            derandomize=not SEARCH,  # the same examples each time; new ones are looked for on purpose
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
