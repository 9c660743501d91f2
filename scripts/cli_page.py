"""Writes docs/reference/cli.md from the commands themselves. usage: cli_page.py [--check]"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import click  # noqa: E402 - after the path was set

from app.cli.errors import MEANINGS  # noqa: E402
from app.cli.main import main as attune  # noqa: E402
from app.services.doctor import CHECKS  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "cli.md"
HEAD = """\
# The command line

`attune` starts the server, speaks to one, and checks files without one. This page is written from the commands by
`scripts/cli_page.py`. How to answer questions: [Answer from the terminal](../howto/answer-from-the-terminal.md).

## Who and where

Commands that speak to a server take its address from `--server`, else from `ATTUNE_URL`, else `http://127.0.0.1:8000`.
They speak as the token in `ATTUNE_TOKEN`, else as who signed in with `attune login`; those tokens are kept, one entry for
each server, in `$XDG_CONFIG_HOME/attune/credentials.json` (by default below `~/.config`), readable by you only, and are
refreshed when they expire. `up`, `worker`, `doctor`, `cleanup`, `backup` and `restore` read the [settings](settings.md) of the environment.

## Output

`-o table` is for people: columns fitted to a terminal, whole columns without colour when piped. `-o json` and `-o yaml`
print what the API answers. Results go to standard output, everything else to standard error. `NO_COLOR` switches
colours off. Text of others is shown without characters that would steer the terminal.

## Exit codes

| code | meaning |
|---|---|
"""


def page() -> str:
    lines = [HEAD.rstrip("\n"), *(f"| {int(code)} | {meaning} |" for code, meaning in MEANINGS.items()), "", "## Commands"]
    for name in attune.list_commands(click.Context(attune)):
        command = attune.get_command(click.Context(attune), name)
        assert command is not None
        lines += _described(command, f"attune {name}", level=3)
    return "\n".join(lines) + "\n"


def _described(command: click.Command, path: str, *, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield ""
    yield f"{'#' * level} {path}"
    yield ""
    if isinstance(command, click.Group):
        yield from _text(command.help)
        for name, sub in command.commands.items():
            yield from _described(sub, f"{path} {name}", level=level + 1)
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"`{path} {usage}`"
    yield ""
    yield from _text(command.help)
    yield from _options(command, context)
    if command.name == "doctor":
        yield from _promises()
    if command.epilog:
        yield from ["", *_text(command.epilog)]


def _text(text: str | None) -> Iterator[str]:
    """Paragraphs; what click keeps as it is (a block after \\b) is code."""
    for block in inspect.cleandoc(text or "").split("\n\n"):
        first, _, rest = block.partition("\n")
        if first.strip() == "\b":
            yield from ["```", *inspect.cleandoc("\n" + rest).splitlines(), "```"]
        else:
            yield block
        yield ""


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [p.get_help_record(context) for p in command.params if isinstance(p, click.Option)]
    shown = [record for record in records if record]
    if shown:
        yield from ["| option | meaning |", "|---|---|"]
        yield from (f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in shown)


def _promises() -> Iterator[str]:
    yield from ["", "What it checks beside the machine (`check` in the JSON output):", ""]
    yield from ["| check | what must hold | `--mend` repairs it |", "|---|---|---|"]
    for check in CHECKS:
        asked = " With `--deep`." if check.thorough else ""
        yield f"| `{check.code}` | {check.promise}.{asked} | {'yes' if check.mend else 'no, a person decides'} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    text = "\n".join(line.rstrip() for line in page().replace("\n\n\n", "\n\n").splitlines()) + "\n"
    if "--check" in sys.argv:
        current = PAGE.exists() and PAGE.read_text() == text
        print("docs/reference/cli.md is current." if current else "docs/reference/cli.md is old: run scripts/cli_page.py")
        return 0 if current else 1
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
