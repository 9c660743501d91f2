"""`attune cleanup`: what is old enough to go, shown before it goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from app.cli.doctor import connect
from app.cli.errors import CommandFailed, Exit
from app.cli.options import formatted
from app.cli.output import Column, Output
from app.cli.words import counted
from app.engine.errors import StorageError
from app.engine.times import iso
from app.services import cleanup as cleaning
from app.services.cleanup import Planned, Rules

DAYS = click.IntRange(min=1)
COLUMNS = (
    Column("Kind", "kind"), Column("Rows", "rows", right=True), Column("Oldest", "oldest"), Column("Newest", "newest"), Column("Note", "note", wide=True),
)  # fmt: skip


@click.command()
@click.option("--runs", type=DAYS, metavar="DAYS", help="Runs that ended so many days ago, with all that belongs to them.")
@click.option("--logs", type=DAYS, metavar="DAYS", help="Output of what ended so many days ago.")
@click.option("--events", type=DAYS, metavar="DAYS", help="Events of triggers as old, and what rules made of them.")
@click.option("--sessions", type=DAYS, metavar="DAYS", help="Sessions that expired so many days ago.")
@click.option("--records", is_flag=True, help="Also forget the records of closed questions; their digests stay in the chain.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@formatted
def cleanup(out: Output, dry_run: bool, yes: bool, **options: Any) -> None:
    """Remove runs, output, events and sessions that are old.

    Without options, what the settings say (ATTUNE_KEEP_RUNS_DAYS and its neighbours). What runs or waits stays, with everything it belongs
    to. It is the database of the environment; the server may work meanwhile.
    """
    rules = _rules(cleaning.rules_of(connect(needs_key=False)), **options)
    try:
        planned = cleaning.plan(rules)
        if out.for_people or dry_run:
            out.rows([_row(p) for p in planned], COLUMNS, empty="Nothing.")
        if dry_run or not any(p.rows for p in planned):
            return
        if not yes:
            click.confirm("Remove this?", abort=True, err=True)
        gone = cleaning.clean(rules)
    except StorageError as error:
        raise CommandFailed(error.message, code=Exit.REFUSED) from error
    if out.for_people:
        out.line("Removed " + ", ".join(counted(number, kind.removesuffix("s")) for kind, number in gone.items()) + ".")
    else:
        out.document({"removed": gone})


def _rules(set_rules: Rules, *, records: bool, **days: int | None) -> Rules:
    """What was asked for, else what is set."""
    asked = any(value is not None for value in days.values())
    rules = Rules(**days, keep_records=set_rules.keep_records) if asked else set_rules
    if not rules.any:
        hint = "Say how many days are kept: --runs 90, or ATTUNE_KEEP_RUNS_DAYS=90 for the server as well."
        raise CommandFailed("Nothing is to be cleaned up: everything is kept for ever.", hint=hint)
    return replace(rules, keep_records=False) if records else rules


def _row(planned: Planned) -> dict[str, Any]:
    return {"kind": planned.kind, "rows": planned.rows, "oldest": iso(planned.oldest), "newest": iso(planned.newest), "note": planned.note}
