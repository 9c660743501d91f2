"""Moves the bytes of one running process, and stops its group at the time limit or at a cancel."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from app.runners.base import RunControl
from app.runners.capture import Capture

Stopped = Literal["timed_out", "cancelled"]

KILL_AFTER_S = 5.0  # between SIGTERM and SIGKILL
LINGER_S = 0.2  # for helpers of an ended action that still write (`> >(tee …)`); then they are killed
DRAIN_S = 1.0  # for a stream that something outside the group holds open
TICK_S = 0.1  # how late a cancel may be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run.

    Attributes:
        environ: the whole environment.
        fds: stay open in the child, under their numbers.
        max_output: captured bytes per stream.
        kill_after_s: time between the request to stop and the kill.
    """

    argv: Sequence[str]
    environ: Mapping[str, str]
    cwd: Path
    timeout_s: float
    max_output: int
    stdin: bytes = b""
    kill_after_s: float = KILL_AFTER_S
    fds: Sequence[int] = ()


class Watch:
    """Moves bytes and looks at the clock while one process lives."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        command: Command,
        control: RunControl,
        *,
        began: float,
        before_stdin: bytes,
    ) -> None:
        self.stdout = Capture(command.max_output, lambda text: control.on_output("stdout", text))
        self.stderr = Capture(command.max_output, lambda text: control.on_output("stderr", text))
        self._group = process.pid
        self._cancelled = control.cancelled
        self._kill_after_s = command.kill_after_s
        self._deadline = began + command.timeout_s
        self._kill_at: float | None = None
        self._stopped: Stopped | None = None
        self._unsent = memoryview(before_stdin + command.stdin)
        self._poll = select.poll()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._open = set[int]()
        self._watch_stdin(process.stdin)
        self._watch_output(process.stdout, self.stdout)
        self._watch_output(process.stderr, self.stderr)

    def until_ended(self) -> Stopped | None:
        """Until the leader has ended and its output is read; why it was stopped, if it was."""
        pidfd = os.pidfd_open(self._group)
        try:
            self._poll.register(pidfd, select.POLLIN)
            while not self._move(self._patience(), pidfd):
                self._stop_when_due()
            self._poll.unregister(pidfd)
        finally:
            os.close(pidfd)
        # helpers of a stopped action get their full time to clean up
        self._drain(LINGER_S if self._kill_at is None else self._kill_at - time.monotonic())
        signal_group(self._group, signal.SIGKILL)
        self._drain(DRAIN_S)
        self.stdout.close()
        self.stderr.close()
        return self._stopped

    def _patience(self) -> float:
        due = self._deadline if self._kill_at is None else self._kill_at
        return min(TICK_S, max(0.0, due - time.monotonic()))

    def _stop_when_due(self) -> None:
        now = time.monotonic()
        if self._kill_at is not None:
            if now >= self._kill_at:
                signal_group(self._group, signal.SIGKILL)
                self._kill_at = now + TICK_S
        elif self._cancelled.is_set() or now >= self._deadline:
            self._stopped = "cancelled" if self._cancelled.is_set() else "timed_out"
            self._kill_at = now + self._kill_after_s
            signal_group(self._group, signal.SIGTERM)

    def _drain(self, limit_s: float) -> None:
        until = time.monotonic() + limit_s
        while self._open and (left := until - time.monotonic()) > 0:
            self._move(min(left, TICK_S))

    def _move(self, timeout_s: float, awaited: int = -1) -> bool:
        """Wait for bytes and move them; whether `awaited` became readable."""
        ready = [fd for fd, _ in self._poll.poll(timeout_s * 1000)]
        for fd in ready:
            if fd in self._callbacks:
                self._callbacks[fd]()
        self.stdout.flush_due()
        self.stderr.flush_due()
        return awaited in ready

    def _watch_stdin(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        fd = pipe.fileno()
        os.set_blocking(fd, False)
        self._poll.register(fd, select.POLLOUT)
        self._callbacks[fd] = lambda: self._send(fd, pipe)

    def _send(self, fd: int, pipe: IO[bytes]) -> None:
        try:
            self._unsent = self._unsent[os.write(fd, self._unsent) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # the action does not want (the rest of) its input
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._drop(fd)
            pipe.close()

    def _watch_output(self, pipe: IO[bytes] | None, capture: Capture) -> None:
        assert pipe is not None
        fd = pipe.fileno()
        self._poll.register(fd, select.POLLIN)
        self._open.add(fd)
        self._callbacks[fd] = lambda: self._receive(fd, capture)

    def _receive(self, fd: int, capture: Capture) -> None:
        data = os.read(fd, 65536)
        if data:
            capture.feed(data)
        else:
            self._drop(fd)

    def _drop(self, fd: int) -> None:
        self._poll.unregister(fd)
        self._open.discard(fd)
        del self._callbacks[fd]


def signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
