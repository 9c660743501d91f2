"""`attune validate`: check workflow files and packs on this machine, as the server would."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from app.cli.errors import CommandFailed, Exit
from app.cli.findings import Finding, tell
from app.cli.offline import use_settings
from app.cli.options import formatted
from app.cli.output import Output
from app.engine.errors import AppError
from app.services.pack_checks import FileChecked, PackChecker


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Unknown keys, actions and inputs and unreachable tasks are errors too.")
@formatted
def validate(out: Output, paths: tuple[str, ...], strict: bool) -> None:
    """Check workflow files and packs, without a server.

    Prints file:line:column, what is wrong and the fix. Known actions are those of
    the pack a file is in, of the packs beside it, and of the packs that ship.
    The exit code is 1 when there are errors.
    """
    use_settings()
    checker = PackChecker()
    checked = [one for path in paths for one in _checked(checker, path)]
    if strict:
        checked = [one.strictly() for one in checked]
    found = [Finding.of_problem(str(one.path), problem) for one in checked for problem in one.checked.problems]
    tell(out, found, checked=len(checked), document=[asdict(finding) for finding in found])
    sys.exit(Exit.FAILED if any(finding.severity == "error" for finding in found) else Exit.OK)


def _checked(checker: PackChecker, path: str) -> list[FileChecked]:
    try:
        return checker.check(Path(path))
    except AppError as error:
        raise CommandFailed(error.message) from error
