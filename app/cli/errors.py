"""What can end a command badly, and the exit codes that say how."""

from __future__ import annotations

from enum import IntEnum
from typing import IO, Any

import click

from app.cli.words import harmless


class Exit(IntEnum):
    """Exit codes of every command. Scripts rely on them: a number never changes its meaning."""

    OK = 0  # it worked; with --wait or --follow: the run completed
    FAILED = 1  # the run failed; `validate` and `doctor`: something is wrong
    USAGE = 2  # the command or its arguments are wrong, or name something that is not there
    REFUSED = 3  # the server can't be reached, is not well, or does not permit it
    CANCELLED = 4  # the run was cancelled
    WAITED_TOO_LONG = 5  # --timeout is over; the run goes on
    INTERRUPTED = 130  # Ctrl-C


MEANINGS = {
    Exit.OK: "It worked. With `--wait` or `--follow`: the run completed.",
    Exit.FAILED: "The run failed. `validate` and `doctor`: something is wrong.",
    Exit.USAGE: "The command or its arguments are wrong, or name something that is not there.",
    Exit.REFUSED: "The server can't be reached, is not well, or does not permit it.",
    Exit.CANCELLED: "The run was cancelled.",
    Exit.WAITED_TOO_LONG: "`--timeout` is over. The run goes on.",
    Exit.INTERRUPTED: "Ctrl-C. A run that was being followed goes on.",
}


class CommandFailed(click.ClickException):
    """Ends a command: `message` names the thing, `hint` the way out; never a stack trace."""

    def __init__(self, message: str, *, hint: str | None = None, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.hint = hint
        # click reads it from the instance first
        self.exit_code = int(code)  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        """The message, and the way out below it, on standard error."""
        click.echo(f"Error: {harmless(self.message)}", file=file, err=True)
        if self.hint:
            click.echo(f"  {harmless(self.hint)}", file=file, err=True)


class ServerRefused(CommandFailed):
    """An error answer of the API; `status` is its HTTP status."""

    def __init__(self, message: str, *, status: int, hint: str | None = None, details: object = None) -> None:
        super().__init__(message, hint=hint, code=exit_of(status))
        self.status, self.details = status, details


class Unreachable(CommandFailed):
    """No answer at all."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, code=Exit.REFUSED)


def exit_of(status: int) -> Exit:
    """Which exit code an HTTP status is: what was asked is wrong, or the server does not do it."""
    return Exit.REFUSED if status in (401, 403, 429) or status >= 500 else Exit.USAGE
