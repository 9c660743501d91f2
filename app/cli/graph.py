"""`attune graph`: the picture of a workflow file as SVG, the same as the pages show."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.errors import CommandFailed, Exit
from app.cli.offline import use_settings
from app.cli.words import counted
from app.engine.errors import AppError
from app.engine.graph.build import build_graph
from app.engine.graph.layout import layout
from app.engine.graph.svg import svg
from app.engine.spec.model import WorkflowSpec
from app.services.pack_checks import PackChecker


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", "target", metavar="FILE", help="Where to write it.  [default: standard output]")
def graph(file: Path, target: str | None) -> None:
    """Draw a workflow file as SVG, without a server.

    The picture carries its own style and follows the reader's light or dark mode.
    What can't be read of a broken file is left out; `attune validate` says why.
    """
    spec = _spec(file)
    drawn = build_graph(spec)
    picture = f"{svg(layout(drawn), drawn, standalone=True, title=spec.label or spec.ref or file.stem)}\n"
    if target is None or target == "-":
        click.echo(picture, nl=False)
        return
    try:
        Path(target).write_text(picture, "utf-8")
    except OSError as error:
        raise CommandFailed(f"{target} can't be written: {error.strerror}.") from error
    click.echo(f"Wrote {target}: {counted(len(drawn.nodes), 'task')}, {counted(len(drawn.edges), 'transition')}.", err=True)


def _spec(file: Path) -> WorkflowSpec:
    use_settings()
    try:
        [found] = PackChecker().check(file)
    except AppError as error:
        raise CommandFailed(error.message) from error
    errors = found.checked.errors
    spec = found.checked.spec
    if spec is None or not spec.all_tasks():
        why = f" {errors[0].message}" if errors else " It has no tasks."
        raise CommandFailed(f"{file} can't be drawn.{why}", hint=f"attune validate {file}", code=Exit.FAILED)
    if errors:
        click.echo(f"{file} has {counted(len(errors), 'error')}; the picture shows what can be read of it.", err=True)
    return spec
