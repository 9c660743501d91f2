"""`attune completion`: completion of commands, options and values by the Tab key."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

HOW = """\
  bash  attune completion bash > ~/.local/share/bash-completion/completions/attune
  zsh   attune completion zsh > a directory of $fpath, as _attune
  fish  attune completion fish > ~/.config/fish/completions/attune.fish
"""


@click.command(epilog="\b\n" + HOW)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "attune", "_ATTUNE_COMPLETE").source())
