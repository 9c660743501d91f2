"""Stops the server of a region by the pid it wrote, once it is certain that the pid is that server."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from release_files import answer, parameters, region_folder


def is_region(pid: int, home: Path) -> bool:
    try:
        return str(home).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def main() -> None:
    asked = parameters()
    home = region_folder(asked["release_id"], asked["region"])
    about = home / "server.json"
    stopped = False
    if about.exists():
        pid = json.loads(about.read_text())["pid"]
        if is_region(pid, home):
            os.kill(pid, signal.SIGTERM)
            stopped = True
        about.unlink()
    answer({"region": asked["region"], "stopped": stopped})


main()
