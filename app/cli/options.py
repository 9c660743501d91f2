"""Options that many commands share, as decorators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from app.cli.client import DEFAULT_SERVER, Api
from app.cli.output import FORMATS, Output


def formatted(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `-o`; the command gets an `Output` as its first argument."""

    @click.option(
        "-o", "--output", "output_format", type=click.Choice(FORMATS), default="table", show_default=True,
        help="How to print the result.",
    )  # fmt: skip
    @functools.wraps(command)
    def wrapped(*args: Any, output_format: Any, **options: Any) -> Any:
        return command(Output(output_format), *args, **options)

    return wrapped


def reached(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--server`; the command gets an `Api` as its first argument."""

    @click.option(
        "--server", metavar="URL", envvar="ATTUNE_URL", default=DEFAULT_SERVER, show_default=True, show_envvar=True,
        help="Address of the server.",
    )  # fmt: skip
    @functools.wraps(command)
    def wrapped(*args: Any, server: str, **options: Any) -> Any:
        return command(Api(server), *args, **options)

    return wrapped


def rest(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that speaks REST and prints a result: it gets an `Api` and an `Output`."""
    return formatted(reached(command))


limited = click.option(
    "-n", "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Show at most so many."
)
