"""`attune doctor`: is everything well with this machine and this database?"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, replace
from importlib import import_module

import click
from cryptography.fernet import Fernet

from app.cli.errors import CommandFailed, Exit
from app.cli.options import formatted
from app.cli.output import Output
from app.cli.words import counted
from app.engine.errors import StorageError
from app.services import doctor as doctors
from app.services.doctor import machine
from app.services.doctor.machine import Part
from app.settings import Settings

SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "wrong": ("✗", "red")}
SECOND_LOOK_S = 1.0
ROWS_SHOWN = 10


@click.command()
@click.option("--mend", is_flag=True, help="Repair what can be repaired, each row shown before.")
@click.option("--check", "names", multiple=True, metavar="NAME", help="Only this check; may be given several times. -o json tells the names.")
@click.option("--deep", is_flag=True, help="Also fold the events of the newest 500 runs and compare them with their state.")
@formatted
def doctor(out: Output, mend: bool, names: tuple[str, ...], deep: bool) -> None:
    """Check this machine and its database.

    It is the database of the environment (DATABASE_URL, ATTUNE_HOME). Reads only, also while the server works; every finding names its row and what
    --mend would do. The exit code is 1 when something is wrong.
    """
    checks = _chosen(names, deep=deep)
    settings = connect(needs_key=mend)
    parts = _told(out, list(machine.parts(settings)))
    found: list[doctors.Finding] = []
    mended: list[doctors.Finding] = []
    if not any(part.name == "database" and part.state == "wrong" for part in parts):
        try:
            found, mended = _examine(out, checks, mend=mend)
        except StorageError as error:
            raise CommandFailed(error.message, code=Exit.REFUSED) from error
    broken = bool(found) or any(part.state == "wrong" for part in parts)
    if out.for_people:
        _sum_up(out, parts, found, mend=mend)
    else:
        out.document({"healthy": not broken, "machine": [asdict(p) for p in parts], "checks": [check.code for check in checks],
                      "findings": [asdict(f) for f in found], "mended": [asdict(f) for f in mended]})  # fmt: skip
    sys.exit(Exit.FAILED if broken else Exit.OK)


def connect(*, needs_key: bool) -> Settings:
    """The environment's settings, with database and ports in place; writes nothing, not even a home directory."""
    try:
        settings = Settings.from_env()
    except ValueError as error:
        raise CommandFailed(f"{error}.") from error
    file = machine.sqlite_file(settings)
    if file is not None and not file.is_file():
        hint = "Set DATABASE_URL or ATTUNE_HOME as for the server, or make one with `attune up`."
        raise CommandFailed(f"There is no database at {file}.", hint=hint)
    settings = replace(settings, encryption_key=_encryption_key(settings, needed=needs_key))
    import_module("app.boot").connect(settings)  # a composition root is found by name
    return settings


def _encryption_key(settings: Settings, *, needed: bool) -> str:
    kept = settings.home_path / "encryption-key"
    if settings.encryption_key or kept.is_file():
        return settings.encryption_key or kept.read_text().strip()
    if needed:
        hint = f"Set ATTUNE_ENCRYPTION_KEY, or ATTUNE_HOME ({settings.home_path} has no key)."
        raise CommandFailed("Mending needs the key that sealed values are encrypted with.", hint=hint)
    return Fernet.generate_key().decode()  # nothing is unsealed by looking


def _told(out: Output, parts: list[Part]) -> list[Part]:
    if out.for_people:
        out.heading("Machine")
        for part in parts:
            sign, colour = SIGNS[part.state]
            out.line(f"  {part.name.ljust(10)}", f"{sign} {part.message}", style=colour if part.state != "ok" else "")
            if part.hint:
                out.line(f"             {part.hint}")
        out.heading("Promises")
    return parts


def _chosen(names: tuple[str, ...], *, deep: bool) -> list[doctors.Check]:
    """The checks of these names, else all that are quick, or all."""
    known = {check.code: check for check in doctors.CHECKS}
    for name in names:
        if name not in known:
            raise CommandFailed(f"There is no check '{name}'.", hint=f"There are {', '.join(known)}.")
    return [known[name] for name in names] or [check for check in doctors.CHECKS if deep or not check.thorough]


def _examine(out: Output, checks: list[doctors.Check], *, mend: bool) -> tuple[list[doctors.Finding], list[doctors.Finding]]:
    """(what is wrong, what was mended). What was found counts when it is still there a moment later."""
    first = {check.code: doctors.examine(check) for check in checks}
    if any(first.values()):
        time.sleep(SECOND_LOOK_S)
    kept: list[doctors.Finding] = []
    mended: list[doctors.Finding] = []
    for check in checks:
        found = doctors.still_there(check, first[check.code])
        left = _mended(out, check, found) if mend and found else found
        _tell_check(out, check, found, left)
        still = {finding.key for finding in left}
        mended += [finding for finding in found if finding.key not in still]
        kept += left
    return kept, mended


def _mended(out: Output, check: doctors.Check, found: list[doctors.Finding]) -> list[doctors.Finding]:
    """Say what is done to which row, then do it; what is still wrong."""
    for finding in found:
        if out.for_people and finding.mend:
            out.line("  → ", f"{finding.table} {finding.id}: {finding.message}. Mending it: {finding.mend}.")
    return doctors.mend(check, found)


def _tell_check(out: Output, check: doctors.Check, found: list[doctors.Finding], left: list[doctors.Finding]) -> None:
    if not out.for_people:
        return
    sign, colour = SIGNS["wrong" if left else "ok"]
    mended = f" ({counted(len(found) - len(left), 'row')} mended)" if len(found) > len(left) else ""
    out.line(f"  {sign} ", f"{check.promise}{mended}", style=colour if left else "")
    for finding in left[:ROWS_SHOWN]:
        way = f" `--mend --check {check.code}` would {finding.mend}." if finding.mend else ""
        out.line(f"      {finding.table} {finding.id}: {finding.message}.{way}")
    if len(left) > ROWS_SHOWN:
        out.line(f"      … and {len(left) - ROWS_SHOWN} more; -o json lists them")


def _sum_up(out: Output, parts: list[Part], found: list[doctors.Finding], *, mend: bool) -> None:
    out.line("")
    wrong = [part for part in parts if part.state == "wrong"]
    if not found and not wrong:
        out.line("All is well.")
        return
    mendable = sum(finding.mend is not None for finding in found)
    out.line(f"{counted(len(wrong) + len(found), 'problem')}.")
    if mendable and not mend:
        out.line(f"`attune doctor --mend` repairs {mendable} of them.")
    elif found and mend:
        out.line("What is left needs a decision: `attune executions show ID`, `attune executions cancel ID`.")
