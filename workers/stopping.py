"""Waiting for the word to stop: SIGTERM or SIGINT, however often it comes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from queue import SimpleQueue


def stop_signals() -> Callable[[], None]:
    """Listen from now on; the function returned blocks until the first SIGTERM or SIGINT.

    `threading.Event.set` in a handler hangs for ever when the next signal comes while it holds its lock, as happens when
    both a process group and its leader are told to stop; `SimpleQueue.put` may be entered again.
    """
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.put(number))

    def wait() -> None:
        told.get()

    return wait
