"""A history as years of use leave it: runs of many workflows with their tasks, single actions, of several people."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select

from app.persistence import session
from app.persistence.db import table_of
from app.persistence.models import Execution, Identity, WorkflowDefinition, WorkflowExecution

E, W = table_of(Execution), table_of(WorkflowExecution)
DAYS = 60
TASKS = ("build", "check", "publish")
ENDS = ("completed",) * 90 + ("failed",) * 6 + ("cancelled",) * 3 + ("timeout",)
REASONS = ("the disk is full", "connection refused", "exit code 2", "column tax_lines does not exist")
SINGLE = ("core.echo", "core.http_request", "core.noop", "core.sleep")
LOGINS = ("ines", "jonas", "li", "paul", "tessa")
BATCH = 5000


def fill(count: int, *, seed: int = 1) -> None:
    """Add `count` executions: four in five are runs with three tasks each, one in five is a single action.

    They are spread over the last `DAYS` days, the newest with the largest id; a few have not ended.
    """
    chance = random.Random(seed)
    with session.transaction() as tx:
        people = _people(tx)
        workflows = list(tx.execute(select(WorkflowDefinition.id, WorkflowDefinition.ref, WorkflowDefinition.revision)
                                    .where(WorkflowDefinition.revision.is_not(None)).order_by(WorkflowDefinition.ref)))
        first = tx.execute(select(func.coalesce(func.max(E.c.id), 0))).scalar_one() + 1
        first_run = tx.execute(select(func.coalesce(func.max(W.c.id), 0))).scalar_one() + 1
        made = _rows(count, first, first_run, workflows, people, chance)
        while batch := list(islice(made, BATCH)):
            _insert(tx, [row for row, _ in batch], [run for _, run in batch if run])


def _people(tx: session.Transaction) -> list[int]:
    for login in LOGINS:
        tx.session.add(Identity(login=login, display_name=login.title()))
    tx.flush()
    return list(tx.execute(select(Identity.id)).scalars())


def _rows(
    count: int, first: int, first_run: int, workflows: list[Any], people: list[int], chance: random.Random
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """(execution, its run or None), one by one."""
    begun, number, run = datetime.now(UTC) - timedelta(days=DAYS), 0, first_run
    while number < count:
        created = begun + timedelta(days=DAYS) * (number / count)
        top = _ended(first + number, created, chance, chance.choice(people))
        if number + 4 > count or chance.random() < 0.5:
            yield {**top, "action_ref": chance.choice(SINGLE), "kind": "action"}, None
            number += 1
            continue
        workflow = chance.choice(workflows)
        yield {**top, "action_ref": workflow.ref, "kind": "workflow"}, _run(run, top, workflow)
        for place, task in enumerate(TASKS, 1):
            part = _ended(top["id"] + place, created + timedelta(seconds=place), chance, top["executor"])
            part |= {"parent": top["id"], "workflow_run": run, "task_name": task, "visit": 1, "attempt": 1}
            yield {**part, "action_ref": "core.noop", "kind": "pure"}, None
        number, run = number + 4, run + 1


def _ended(number: int, created: datetime, chance: random.Random, executor: int) -> dict[str, Any]:
    status, seconds = chance.choice(ENDS), chance.expovariate(1 / 40)
    end = created + timedelta(seconds=seconds)
    return {
        "id": number, "status": status, "executor": executor, "created": created, "updated": end, "started_at": created,
        "completed_at": end, "duration_ms": int(seconds * 1000), "error": chance.choice(REASONS) if status == "failed" else None,
        "result": {"succeeded": status == "completed", "stdout": "x" * 200},
        "parent": None, "workflow_run": None, "task_name": None, "visit": None, "attempt": None,
    }  # fmt: skip


def _run(number: int, top: dict[str, Any], workflow: Any) -> dict[str, Any]:
    return {
        "id": number, "execution": top["id"], "workflow_def": workflow.id, "workflow_ref": workflow.ref,
        "revision": workflow.revision, "status": top["status"], "total_tasks": len(TASKS), "completed_tasks": len(TASKS),
        "created": top["created"], "updated": top["updated"], "started_at": top["created"], "completed_at": top["completed_at"],
    }  # fmt: skip


def _insert(tx: session.Transaction, executions: list[dict[str, Any]], runs: list[dict[str, Any]]) -> None:
    tx.execute(insert(E), executions)
    if runs:
        tx.execute(insert(W), runs)
