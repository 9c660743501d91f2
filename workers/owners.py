"""Names of worker processes, and whether the process behind a name can still live."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def own_name() -> str:
    """`host:pid:start`: the start time tells a process from a later one with the same pid."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_of(os.getpid())}"


def may_live(owner: str) -> bool:
    """False only for a process of this machine that is certainly gone."""
    host, _, process = owner.partition(":")
    pid, _, start = process.partition(":")
    if host != socket.gethostname() or not pid.isdigit() or not Path("/proc").is_dir():
        return True
    return _start_of(int(pid)) == start


def _start_of(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "gone"
    return fields[19]
