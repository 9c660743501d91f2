"""Keeps the memory and the environment of this process from its actions, which run as the same user."""

from __future__ import annotations

import ctypes
import functools

_PR_SET_DUMPABLE = 4


@functools.cache
def hide_from_actions() -> None:
    """Make `/proc/<this process>/environ` and `mem` unreadable without CAP_SYS_PTRACE; once per process.

    An action gets a clean environment, but its parent's, with JWT_SECRET and DATABASE_URL, would be one `cat` away.
    The price: no core dumps of this process, and debuggers need root. Forked children inherit it, programs do not.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux has it
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
