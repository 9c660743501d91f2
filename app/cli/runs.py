"""`attune runs`: runs of workflows, by the id of their execution."""

from __future__ import annotations

from typing import Any

import click

from app.cli import parameters
from app.cli.client import Api
from app.cli.errors import CommandFailed, ServerRefused
from app.cli.options import limited, rest
from app.cli.output import Column, Output, Status
from app.cli.words import ago

LIST = [
    Column("EXECUTION", "execution", right=True),
    Column("WORKFLOW", "workflow_ref", wide=True),
    Status("STATUS", lambda row: status_of(row)),
    Column("TASKS", lambda row: tally(row["progress"])),
    Column("STARTED", lambda row: ago(row["created"])),
]


def status_of(run: dict[str, Any]) -> str:
    """Its status, or that it is paused."""
    return "pausing" if run["pausing"] else "paused" if run["paused"] else str(run["status"])


def tally(progress: dict[str, int]) -> str:
    """`3 of 5, 1 failed`."""
    ended = progress["completed"] + progress["failed"] + progress["skipped"]
    parts = [f"{ended} of {progress['total']}"]
    return ", ".join(parts + [f"{progress[n]} {n}" for n in ("failed", "waiting") if progress[n]])


@click.group()
def runs() -> None:
    """Runs of workflows: list, pause, resume, retry.

    ID is that of the execution, as everywhere.
    """


@runs.command("list")
@click.option("--paused", is_flag=True, help="Only paused ones.")
@click.option("--workflow", "workflow_ref", metavar="REF", help="Only those of this workflow.")
@limited
@rest
def list_runs(api: Api, out: Output, paused: bool, workflow_ref: str | None, limit: int) -> None:
    """List runs of workflows, newest first."""
    rows = api.page("/workflow-executions", paused=paused or None, workflow_ref=workflow_ref, page_size=limit)
    out.rows(rows, LIST, empty="No runs of workflows." if not paused else "Nothing is paused.")


@runs.command()
@click.argument("id", type=int)
@click.option("--reason", help="Why; shown on its page.")
@rest
def pause(api: Api, out: Output, id: int, reason: str | None) -> None:
    """Start nothing new in this run; what runs may finish."""
    run = api.post(f"/workflow-executions/{_run_of(api, id)}/pause", {"reason": reason} if reason else {})
    _tell(out, run, f"Execution {id} is paused." if not run["pausing"] else f"Execution {id} pauses; something still runs.")
    if out.for_people:
        out.note(f"Go on: attune runs resume {id}")


@runs.command()
@click.argument("id", type=int)
@rest
def resume(api: Api, out: Output, id: int) -> None:
    """Go on with a paused run."""
    _tell(out, api.post(f"/workflow-executions/{_run_of(api, id)}/resume"), f"Execution {id} goes on.")


@runs.command()
@click.argument("id", type=int)
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--from", "task", metavar="TASK", help="Run again from this task on.")
@click.option("--all", "everything", is_flag=True, help="Run everything again.")
@click.option("--latest", is_flag=True, help="With the latest revision of the workflow.")
@rest
def retry(
    api: Api, out: Output, id: int, values: tuple[str, ...], task: str | None, everything: bool, latest: bool
) -> None:
    """Repeat an ended run as a new one: what failed, by default.

    Results of tasks that had completed are taken over. NAME=VALUE changes parameters.
    """
    if task and everything:
        raise CommandFailed("--from and --all exclude each other.")
    body: dict[str, Any] = {"mode": "all" if everything else "from_task" if task else "failed"}
    body |= {"task": task} if task else {}
    body |= {"parameters": parameters.gather(values, None, None)} if values else {}
    body |= {"revision": "latest"} if latest else {}
    execution = api.start(f"/workflow-executions/{_run_of(api, id)}/retry", body)
    _tell(out, execution, f"Execution {execution['id']} has started; it repeats {id}.")
    if out.for_people:
        out.note(f"Follow it: attune executions follow {execution['id']}")


def _run_of(api: Api, execution_id: int) -> int:
    try:
        return int(api.get(f"/executions/{execution_id}/workflow")["id"])
    except ServerRefused as error:
        if error.status == 404 and "no workflow" not in error.message:
            raise
        hint = f"`attune executions show {execution_id}` says what it is."
        raise CommandFailed(error.message, hint=hint) from error


def _tell(out: Output, answer: dict[str, Any], text: str) -> None:
    if out.for_people:
        out.line(text)
    else:
        out.document(answer)
