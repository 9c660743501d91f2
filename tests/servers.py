"""Real servers for tests, each private, on a free loopback port, stopped at the end by its pid."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator

import pytest


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def wait_until(condition: Callable[[], bool], *, timeout_s: float, what: str) -> None:
    """Poll a condition; fails the test with `what` when it does not hold in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {timeout_s} s")
        time.sleep(0.02)


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed; `make test` installs it (Debian package)")
    pytest.skip(f"{what} is not installed; `make test` installs it")


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL server in a temporary directory; runs as the `postgres` user when we are root.

    `durable`: with fsync, as a real one; tests go without.
    """
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        yield given
        return
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("postgres") or "")]
    if not found[-1]:
        _missing("PostgreSQL")
    binaries, home, port = found[-1], tempfile.mkdtemp(prefix="attune-pg-"), free_port()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(home, "postgres")
    data = f"{home}/data"
    run = lambda *argv: subprocess.run([*as_user, *argv], check=True, capture_output=True)  # noqa: E731
    run(f"{binaries}/initdb", "-D", data, "-A", "trust", "-U", "attune", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync={'on' if durable else 'off'} -c max_connections=100"
    run(f"{binaries}/pg_ctl", "-D", data, "-l", f"{home}/log", "-w", "-o", options, "start")
    try:
        run(f"{binaries}/createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "attune", "attune")
        yield f"postgresql+psycopg://attune@127.0.0.1:{port}/attune"
    finally:
        run(f"{binaries}/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis server without persistence."""
    given = os.environ.get("TEST_REDIS_URL", "")
    if given:
        yield given
        return
    binary = shutil.which("redis-server")
    if not binary:
        _missing("Redis")
    port, home = free_port(), tempfile.mkdtemp(prefix="attune-redis-")
    server = subprocess.Popen(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--dir", home, "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _accepts(port), timeout_s=10, what="Redis accepting connections")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(home, ignore_errors=True)


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
