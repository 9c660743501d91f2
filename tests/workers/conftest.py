"""A system that works: core pack loaded, a pack `t` for test workflows, and a way to run things to their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import yaml

from app.engine.access import SYSTEM, Caller
from app.engine.statuses import TERMINAL
from app.persistence import session
from app.persistence.models import Action, Execution, Identity, Inquiry, Pack, Runtime, WorkflowExecution
from app.services import executions, orchestration, packs, ports, work, workflows
from app.services import workflow_executions as runs
from tests.servers import wait_until
from workers import broker
from workers.embedded import working


@dataclass
class System:
    """What tests say to the system under test."""

    @property
    def alice(self) -> Caller:
        """A person with every right."""
        return replace(SYSTEM, identity_id=1, login="alice", token_type="access")

    def workflow(self, name: str, text: str) -> str:
        definition = yaml.safe_load(text)
        body = {"ref": f"t.{name}", "pack_ref": "t", "label": name, "version": "1", "definition": definition}
        for key, column in (("parameters", "param_schema"), ("output", "out_schema")):
            if key in definition:
                body[column] = definition[key]
        workflows.create(body=body, by=SYSTEM)
        return f"t.{name}"

    def script(self, name: str, text: str, **more: Any) -> str:
        with session.transaction() as tx:
            pack = tx.session.query(Pack).filter_by(ref="t").one()
            shell = tx.session.query(Runtime).filter_by(ref="core.shell").one()
            tx.session.add(
                Action(
                    ref=f"t.{name}", pack=pack.id, pack_ref="t", label=name, entrypoint=text,
                    runtime=shell.id, runtime_ref="core.shell", **more,
                )
            )
        return f"t.{name}"

    def start(self, ref: str, **parameters: Any) -> int:
        return executions.start(action_ref=ref, parameters=parameters, by=SYSTEM).execution_id

    def execution(self, execution_id: int) -> Execution:
        with session.reading() as tx:
            return tx.session.get(Execution, execution_id)

    def run_of(self, execution_id: int) -> WorkflowExecution:
        with session.reading() as tx:
            return tx.session.query(WorkflowExecution).filter_by(execution=execution_id).one()

    def children(self, execution_id: int, task: str | None = None) -> list[Execution]:
        with session.reading() as tx:
            found = tx.session.query(Execution).filter_by(parent=execution_id).order_by(Execution.id).all()
        return [row for row in found if task in (None, row.task_name)]

    def inquiry(self, execution_id: int, timeout_s: float = 20) -> Inquiry:
        """The pending question of a run, once it is asked."""
        self.wait(lambda: self.pending(execution_id) is not None, "a pending inquiry", timeout_s)
        return self.pending(execution_id)

    def pending(self, execution_id: int) -> Inquiry | None:
        with session.reading() as tx:
            joined = tx.session.query(Inquiry).join(Execution, Execution.id == Inquiry.execution)
            return joined.filter(Execution.parent == execution_id, Inquiry.status == "pending").first()

    def wait(self, condition: Callable[[], bool], what: str, timeout_s: float = 20) -> None:
        wait_until(condition, timeout_s=timeout_s, what=what)

    def end_of(self, execution_id: int, timeout_s: float = 30) -> Execution:
        """The execution, once it has ended (workers must be running)."""
        self.wait(lambda: self.execution(execution_id).status in TERMINAL, f"the end of {execution_id}", timeout_s)
        return self.execution(execution_id)

    def pass_time(self, seconds: float) -> None:
        """Move the clock of the process on."""
        current = ports.current()
        earlier = current.clock
        current.clock = lambda: earlier() + timedelta(seconds=seconds)

    def deliver(self, *, times: int = 1) -> int:
        """Deliver what the collecting dispatcher holds, each hint so often; how many hints there were."""
        hints = list(ports.current().dispatcher.hints)
        ports.current().dispatcher.hints.clear()
        for hint in hints:
            for _ in range(times):
                self.deliver_one(hint)
        return len(hints)

    def deliver_one(self, hint: ports.Hint) -> None:
        by_execution = {
            "run": lambda e: work.run_execution(execution_id=e, owner="here:1:1"),
            "advance": lambda e: orchestration.begin(execution_id=e),
            "cancel": lambda e: work.jobs.stop(e),
            "timer": lambda e: None,
        }
        by_outbox = {
            "child_done": orchestration.child_done,
            "cancel_child": executions.told_to_cancel,
            "pause_child": runs.told_to_pause,
            "resume_child": runs.told_to_resume,
            "inquiry_closed": orchestration.told_inquiry_closed,
        }
        if hint.kind in by_execution:
            by_execution[hint.kind](hint.execution_id)
        else:
            by_outbox[hint.kind](outbox_id=hint.outbox_id)

    def deliver_all(self) -> None:
        """Deliver until nothing is left to deliver."""
        while self.deliver():
            pass


@pytest.fixture
def system(database: session.Database, monkeypatch: pytest.MonkeyPatch) -> System:
    """A loaded system on each database, without workers: tests deliver the hints themselves."""
    monkeypatch.setattr(work.jobs, "closing", False)  # workers of earlier tests have left it set
    packs.load_shipped()
    with session.transaction() as tx:
        tx.session.add(Pack(ref="t", label="Tests", version="1"))
        tx.session.add(Identity(login="alice"))
    return System()


@pytest.fixture
def live(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """The same with real workers on the in-process broker."""
    monkeypatch.setattr(broker, "WAIT_MS", 50)  # they are stopped after each test
    with working():
        yield system
