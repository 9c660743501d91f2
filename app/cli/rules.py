"""`attune rules`: what starts by itself, and its switches."""

from __future__ import annotations

from typing import Any

import click

from app.cli.client import Api, ref
from app.cli.options import limited, rest
from app.cli.output import Column, Output
from app.cli.words import one_line

LIST = [
    Column("REF", "ref"),
    Column("ON", lambda row: "on" if row["enabled"] else "off"),
    Column("TRIGGER", "trigger_ref"),
    Column("ACTION", "action_ref"),
    Column("LABEL", "label", wide=True),
]
FACTS = [
    Column("Rule", "ref"),
    Column("Label", "label"),
    Column("Description", "description"),
    Column("Switched", LIST[1].value),
    Column("Trigger", "trigger_ref"),
    Column("When", lambda row: one_line(row["conditions"]) if row["conditions"] else "always"),
    Column("Time or settings", lambda row: one_line(row["trigger_params"]) if row["trigger_params"] else ""),
    Column("Action", "action_ref"),
    Column("Gets", lambda row: one_line(row["action_params"]) if row["action_params"] else ""),
]


@click.group()
def rules() -> None:
    """What starts by itself: list, show, enable, disable rules."""


@rules.command("list")
@click.option("--pack", "pack_ref", metavar="REF", help="Only those of this pack.")
@click.option("--trigger", "trigger_ref", metavar="REF", help="Only those on this trigger.")
@click.option("--on/--off", "enabled", default=None, help="Only those switched on / off.")
@limited
@rest
def list_rules(
    api: Api, out: Output, pack_ref: str | None, trigger_ref: str | None, enabled: bool | None, limit: int
) -> None:
    """List rules by ref."""
    rows = api.page("/rules", pack_ref=pack_ref, trigger_ref=trigger_ref, enabled=enabled, page_size=limit)
    out.rows(rows, LIST, empty="No rules match.")


@rules.command()
@click.argument("name", metavar="REF")
@rest
def show(api: Api, out: Output, name: str) -> None:
    """Show a rule: when it acts, and what it runs."""
    out.facts(api.get(f"/rules/{ref(name)}"), FACTS)


@rules.command()
@click.argument("name", metavar="REF")
@rest
def enable(api: Api, out: Output, name: str) -> None:
    """Switch a rule on; a timer begins anew."""
    _tell(out, api.post(f"/rules/{ref(name)}/enable"))


@rules.command()
@click.argument("name", metavar="REF")
@rest
def disable(api: Api, out: Output, name: str) -> None:
    """Switch a rule off; it starts nothing any more."""
    _tell(out, api.post(f"/rules/{ref(name)}/disable"))


def _tell(out: Output, rule: dict[str, Any]) -> None:
    if out.for_people:
        out.line(f"The rule {rule['ref']} is {'on' if rule['enabled'] else 'off'}.")
    else:
        out.document(rule)
