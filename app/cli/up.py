"""`attune up` and `attune worker`: start the processes of the server."""

from __future__ import annotations

import sys
from importlib import import_module

import click

# Composition roots, like the modules they start: the layers above are found by name.


@click.command()
@click.option("--no-worker", is_flag=True, help="Serve the web only; workers run elsewhere (needs REDIS_URL).")
def up(no_worker: bool) -> None:
    """Start the server: web and worker in one process."""
    sys.exit(import_module("workers.up").main(with_worker=not no_worker))


@click.command()
def worker() -> None:
    """Start a worker for the database and broker of the environment."""
    sys.exit(import_module("workers.__main__").main())
