"""`attune`: the entry point, one command per file."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from app import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="attune")
def main() -> None:
    """Workflow automation: YAML workflows, run durably, answered by people."""


@main.command()
@click.option("--no-worker", is_flag=True, help="Serve the web only; workers run elsewhere (needs REDIS_URL).")
def up(no_worker: bool) -> None:
    """Start the server: web and worker in one process."""
    # A composition root, like the module it starts: the layers above are found by name.
    sys.exit(import_module("workers.up").main(with_worker=not no_worker))


@main.command()
def worker() -> None:
    """Start a worker for the database and broker of the environment."""
    sys.exit(import_module("workers.__main__").main())
