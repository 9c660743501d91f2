"""`attune run`: start an action or a workflow, and stay with it."""

from __future__ import annotations

import sys

import click

from app.cli import lookup, parameters
from app.cli.client import Api
from app.cli.errors import ServerRefused
from app.cli.following import follow
from app.cli.options import rest
from app.cli.output import Output

EPILOG = """\b
Examples:
  attune run examples.hello name=Ada
  attune run deploy.release --param-file release.yaml version=1.4.2
  attune run core.http_request url=https://example.org 'headers:={"a": "b"}'
  attune run examples.hello --wait -o json
"""


@click.command(epilog=EPILOG)
@click.argument("ref", shell_complete=lookup.complete_ref)
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("-f", "--param-file", metavar="FILE", help="Parameters from a YAML or JSON file; - is standard input.")
@click.option("--follow/--detach", default=None, help="Show the progress until the end / only start it.  [default: follow in a terminal]")
@click.option("--wait", is_flag=True, help="Wait silently for the end.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Wait no longer; the run goes on, the exit code is 5.")
@rest
def run(
    api: Api, out: Output, ref: str, values: tuple[str, ...], param_file: str | None, follow: bool | None,
    wait: bool, timeout: float | None,
) -> None:  # fmt: skip
    """Start an action or a workflow, and stay with it.

    NAME=VALUE gives text, or what the parameter's type says; NAME:=JSON gives any
    JSON. Values are checked before anything is sent. The exit code says how the
    run ended, when it was followed or waited for: 0 completed, 1 failed,
    4 cancelled, 5 --timeout is over. Ctrl-C leaves the run alone.
    """
    execution = _start(api, ref, values, param_file)
    stay = out.in_terminal if follow is None else follow
    if not (stay or wait or timeout):
        _tell_started(out, execution)
        return
    sys.exit(_stay(api, out, execution, quietly=wait and not follow, timeout_s=timeout))


def _stay(api: Api, out: Output, execution: dict[str, object], *, quietly: bool, timeout_s: float | None) -> int:
    return follow(api, out, int(str(execution["id"])), quietly=quietly, timeout_s=timeout_s)


def _start(api: Api, ref: str, values: tuple[str, ...], param_file: str | None) -> dict[str, object]:
    action = _known_action(api, ref)
    schema = action.get("param_schema") if action else None
    given = parameters.gather(values, param_file, schema)
    parameters.check(ref, given, schema)
    started: dict[str, object] = api.start("/executions/execute", {"action_ref": ref, "parameters": given})
    return started


def _known_action(api: Api, ref: str) -> dict[str, object] | None:
    """The action, when this identity may read it; who may only run it is checked by the server alone."""
    try:
        return lookup.action(api, ref)
    except ServerRefused as error:
        if error.status == 403:
            return None
        raise


def _tell_started(out: Output, execution: dict[str, object]) -> None:
    if not out.for_people:
        out.document(execution)
        return
    out.line(f"Execution {execution['id']} of {execution['action_ref']} has started.")
    out.note(f"Follow it: attune executions follow {execution['id']}")
