"""`attune login`, `logout`, `whoami`: who the commands speak as."""

from __future__ import annotations

import sys
from typing import Any

import click

from app.cli import credentials
from app.cli.client import Api
from app.cli.errors import CommandFailed
from app.cli.options import reached, rest
from app.cli.output import Column, Output


@click.command()
@click.option("--login", "name", metavar="NAME", help="Who signs in; asked for when it is missing.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--token-stdin", is_flag=True, help="Read an integration token from standard input instead.")
@reached
def login(api: Api, name: str | None, password_stdin: bool, token_stdin: bool) -> None:
    """Sign in and keep the tokens for this server.

    They go to a file that only you can read, below XDG_CONFIG_HOME. ATTUNE_TOKEN in the environment wins over it.
    """
    if token_stdin:
        user = api.sign_in("/auth/token-login", {"token": _line("token")})
    else:
        name = name or click.prompt("Login", err=True)
        password = _line("password") if password_stdin else click.prompt("Password", hide_input=True, err=True)
        user = api.sign_in("/auth/login", {"login": name, "password": password})
    click.echo(f"Signed in to {api.server} as {user['login']}.")
    click.echo(f"The tokens are in {credentials.path()}.", err=True)


def _line(what: str) -> str:
    text = sys.stdin.readline().rstrip("\n")
    if not text:
        raise CommandFailed(f"Standard input gave no {what}.", hint=f"For example: attune login --{what}-stdin < file")
    return text


@click.command()
@reached
def logout(api: Api) -> None:
    """Revoke and forget the tokens of this server."""
    gone = api.sign_out()
    click.echo(f"Signed out of {api.server}." if gone else f"Nobody was signed in to {api.server}.")


PROFILE = [
    Column("Login", "login"),
    Column("Name", "display_name"),
    Column("Id", "id"),
    Column("Permission sets", lambda me: ", ".join(me["assigned_permission_set_refs"]) or "none"),
]


@click.command()
@rest
def whoami(api: Api, out: Output) -> None:
    """Show who the commands speak as."""
    me: dict[str, Any] = api.get("/auth/me")
    out.facts(me, PROFILE)
