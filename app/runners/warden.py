"""A tiny process beside each worker that kills the worker's actions when the worker dies, however it dies.

It reads process group numbers from a pipe (`+12`, `-12`) and kills what is left when the pipe closes. One shell
serves all actions of a process, so that supervision costs a few bytes per action. PR_SET_PDEATHSIG would not do: it
follows the thread that started the action, and grandchildren do not inherit it.
"""

from __future__ import annotations

import os
import subprocess
import threading

_SCRIPT = """
trap '' INT TERM HUP
groups=' '
while read -r line; do
  group=${line#?}
  case $line in
    +*) groups="$groups$group " ;;
    -*) case $groups in
          *" $group "*) groups="${groups%% $group *} ${groups#* $group }" ;;
        esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"""


class Warden:
    """Thread-safe; starts its process at the first action and again when somebody killed it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, group: int) -> None:
        """From now on the group dies with this process."""
        with self._lock:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group has ended. Call before its leader is reaped: later its number may belong to others."""
        with self._lock:
            self._groups.discard(group)
            self._tell(f"-{group}\n")

    def after_fork(self) -> None:
        """In a forked child: let go of the parent's pipe, else the parent's death would go unnoticed."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.returncode = 0  # the parent's child, not ours to wait for
        self.__init__()  # type: ignore[misc]

    def _tell(self, line: str) -> None:
        if self._process is None:
            self._start()
        elif not self._write(line):
            self._process.wait()
            self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - constant
            ["/bin/sh", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )
        self._write("".join(f"+{group}\n" for group in self._groups))

    def _write(self, lines: str) -> bool:
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(lines.encode())
        except BrokenPipeError:
            return False
        return True


warden = Warden()
os.register_at_fork(after_in_child=warden.after_fork)
