"""The machine below: programs that actions need, space, database, broker, workers."""

from __future__ import annotations

import shutil
import smtplib
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import redis

from app.engine.errors import StorageError
from app.persistence import migrations, session
from app.persistence.repositories import workers
from app.services import ports
from app.services.notices import mail
from app.settings import Settings

PROGRAMS = (("bash", "shell actions"), ("python3", "Python actions"), ("git", "installing packs from repositories"))
LITTLE_SPACE, TOO_LITTLE_SPACE = 2 * 1024**3, 200 * 1024**2
WAIT_S = 3.0
SECRETS = ("jwt-secret", "admin-password", "encryption-key")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the machine: `ok`, `warning` (works, but), `wrong`; `hint` is the way out."""

    name: str
    state: Literal["ok", "warning", "wrong"]
    message: str
    hint: str | None = None


def parts(settings: Settings) -> Iterator[Part]:
    """Everything below the database's rows, one after the other."""
    for name, purpose in PROGRAMS:
        yield _program(name, purpose)
    yield _space(settings.home_path)
    yield from _secrets(settings.home_path)
    yield from _faults(settings)
    yield _broker(settings)
    yield from _mail(settings)
    database = _database(settings)
    yield database
    if database.state == "ok":
        yield _workers(settings)


def _program(name: str, purpose: str) -> Part:
    found = shutil.which(name)
    if found is None:
        return Part(name, "warning" if name == "git" else "wrong", f"not found; {purpose} need it", f"Install {name}.")
    return Part(name, "ok", _version(found) or found)


def _version(program: str) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=WAIT_S)  # noqa: S603 - found by which
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.splitlines()[0] if done.stdout else ""


def _space(home: Path) -> Part:
    free = shutil.disk_usage(home).free
    text = f"{free / 1024**3:.1f} GiB free below {home}"
    if free < TOO_LITTLE_SPACE:
        return Part("disk", "wrong", text, "Make room: a full disk stops every run.")
    return Part("disk", "warning" if free < LITTLE_SPACE else "ok", text)


def _secrets(home: Path) -> Iterator[Part]:
    """Nothing is said while all is well."""
    for name in SECRETS:
        path = home / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield Part("secrets", "wrong", f"{path} can be read by others", f"chmod 600 {path}")


def _faults(settings: Settings) -> Iterator[Part]:
    """Nothing is said where none are armed. It is the environment of the doctor, as everything here."""
    if settings.faults:
        yield Part("faults", "warning", f"processes are made to fail: {settings.faults}", "Unset ATTUNE_FAULTS and start them again.")


def _broker(settings: Settings) -> Part:
    url = settings.broker_url or settings.redis_url
    if not url:
        return Part("broker", "ok", "in process")
    shown = _without_password(url)
    check: Callable[[str], None] = _ping_redis if url.startswith(("redis:", "rediss:", "unix:")) else _connect
    try:
        check(url)
    except (OSError, redis.RedisError) as error:
        return Part("broker", "wrong", f"{shown} can't be reached: {error}", "Runs wait until it is back; nothing is lost.")
    return Part("broker", "ok", f"{shown} answers")


def _without_password(url: str) -> str:
    """An address as it may be shown: without what stands before the @."""
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"


def _mail(settings: Settings) -> Iterator[Part]:
    """Nothing is said where no mail is wanted."""
    if not settings.smtp_url:
        return
    place = urlsplit(settings.smtp_url)
    shown = _without_password(settings.smtp_url)
    try:
        with mail.connected(place):
            pass
    except (OSError, ValueError, smtplib.SMTPException) as error:
        yield Part("mail", "wrong", f"{shown} can't be used: {error}", "Correct ATTUNE_SMTP_URL; notices wait and are tried again.")
        return
    if not settings.public_url:
        yield Part("mail", "warning", f"{shown} answers; links lead to {settings.api_base}", "Set ATTUNE_PUBLIC_URL to the address people use.")
    else:
        yield Part("mail", "ok", f"{shown} answers")


def _ping_redis(url: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S) as client:
        client.ping()


def _connect(url: str) -> None:
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "127.0.0.1", place.port or 5672), timeout=WAIT_S):
        return


def _database(settings: Settings) -> Part:
    shown = _without_password(settings.database)
    try:
        current, wanted = migrations.revisions(session.current())
    except StorageError as error:
        return Part("database", "wrong", f"{shown}: {error.message}", "Start it, or correct DATABASE_URL.")
    if current is None:
        return Part("database", "wrong", f"{shown} is empty", "`attune up` makes the tables.")
    if current != wanted:
        return Part("database", "wrong", f"{shown} has schema {current}; this version needs {wanted}", "`attune up` upgrades it.")
    return Part("database", "ok", f"{shown}, schema {current}")


def _workers(settings: Settings) -> Part:
    since = ports.now() - timedelta(seconds=settings.reclaim_after_s)
    with session.reading() as tx:
        alive = workers.alive_since(tx, since)
    if not alive:
        return Part("workers", "warning", "none alive: nothing runs", "Start `attune up` or `attune worker`.")
    return Part("workers", "ok", f"{alive} alive")


def sqlite_file(settings: Settings) -> Path | None:
    """The file of a SQLite database, None for a server."""
    if not settings.database.startswith("sqlite"):
        return None
    return Path(settings.database.split("///", 1)[-1].split("?")[0])
