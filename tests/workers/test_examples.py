"""Every example that ships is really run, by a worker in this process, and ends as its file says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.boot import prepare_settings
from app.engine.access import Caller
from app.engine.conductor.progress import task_states
from app.engine.statuses import TERMINAL
from app.persistence.models import Execution, Inquiry, WorkflowDefinition
from app.persistence.repositories import identities
from app.persistence.session import reading
from app.queries import rehearsal_scripts, workflow_executions
from app.services import access, executions
from app.services.rehearsals import Setting, play
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_revisions import load_spec
from app.settings import Settings
from tests.servers import wait_until
from workers.embedded import working
from workers.up import prepare

pytestmark = pytest.mark.slow
CONFIG = {"signature": "the examples pack", "copies": 2}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Caller]:
    """The administrator of a new server with a worker."""
    prepare(prepare_settings(Settings(home=str(tmp_path), demo=False, admin_password="a long password")))
    with reading() as tx:
        identity = identities.by_login(tx, "admin")
    with working():
        yield access.caller_for(identity.id)


def examples() -> dict[str, str]:
    """How each example ends, by ref."""
    with reading() as tx:
        rows = tx.session.query(WorkflowDefinition).where(WorkflowDefinition.pack_ref == "examples").all()
    return {row.ref: row.definition["x-ends"] for row in rows}


def start_all(ends: set[str], admin: Caller) -> dict[str, int]:
    return {
        ref: executions.start(action_ref=ref, parameters={}, by=admin).execution_id
        for ref, end in examples().items()
        if end in ends
    }


def statuses(started: dict[str, int]) -> dict[str, str]:
    with reading() as tx:
        return {ref: tx.session.get(Execution, number).status for ref, number in started.items()}


def test_every_example_ends_as_its_file_says(admin: Caller) -> None:
    started = start_all({"completed", "failed"}, admin)

    wait_until(lambda: set(statuses(started).values()) <= TERMINAL, timeout_s=120, what="the end of all examples")

    assert statuses(started) == {ref: examples()[ref] for ref in started}


def test_every_example_rehearses_from_its_run_as_it_ran(admin: Caller) -> None:
    started = start_all({"completed", "failed"}, admin)
    wait_until(lambda: set(statuses(started).values()) <= TERMINAL, timeout_s=120, what="the end of all examples")

    differing = {ref: found for ref, number in started.items() if (found := differences(number, admin))}

    assert differing == {}


def differences(execution_id: int, by: Caller) -> dict[str, object]:
    """Where a rehearsal from the run's script ends otherwise than the run did."""
    told = rehearsal_scripts.script_of_run(execution_id=execution_id, by=by)
    run = workflow_executions.run_of_execution(execution_id=execution_id, by=by)
    tasks = workflow_executions.list_tasks(workflow_execution_id=run["id"], by=by)
    setting = Setting(now=datetime.fromisoformat(told["now"]), parameters=told["parameters"], script=told["script"])
    with reading() as tx:
        catalog = StoredCatalog(tx)
        played = play(load_spec(told["revision"]), setting, catalog=catalog, config=CONFIG, login=by.login)
    states = {row["name"]: (str(row["state"]), row["visits"]) for row in task_states(played.state)}
    ran = {task["name"]: (task["state"], task["visit"] or 0) for task in tasks}
    return {name: (ran[name], states[name]) for name in ran if ran[name] != states[name]}


def test_examples_that_ask_a_person_ask_and_wait(admin: Caller) -> None:
    started = start_all({"asks"}, admin)

    wait_until(lambda: pending() >= len(started), timeout_s=60, what="a question of each")

    assert set(statuses(started).values()) == {"running"}


def pending() -> int:
    with reading() as tx:
        return tx.session.query(Inquiry).where(Inquiry.status == "pending").count()
