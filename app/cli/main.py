"""`attune`: the entry point. One noun, one file; this one only says where each command is."""

from __future__ import annotations

import click

from app import __version__
from app.cli.groups import LazyGroup

COMMANDS = {
    "up": "up:up",
    "worker": "up:worker",
    "login": "login:login",
    "logout": "login:logout",
    "whoami": "login:whoami",
    "run": "run:run",
    "executions": "executions:executions",
    "runs": "runs:runs",
    "logs": "logs:logs",
    "inquiries": "inquiries:inquiries",
    "workflows": "workflows:workflows",
    "actions": "actions:actions",
    "packs": "packs:packs",
    "validate": "validate:validate",
    "graph": "graph:graph",
    "doctor": "doctor:doctor",
    "completion": "completion:completion",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="attune")
def main() -> None:
    """Workflow automation: YAML workflows, run durably, answered by people.

    Most commands speak to a server (--server or ATTUNE_URL, by default
    http://127.0.0.1:8000) as who you signed in (`attune login`, or a token in
    ATTUNE_TOKEN). up, worker, validate, graph and doctor work on this machine.
    """
