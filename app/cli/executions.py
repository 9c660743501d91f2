"""`attune executions`: what ran and what runs."""

from __future__ import annotations

import sys
from typing import Any

import click

from app.cli import questions
from app.cli.client import Api
from app.cli.following import follow as follow_execution
from app.cli.following import tell_result
from app.cli.options import limited, rest
from app.cli.output import Column, Output, Status
from app.cli.progress import detail, took
from app.cli.watching import Seen, Watch
from app.cli.words import ago, between, duration, local_time

STATUSES = (
    "requested", "scheduling", "scheduled", "running", "completed", "failed", "canceling", "cancelled", "timeout",
    "abandoned",
)  # fmt: skip
LIST = [
    Column("ID", "id", right=True),
    Column("WHAT", "action_ref", wide=True),
    Status("STATUS", "status"),
    Column("STARTED", lambda row: ago(row["created"])),
    Column("TOOK", lambda row: duration(between(row["started_at"], row["completed_at"])), right=True),
]
CHILDREN = [LIST[0], Column("TASK", lambda row: task_name(row)), *LIST[1:]]
TASKS = [
    Column("TASK", "name"),
    Status("STATE", "state"),
    Column("TOOK", took, right=True),
    Column("EXECUTION", "execution", right=True),
    Column("DETAIL", detail, wide=True),
]
FACTS = [
    Column("Execution", "id"),
    Column("Of", "action_ref"),
    Status("Status", "status"),
    Column("Task", lambda row: task_name(row)),
    Column("Parent", "parent"),
    Column("Retry of", "original_execution"),
    Column("Created", lambda row: local_time(row["created"])),
    Column("Started", lambda row: local_time(row["started_at"])),
    Column("Ended", lambda row: local_time(row["completed_at"])),
    Column("Took", lambda row: duration(between(row["started_at"], row["completed_at"]))),
    Column("Worker", "worker"),
    Column("Error", lambda row: row["error"] or (row["result"] or {}).get("error")),
]


def task_name(row: dict[str, Any]) -> str:
    """`build`, `build [3]`, `build [3], retry 1`."""
    task = row["workflow_task"]
    if not task:
        return ""
    item = f" [{task['task_index']}]" if task["task_index"] is not None else ""
    return f"{task['task_name']}{item}" + (f", retry {task['retry_count']}" if task["retry_count"] else "")


@click.group()
def executions() -> None:
    """What ran and what runs: list, show, follow, cancel, retry."""


@executions.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only those with this status.")
@click.option("--action", "action_ref", metavar="REF", help="Only those of this action or workflow; * stands for anything.")
@click.option("--all", "everything", is_flag=True, help="Also the tasks of workflows, not only what was started.")
@limited
@rest
def list_executions(api: Api, out: Output, status: str | None, action_ref: str | None, everything: bool, limit: int) -> None:
    """List executions, newest first."""
    rows = api.page(
        "/executions", status=status, action_ref=action_ref, top_level_only=not everything or None, page_size=limit
    )
    out.rows(rows, LIST, empty="No executions yet. Start one: attune run examples.hello")


@executions.command()
@click.argument("id", type=int)
@rest
def show(api: Api, out: Output, id: int) -> None:
    """Show one execution: parameters, tasks, result."""
    seen = Watch(api, id).look()
    out.facts(seen.execution, FACTS, more=lambda: _show_more(out, seen))


def _show_more(out: Output, seen: Seen) -> None:
    execution = seen.execution
    if execution["parameters"]:
        out.heading("Parameters")
        tell_result(out, execution["parameters"], is_run=True)
    if seen.tasks:
        out.heading("Tasks")
        out.rows(seen.tasks, TASKS, empty="")
    for inquiry in seen.questions:
        out.line("")
        for line in questions.lines(inquiry):
            out.line(line)
    if execution["result"] and execution["status"] == "completed":
        out.heading("Result")
        tell_result(out, execution["result"], is_run=bool(seen.tasks))


@executions.command()
@click.argument("id", type=int)
@click.option("--wait", is_flag=True, help="Wait silently.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Wait no longer; the exit code is 5.")
@rest
def follow(api: Api, out: Output, id: int, wait: bool, timeout: float | None) -> None:
    """Show the progress until the end; the exit code says how it ended."""
    sys.exit(follow_execution(api, out, id, quietly=wait, timeout_s=timeout))


@executions.command()
@click.argument("id", type=int)
@rest
def cancel(api: Api, out: Output, id: int) -> None:
    """Cancel an execution; of a workflow also everything it has started."""
    _changed(out, api.post(f"/executions/{id}/cancel"), "Execution {id} is being cancelled.", done="Execution {id} was cancelled.")


def _changed(out: Output, execution: dict[str, Any], text: str, *, done: str) -> None:
    if out.for_people:
        out.line((done if execution["status"] == "cancelled" else text).format(id=execution["id"]))
    else:
        out.document(execution)


@executions.command()
@click.argument("id", type=int)
@rest
def retry(api: Api, out: Output, id: int) -> None:
    """Start an ended execution again with the same parameters, as a new one.

    Of a workflow this repeats everything; `attune runs retry` keeps what had completed.
    """
    execution = api.start(f"/executions/{id}/retry", {})
    if out.for_people:
        out.line(f"Execution {execution['id']} has started; it repeats {id}.")
        out.note(f"Follow it: attune executions follow {execution['id']}")
    else:
        out.document(execution)


@executions.command()
@click.argument("id", type=int)
@rest
def tasks(api: Api, out: Output, id: int) -> None:
    """List the tasks of a workflow's execution."""
    run = api.get(f"/executions/{id}/workflow")
    out.rows(api.get(f"/workflow-executions/{run['id']}/tasks"), TASKS, empty="The run has no tasks.")


@executions.command()
@click.argument("id", type=int)
@limited
@rest
def children(api: Api, out: Output, id: int, limit: int) -> None:
    """List what an execution has started, oldest first: every attempt, every item."""
    out.rows(api.page(f"/executions/{id}/children", page_size=limit), CHILDREN, empty=f"Execution {id} has started nothing.")
