"""`attune import`: a workflow of another engine as a workflow file, without a server."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.errors import CommandFailed, Exit
from app.engine.orquesta.convert import carry_over
from app.engine.orquesta.notes import Note


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--metadata",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The action's metadata file.",
)
@click.option(
    "--pack",
    "pack_ref",
    metavar="REF",
    default="imported",
    show_default=True,
    help="The pack it will belong to.",
)
@click.option(
    "--name", metavar="NAME", help="Its name in the pack.  [default: that of the metadata, or of the file]"
)
@click.option("-o", "--out", "target", metavar="FILE", help="Where to write it.  [default: standard output]")
def import_file(
    file: Path, metadata: Path | None, pack_ref: str, name: str | None, target: str | None
) -> None:
    """Carry a StackStorm workflow over into a workflow file, without a server.

    Prints the YAML, and on standard error what is not the same: file:line:column,
    what it was and what to do. `attune validate` checks the result.
    The exit code is 1 when something could not be carried over.
    """
    told = _text_of(metadata) if metadata else None
    made = carry_over(
        _text_of(file), metadata=told, pack_ref=pack_ref, name=name or (None if told else file.stem)
    )
    for note in made.notes:
        click.echo(_line(metadata if note.source == "metadata" and metadata else file, note), err=True)
    if not made.text:
        raise CommandFailed(f"{file} can't be imported.", code=Exit.FAILED)
    _write(made.text, target)
    sys.exit(Exit.FAILED if any(note.severity == "error" for note in made.notes) else Exit.OK)


def _line(file: Path, note: Note) -> str:
    return f"{file}:{note.line or 1}:{note.column or 1}: {note.severity}: {note.text}" + (
        f"  ({note.was})" if note.was else ""
    )


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} can't be read: {getattr(error, 'strerror', None) or error}.") from error


def _write(text: str, target: str | None) -> None:
    if target is None or target == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(target).write_text(text, "utf-8")
    except OSError as error:
        raise CommandFailed(f"{target} can't be written: {error.strerror}.") from error
