"""Run one command in its own session: fed, captured, limited in time, and killed as a group.

Nothing of it may outlive its end: not after a time limit, a cancel, an error of ours, or the death of this process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from app.engine.errors import RunnerError
from app.runners.base import RunControl
from app.runners.capture import Capture
from app.runners.hiding import hide_from_actions
from app.runners.warden import warden
from app.runners.watch import Command, Stopped, Watch, signal_group

# The command starts when it is told to, after the warden knows its group: until then the death of the worker
# closes stdin, `read` fails and nothing was run.
_GATE = ("/bin/sh", "-c", 'read -r go && exec "$@"', "sh")
_OPEN_GATE = b"go\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `exit_code` is 128 + n after signal n, as shells count."""

    exit_code: int
    signal: int | None
    stopped: Stopped | None
    duration_ms: int
    stdout: Capture
    stderr: Capture


def supervise(command: Command, control: RunControl) -> Ended:
    """Run to the end. Blocks; any number of threads of one process may do this at once.

    Raises:
        RunnerError: the process could not be started.
    """
    began = time.monotonic()
    with _started(command) as process:
        watch = Watch(process, command, control, began=began, before_stdin=_OPEN_GATE)
        stopped = watch.until_ended()
    code = process.returncode
    killed_by = -code if code < 0 else None
    return Ended(
        exit_code=128 + killed_by if killed_by else code,
        signal=killed_by,
        stopped=stopped,
        duration_ms=round((time.monotonic() - began) * 1000),
        stdout=watch.stdout,
        stderr=watch.stderr,
    )


@contextlib.contextmanager
def memory_file(data: bytes) -> Iterator[int]:
    """A file descriptor that reads `data`; it has no name on disk and dies with its last holder."""
    fd = os.memfd_create("attune")
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(data)
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)


@contextlib.contextmanager
def _started(command: Command) -> Iterator[subprocess.Popen[bytes]]:
    process = _spawn(command)
    try:
        warden.watch(process.pid)
        yield process
    finally:
        signal_group(process.pid, signal.SIGKILL)  # its number is ours until the leader is reaped
        warden.forget(process.pid)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            _close(pipe)


def _spawn(command: Command) -> subprocess.Popen[bytes]:
    hide_from_actions()
    try:
        return subprocess.Popen(  # noqa: S603 - running what an action names is the purpose
            [*_GATE, *command.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(command.environ),
            cwd=command.cwd,
            bufsize=0,
            start_new_session=True,
            pass_fds=tuple(command.fds),
        )
    except OSError as error:
        retryable = error.errno in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
        raise RunnerError(
            f"The action's process could not be started: {error}", retryable=retryable
        ) from error


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()
