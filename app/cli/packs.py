"""`attune packs`: what is installed, and installing more."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app.cli.client import Api, ref
from app.cli.errors import CommandFailed, ServerRefused
from app.cli.options import rest
from app.cli.output import Column, Output
from app.cli.words import local_time

LIST = [
    Column("REF", "ref"),
    Column("LABEL", "label", wide=True),
    Column("VERSION", "version"),
    Column("KIND", lambda row: "ships with Attune" if row["is_standard"] else "installed"),
]
FACTS = [
    Column("Pack", "ref"),
    Column("Label", "label"),
    Column("Description", "description"),
    Column("Version", "version"),
    Column("Tags", lambda row: ", ".join(map(str, row["tags"]))),
    Column("From", lambda row: row["source_url"] or row["source_type"]),
    Column("Changed", lambda row: local_time(row["updated"])),
]
COMPONENTS = [
    Column("REF", "ref"),
    Column("KIND", lambda row: "workflow" if row["is_workflow"] else row["runtime_ref"] or "core"),
    Column("LABEL", "label", wide=True),
]
NOT_PACKED = frozenset({".git", "__pycache__", ".venv", "node_modules", ".mypy_cache", ".ruff_cache", ".pytest_cache"})

forced = click.option("--force", is_flag=True, help="Replace the pack when it is there already.")


@click.group()
def packs() -> None:
    """Packs of the server: list, show, install, upload, remove."""


@packs.command("list")
@click.option("--search", metavar="TEXT", help="Only those with this in ref, label or description.")
@rest
def list_packs(api: Api, out: Output, search: str | None) -> None:
    """List packs."""
    out.rows(list(api.every("/packs", search=search)), LIST, empty="No packs match.")


@packs.command()
@click.argument("name", metavar="REF")
@rest
def show(api: Api, out: Output, name: str) -> None:
    """Show a pack and its actions."""
    pack = api.get(f"/packs/{ref(name)}")
    out.facts(pack, FACTS, more=lambda: _show_components(api, out, name))


def _show_components(api: Api, out: Output, name: str) -> None:
    out.heading("Actions and workflows")
    out.rows(list(api.every(f"/packs/{ref(name)}/actions")), COMPONENTS, empty="It has none.")


@packs.command()
@click.argument("source")
@click.option("--ref", "ref_spec", metavar="NAME", help="Branch, tag or commit of a git repository.")
@rest
def install(api: Api, out: Output, source: str, ref_spec: str | None) -> None:
    """Let the server fetch a pack: a git address, the address of a tar.gz, or a path on the server."""
    body = {"source": source} | ({"ref_spec": ref_spec} if ref_spec else {})
    answer = api.post("/packs/install", body, timeout=300.0)
    _tell(out, answer, answer["pack"])


@packs.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@forced
@rest
def upload(api: Api, out: Output, path: Path, force: bool) -> None:
    """Upload a pack from this machine: a directory with pack.yaml, or a tar.gz of one.

    Of a directory, hidden tool folders (.git, .venv, node_modules, caches) stay here.
    """
    content = packed(path) if path.is_dir() else _content(path)
    fields = {"force": str(force).lower(), "skip_tests": "true"}
    with _naming_force():
        answer = api.upload("/packs/upload", file=(f"{path.name}.tar.gz", content, "application/gzip"), fields=fields)
    _tell(out, answer, answer["pack"])


@packs.command()
@click.argument("path", metavar="DIRECTORY")
@forced
@rest
def register(api: Api, out: Output, path: str, force: bool) -> None:
    """Load a pack from a directory on the server, without copying it."""
    with _naming_force():
        pack = api.post("/packs/register", {"path": path, "force": force, "skip_tests": True}, timeout=300.0)
    _tell(out, pack, pack)


@packs.command()
@click.argument("name", metavar="REF")
@click.option("--yes", is_flag=True, help="Don't ask.")
@rest
def remove(api: Api, out: Output, name: str, yes: bool) -> None:
    """Remove a pack with its actions and workflows; what ran stays."""
    if not yes:
        click.confirm(f"Remove the pack {name} with all its actions and workflows?", abort=True, err=True)
    answer = api.delete(f"/packs/{ref(name)}")
    if out.for_people:
        out.line(f"The pack {name} is removed.")
    else:
        out.document(answer)


def packed(directory: Path) -> bytes:
    """The directory as tar.gz, without the folders of tools. CommandFailed without a pack.yaml."""
    if not any((directory / name).is_file() for name in ("pack.yaml", "pack.yml")):
        raise CommandFailed(f"There is no pack.yaml in {directory}.", hint="Name the directory of the pack itself.")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(directory, arcname=".", filter=_kept)
    return buffer.getvalue()


@contextmanager
def _naming_force() -> Iterator[None]:
    """The way out of a conflict in the words of the command line."""
    try:
        yield
    except ServerRefused as error:
        if error.status == 409:
            error.hint = "--force replaces the pack that is there."
        raise


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if NOT_PACKED & set(member.name.split("/")) else member


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{path} can't be read: {error.strerror}.") from error


def _tell(out: Output, answer: dict[str, Any], pack: dict[str, Any]) -> None:
    if not out.for_people:
        out.document(answer)
        return
    out.line(f"The pack {pack['ref']} {pack['version']} is installed.")
    for warning in answer.get("warnings") or pack.get("warnings") or ():
        out.line("  warning: ", warning if isinstance(warning, str) else str(warning.get("message", warning)))
