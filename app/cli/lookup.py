"""Actions and workflows by ref, with a near name when there is none; and refs for the Tab key."""

from __future__ import annotations

import difflib
from typing import Any

import click
from click.shell_completion import CompletionItem

from app.cli.client import Api, ref
from app.cli.errors import CommandFailed, ServerRefused


def action(api: Api, action_ref: str) -> dict[str, Any]:
    """The action or workflow; a CommandFailed that names near ones when there is none."""
    try:
        found: dict[str, Any] = api.get(f"/actions/{ref(action_ref)}")
    except ServerRefused as error:
        if error.status != 404:
            raise
        raise unknown(api, action_ref) from error
    return found


def unknown(api: Api, action_ref: str) -> CommandFailed:
    """There is no such action or workflow."""
    near = difflib.get_close_matches(action_ref, _refs(api), n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`attune actions list` shows what there is."
    return CommandFailed(f"There is no action or workflow '{action_ref}'.", hint=hint)


def complete_ref(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Refs that begin so; nothing when the server can't be asked."""
    try:
        found = Api(ctx.params.get("server")).every("/actions")
        return [CompletionItem(row["ref"], help=row["label"]) for row in found if row["ref"].startswith(incomplete)]
    except CommandFailed:
        return []


def _refs(api: Api) -> list[str]:
    try:
        return [row["ref"] for row in api.every("/actions")]
    except CommandFailed:
        return []
