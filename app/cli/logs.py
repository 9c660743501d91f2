"""`attune logs`: the output of actions, also while it is being written."""

from __future__ import annotations

import codecs
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import click

from app.cli.client import Api
from app.cli.executions import task_name
from app.cli.options import reached
from app.cli.watching import CALM_S, QUICK_S, TERMINAL
from app.cli.words import harmless, harmless_output, shown

BOTH = ("stdout", "stderr")


class _Decoder(Protocol):
    def decode(self, input: bytes, final: bool = False) -> str: ...


@dataclass(slots=True)
class Reader:
    """One stream of one execution, read from where the last look ended."""

    api: Api
    execution_id: int
    stream: str
    offset: int = 0
    decoder: _Decoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"))

    def new_text(self) -> Iterator[str]:
        """What came since the last look; a character cut in two is kept for the next part."""
        while True:
            answer = self.api.text(f"/executions/{self.execution_id}/logs/{self.stream}", offset=self.offset)
            if not answer.content:
                return
            self.offset = int(answer.headers.get("X-Next-Offset", self.offset + len(answer.content)))
            yield self.decoder.decode(answer.content)


class Printer:
    """Writes output under headings that say which execution it is from, when there are several."""

    def __init__(self, *, several: bool) -> None:
        self.several = several
        self._last: tuple[int, str] | None = None
        self._at_start = True

    def write(self, row: dict[str, Any], stream: str, text: str) -> None:
        target = sys.stderr if stream == "stderr" else sys.stdout
        if self.several and self._last != (row["id"], stream):
            self._heading(row, stream)
        self._last = (row["id"], stream)
        target.write(harmless_output(text) if target.isatty() else text)
        target.flush()
        self._at_start = text.endswith("\n")

    def _heading(self, row: dict[str, Any], stream: str) -> None:
        newline = "" if self._at_start else "\n"
        name = harmless(task_name(row) or row["action_ref"])
        click.secho(f"{newline}==> {name}, execution {row['id']}, {stream}", fg="cyan", err=True)


@click.command()
@click.argument("id", type=int)
@click.option("--follow", "-f", is_flag=True, help="Keep on printing until the execution ends.")
@click.option("--stream", type=click.Choice(BOTH), help="Only this one.  [default: both]")
@reached
def logs(api: Api, id: int, follow: bool, stream: str | None) -> None:
    """Print the output of an execution.

    Of a workflow that is the output of all its tasks. Standard output goes to standard output and standard error to standard error,
    byte for byte when they are piped.
    """
    streams = (stream,) if stream else BOTH
    execution = api.get(f"/executions/{id}")
    printer = Printer(several=execution["workflow_execution"] is not None)
    readers: dict[int, list[Reader]] = {}
    begun = time.monotonic()
    while True:
        ended = execution["status"] in TERMINAL  # before reading: what is read then is all there is
        found = _print_new(api, printer, readers, execution, streams)
        if ended or not follow:
            break
        time.sleep(QUICK_S if time.monotonic() - begun < 10 else CALM_S)
        execution = api.get(f"/executions/{id}")
    if not found and not any(reader.offset for of_one in readers.values() for reader in of_one):
        click.echo(f"Execution {id} has printed nothing{'' if ended else ' yet'} ({shown(execution['status'])}).", err=True)


def _print_new(
    api: Api, printer: Printer, readers: dict[int, list[Reader]], execution: dict[str, Any], streams: tuple[str, ...]
) -> bool:
    """Print what is new everywhere; whether there was anything. Executions that had ended are not asked again."""
    found = False
    for row in _leaves(api, execution):
        known = readers.get(row["id"])
        if known == []:
            continue
        of_one = known or [Reader(api, row["id"], stream) for stream in streams]
        for reader in of_one:
            for text in reader.new_text():
                printer.write(row, reader.stream, text)
                found = True
        readers[row["id"]] = [] if row["status"] in TERMINAL and printer.several else of_one
    return found


def _leaves(api: Api, execution: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Executions that may have output: this one, or what it has started, at every depth."""
    if execution["workflow_execution"] is None:
        yield execution
        return
    for child in api.every(f"/executions/{execution['id']}/children"):
        yield from _leaves(api, child)
