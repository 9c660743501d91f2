"""`attune actions`: the actions a server has."""

from __future__ import annotations

from typing import Any

import click

from app.cli import lookup, parameters
from app.cli.client import Api
from app.cli.options import limited, rest
from app.cli.output import Column, Output
from app.cli.words import duration, one_line
from app.engine import schemas

LIST = [
    Column("REF", "ref"),
    Column("KIND", lambda row: "workflow" if row["is_workflow"] else row["runtime_ref"] or "core"),
    Column("LABEL", "label", wide=True),
]
FACTS = [
    Column("Action", "ref"),
    Column("Label", "label"),
    Column("Description", "description"),
    Column("Kind", LIST[1].value),
    Column("Time limit", lambda row: duration(row["timeout_seconds"] * 1000) if row["timeout_seconds"] else ""),
    Column("Start with", lambda row: f"attune run {row['ref']} {parameters.wanted(row['param_schema'])}".removesuffix(" no parameters")),
]
FIELDS = [
    Column("NAME", "name"),
    Column("TYPE", "type"),
    Column("NEEDED", lambda row: "yes" if row["required"] else ""),
    Column("DEFAULT", "default"),
    Column("WHAT", "description", wide=True),
]


@click.group()
def actions() -> None:
    """Actions of the server: list, show."""


@actions.command("list")
@click.option("--pack", "pack_ref", metavar="REF", help="Only those of this pack.")
@click.option("--search", metavar="TEXT", help="Only those with this in ref, label or description.")
@click.option("--workflows/--no-workflows", "is_workflow", default=None, help="Only workflows / only others.")
@limited
@rest
def list_actions(
    api: Api, out: Output, pack_ref: str | None, search: str | None, is_workflow: bool | None, limit: int
) -> None:
    """List actions and workflows by ref."""
    rows = api.page("/actions", pack_ref=pack_ref, search=search, is_workflow=is_workflow, page_size=limit)
    out.rows(rows, LIST, empty="No actions match.")


@actions.command()
@click.argument("name", metavar="REF", shell_complete=lookup.complete_ref)
@rest
def show(api: Api, out: Output, name: str) -> None:
    """Show an action: what it takes and gives."""
    action = lookup.action(api, name)
    out.facts(action, FACTS, more=lambda: _show_more(out, action))


def _show_more(out: Output, action: dict[str, Any]) -> None:
    for title, schema in (("Parameters", action["param_schema"]), ("Output", action["out_schema"])):
        if rows := field_rows(schema):
            out.heading(title)
            out.rows(rows, FIELDS, empty="")


def field_rows(schema: Any) -> list[dict[str, Any]]:
    """{name, type, required, default, description} of each field of a schema in either form."""
    normal = schemas.normalise(schema) if schema else {}
    required = normal.get("required", ())
    return [
        {
            "name": name,
            "type": " | ".join(map(one_line, field["enum"])) if field.get("enum") else one_line(field.get("type") or "any"),
            "required": name in required,
            "default": field.get("default"),
            "description": field.get("description"),
        }
        for name, field in normal.get("properties", {}).items()
        if isinstance(field, dict)
    ]
