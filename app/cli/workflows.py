"""`attune workflows`: the workflows a server has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app.cli import findings, lookup, parameters
from app.cli.client import Api, ref
from app.cli.errors import CommandFailed, Exit
from app.cli.options import limited, rest
from app.cli.output import Column, Output
from app.cli.words import ago, local_time

LIST = [
    Column("REF", "ref"),
    Column("LABEL", "label", wide=True),
    Column("VERSION", "version"),
    Column("TASKS", "task_count", right=True),
    Column("CHANGED", lambda row: ago(row["updated"])),
]
FACTS = [
    Column("Workflow", "ref"),
    Column("Label", "label"),
    Column("Description", "description"),
    Column("Version", "version"),
    Column("Tags", lambda row: ", ".join(map(str, row["tags"]))),
    Column("Changed", lambda row: local_time(row["updated"])),
    Column("Start with", lambda row: f"attune run {row['ref']} {parameters.wanted(row['param_schema'])}".removesuffix(" no parameters")),
]
TASKS = [
    Column("TASK", "name"),
    Column("ACTION", lambda task: task.get("action") or task.get("type") or ""),
]


@click.group()
def workflows() -> None:
    """Workflows of the server: list, show, validate."""


@workflows.command("list")
@click.option("--pack", "pack_ref", metavar="REF", help="Only those of this pack.")
@click.option("--search", metavar="TEXT", help="Only those with this in ref, label or description.")
@limited
@rest
def list_workflows(api: Api, out: Output, pack_ref: str | None, search: str | None, limit: int) -> None:
    """List workflows by label."""
    rows = api.page("/workflows", pack_ref=pack_ref, search=search, page_size=limit)
    out.rows(rows, LIST, empty="No workflows match.")


@workflows.command()
@click.argument("name", metavar="REF", shell_complete=lookup.complete_ref)
@rest
def show(api: Api, out: Output, name: str) -> None:
    """Show a workflow: parameters, tasks, warnings."""
    workflow = api.get(f"/workflows/{ref(name)}")
    out.facts(workflow, FACTS, more=lambda: _show_more(out, workflow))


def _show_more(out: Output, workflow: dict[str, Any]) -> None:
    tasks = workflow["definition"].get("tasks")
    if isinstance(tasks, list):
        out.heading("Tasks")
        out.rows([task for task in tasks if isinstance(task, dict)], TASKS, empty="")
    for warning in workflow["warnings"]:
        out.line(f"warning: {warning['message'] if isinstance(warning, dict) else warning}")


@workflows.command()
@click.argument("name", metavar="REF_OR_FILE")
@rest
def validate(api: Api, out: Output, name: str) -> None:
    """Let the server check one of its workflows, or a file, against the actions it has.

    `attune validate` does the same without a server. Exit code 1 when there are errors.
    """
    answer = _validated(api, name)
    found = [findings.Finding.of_answer(name, problem) for problem in [*answer["errors"], *answer["warnings"]]]
    findings.tell(out, found, checked=1, document=answer)
    sys.exit(Exit.OK if answer["valid"] else Exit.FAILED)


def _validated(api: Api, name: str) -> dict[str, Any]:
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(f"{name} can't be read: {getattr(error, 'strerror', None) or error}.") from error
        return dict(api.post("/workflows/validate", {"yaml": text}))
    return dict(api.post(f"/workflows/{ref(name)}/validate"))
