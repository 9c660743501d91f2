"""`attune backup` and `attune restore`: a whole server in one file, and back."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click

from app.cli.errors import CommandFailed, Exit
from app.cli.options import formatted
from app.cli.output import Output
from app.cli.words import counted
from app.engine.errors import AppError, StorageError
from app.services import backups
from app.settings import Settings

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@FILE
@formatted
def backup(out: Output, file: Path) -> None:
    """Copy database, packs and secrets into one file, also while the server works.

    It is the server of the environment (DATABASE_URL, ATTUNE_HOME). The file holds the keys that decrypt what is in it: only you may read
    it, and it belongs where secrets belong.
    """
    settings = _settings()
    try:
        made = backups.write_backup(settings, file.resolve())
    except AppError as error:
        raise _failed(error) from error
    if not out.for_people:
        out.document({"file": str(file), "size": file.stat().st_size, **asdict(made)})
        return
    out.line(f"{file}: {made.database} database with schema {made.schema}, and {counted(len(made.files) - 1, 'file')} of {made.home}.")
    out.line("It holds what decrypts your secrets. Only you may read it; keep it where secrets are kept.")
    if settings.encryption_key:
        out.line("ATTUNE_ENCRYPTION_KEY is set in the environment and may not be in the file: keep it, too.")


@click.command()
@FILE
@click.option("--force", is_flag=True, help="Replace what is there.")
@formatted
def restore(out: Output, file: Path, force: bool) -> None:
    """Put a backup in the place of this machine's database, packs and secrets.

    It goes to DATABASE_URL and ATTUNE_HOME of the environment, all of it or nothing. The server must be stopped. Runs go on from where they
    were when the backup was made: what has ended since is run again.
    """
    settings = _settings()
    try:
        found = backups.restore_backup(settings, file.resolve(), force=force, may_live=import_module("workers.owners").may_live)
    except AppError as error:
        raise _failed(error) from error
    if not out.for_people:
        out.document(asdict(found))
        return
    out.line(f"Restored what Attune {found.version} had at {found.created} to {settings.home_path}.")
    out.line("`attune up` brings it to the newest schema and goes on; `attune doctor --deep` checks it.")


def _settings() -> Settings:
    try:
        return Settings.from_env()
    except ValueError as error:
        raise CommandFailed(f"{error}.") from error


def _failed(error: AppError) -> CommandFailed:
    return CommandFailed(error.message, code=Exit.REFUSED if isinstance(error, StorageError) else Exit.USAGE)
