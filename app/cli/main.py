"""`attune`: the entry point. One noun, one file; this one only says where each command is."""

from __future__ import annotations

import click

from app import __version__
from app.cli.groups import LazyGroup

COMMANDS = {
    "up": ("up:up", "Start the server: web and worker in one process."),
    "worker": ("up:worker", "Start a worker for the database and broker of the environment."),
    "login": ("login:login", "Sign in and keep the tokens for this server."),
    "logout": ("login:logout", "Revoke and forget the tokens of this server."),
    "whoami": ("login:whoami", "Show who the commands speak as."),
    "run": ("run:run", "Start an action or a workflow, and stay with it."),
    "executions": ("executions:executions", "What ran and what runs: list, show, follow, cancel, retry."),
    "runs": ("runs:runs", "Runs of workflows: list, pause, resume, retry."),
    "logs": ("logs:logs", "Print the output of an execution."),
    "inquiries": ("inquiries:inquiries", "Questions that wait for people: list, show, answer."),
    "workflows": ("workflows:workflows", "Workflows of the server: list, show, validate."),
    "actions": ("actions:actions", "Actions of the server: list, show."),
    "rules": ("rules:rules", "What starts by itself: list, show, enable, disable rules."),
    "packs": ("packs:packs", "Packs of the server: list, show, install, upload, remove."),
    "validate": ("validate:validate", "Check workflow files and packs, without a server."),
    "test": ("test:test", "Play the tests of a pack; no action is run."),
    "import": ("importing:import_file", "Carry a StackStorm workflow over into a workflow file, without a server."),
    "graph": ("graph:graph", "Draw a workflow file as SVG, without a server."),
    "doctor": ("doctor:doctor", "Check this machine and its database."),
    "cleanup": ("cleanup:cleanup", "Remove runs, output, events and sessions that are old."),
    "backup": ("backup:backup", "Copy database, packs and secrets into one file, also while the server works."),
    "restore": ("backup:restore", "Put a backup in the place of this machine's database, packs and secrets."),
    "completion": ("completion:completion", "Print the completion script of a shell."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="attune")
def main() -> None:
    """Workflow automation: YAML workflows, run durably, answered by people.

    Most commands speak to a server (--server or ATTUNE_URL, by default
    http://127.0.0.1:8000) as who you signed in (`attune login`, or a token in
    ATTUNE_TOKEN). up, worker, validate, import, graph, doctor, cleanup, backup
    and restore work on this machine, and so does test for a directory.
    """


if __name__ == "__main__":
    main()
