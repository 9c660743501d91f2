"""`attune test`: play the tests of a pack, of a directory here or of the server. No action is run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from app.cli.client import Api, ref
from app.cli.errors import CommandFailed, Exit
from app.cli.offline import use_settings
from app.cli.options import rest
from app.cli.output import Output
from app.cli.words import counted
from app.engine.errors import AppError
from app.services.pack_test_playing import play_directory

_SHOWN = 400  # characters of a value that fit a line


@click.command()
@click.argument("pack")
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Fail too when a transition is taken by no test.")
@rest
def test(api: Api, out: Output, pack: str, name: str | None, full: bool) -> None:
    """Play the tests of a pack; no action is run.

    PACK is a directory with a pack.yaml, which needs no server, or the ref of a
    pack of the server. NAME picks one workflow, or one test: workflow/test.
    The exit code is 1 when a test fails.
    """
    told = _of_directory(Path(pack), name) if _is_directory(pack) else _of_server(api, pack, name)
    if out.for_people:
        _tell(out, told, full=full)
    else:
        out.document(told)
    complete = not _missing(told)
    sys.exit(Exit.OK if told["passed"] and (complete or not full) else Exit.FAILED)


def _is_directory(pack: str) -> bool:
    """A name with a separator is meant as a path, also of a directory that is not there."""
    return "/" in pack or pack.startswith(".") or Path(pack, "pack.yaml").is_file() or Path(pack, "pack.yml").is_file()


def _of_directory(path: Path, name: str | None) -> dict[str, Any]:
    use_settings()
    if not path.is_dir():
        raise CommandFailed(f"There is no directory '{path}'.", hint="Name a pack of the server by its ref, without '/'.")
    try:
        return play_directory(path, pick=name).as_json()
    except AppError as error:
        raise CommandFailed(error.message) from error


def _of_server(api: Api, pack: str, name: str | None) -> dict[str, Any]:
    told: dict[str, Any] = api.post(f"/packs/{ref(pack)}/test", {"name": name} if name else {}, timeout=300.0)
    return told


def _tell(out: Output, told: dict[str, Any], *, full: bool) -> None:
    for problem in told["problems"]:
        out.line(f"{problem['file']}: {problem['severity']}: ", problem["message"], style="yellow")
    for workflow in told["workflows"]:
        _tell_workflow(out, workflow, full=full)
    out.line("")
    out.line(_summary(told), style="")


def _tell_workflow(out: Output, workflow: dict[str, Any], *, full: bool) -> None:
    out.heading(workflow["ref"])
    for problem in workflow["problems"]:
        out.line("  ", f"{problem['severity']}: {problem['message']}", style="red")
    for test in workflow["tests"]:
        _tell_test(out, test)
    if workflow["coverage"] is not None:
        _tell_coverage(out, workflow["coverage"], has_tests=bool(workflow["tests"]), full=full)


def _tell_test(out: Output, test: dict[str, Any]) -> None:
    sign, colour = ("✓", "green") if test["passed"] else ("✗", "red")
    out.line("  ", f"{sign} {test['name']}", style=colour)
    for problem in test["problems"]:
        out.line(f"      {_place(test, problem)}: {problem['severity']}: {problem['message']}")
    for mismatch in test["mismatches"]:
        out.line(f"      {_place(test, mismatch)}: {mismatch['path']}")
        out.line("        expected ", _value(mismatch["expected"]), style="green")
        out.line("        got      ", "nothing" if mismatch["missing"] else _value(mismatch["got"]), style="red")
        if mismatch["hint"]:
            out.line(f"        {mismatch['hint']}")


def _tell_coverage(out: Output, coverage: dict[str, Any], *, has_tests: bool, full: bool) -> None:
    if not has_tests:
        out.line("  ", "no test", style="yellow")
        return
    out.line(f"  {_counts(coverage)}")
    for way in coverage["transitions"]["missing"]:
        target = way["target"] or "publish only"
        out.line("    not taken: ", f"{way['task']} → {target}{_condition(way)}", style="red" if full else "yellow")


def _condition(way: dict[str, Any]) -> str:
    return f"  when {way['when']}" if way["when"] else ""


def _summary(told: dict[str, Any]) -> str:
    failed = f"{told['failed']} failed" if told["failed"] else "all passed" if told["passed"] else "with errors"
    tests = f"{counted(told['total'], 'test')}, {failed}" if told["total"] else "No tests"
    return f"{tests}; {_counts(told['coverage'])}."


def _counts(coverage: dict[str, Any]) -> str:
    tasks, ways = coverage["tasks"], coverage["transitions"]
    return f"{tasks['covered']} of {counted(tasks['total'], 'task')} entered, {ways['covered']} of {counted(ways['total'], 'transition')} taken"


def _missing(told: dict[str, Any]) -> list[Any]:
    covered: Iterable[Any] = (workflow["coverage"] for workflow in told["workflows"] if workflow["coverage"])
    return [way for coverage in covered for way in coverage["transitions"]["missing"]]


def _place(test: dict[str, Any], found: dict[str, Any]) -> str:
    return f"{test['file']}:{found['line']}" if found["line"] else str(test["file"])


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
