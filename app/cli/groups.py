"""Command groups that import a command when it is asked for, so that `attune` starts quickly."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from app.cli.errors import Exit


class LazyGroup(click.Group):
    """`commands_at`: name -> `module:attribute`, in the order of the help."""

    def __init__(self, *args: Any, commands_at: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.commands_at.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(f"app.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)
