"""Tokens that `attune login` keeps: one file, readable by its owner only, one entry per server."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from app.cli.errors import CommandFailed


def path() -> Path:
    """`$XDG_CONFIG_HOME/attune/credentials.json`, by default below ~/.config."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "attune" / "credentials.json"


def load(server: str) -> dict[str, Any]:
    """{login, access_token, refresh_token} kept for this server, or {}."""
    found = _read_all().get(server)
    return found if isinstance(found, dict) else {}


def save(server: str, entry: dict[str, Any]) -> None:
    """Keep an entry; the file appears whole, with mode 0600, or not at all."""
    _write_all({**_read_all(), server: entry})


def forget(server: str) -> bool:
    """Drop the entry of a server; whether there was one."""
    kept = _read_all()
    if kept.pop(server, None) is None:
        return False
    _write_all(kept)
    return True


@contextmanager
def locked() -> Iterator[None]:
    """Only one process changes tokens at a time: a refresh token is good once."""
    folder = _folder()
    with open(folder / "credentials.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read_all() -> dict[str, Any]:
    try:
        kept = json.loads(path().read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{path()} can't be read: {error}", hint="Repair or delete it, then `attune login`.") from error
    return kept if isinstance(kept, dict) else {}


def _write_all(kept: dict[str, Any]) -> None:
    temporary = _folder() / f"credentials.{os.getpid()}.new"
    with suppress(FileNotFoundError):
        temporary.unlink()
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(kept, file, indent=2)
    temporary.replace(path())


def _folder() -> Path:
    folder = path().parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CommandFailed(f"{folder} can't be made: {error.strerror}", hint="Set XDG_CONFIG_HOME, or ATTUNE_TOKEN.") from error
    return folder
