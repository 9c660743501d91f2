"""Starts the server of a region as a process that outlives this action."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from release_files import answer, fail, parameters, region_folder

SERVER = Path(__file__).resolve().parent.parent / "lib" / "region_server.py"


def first_slot(home: Path) -> None:
    """Slot `a` runs what was there before: a version that only answers its health check."""
    (home / "a").mkdir(exist_ok=True)
    (home / "b").mkdir(exist_ok=True)
    (home / "a" / "slot.json").write_text(json.dumps({"version": "before", "module": None, "answers": 99}))
    (home / "live").write_text("a")


def main() -> None:
    asked = parameters()
    home = region_folder(asked["release_id"], asked["region"])
    first_slot(home)
    about = home / "server.json"
    about.unlink(missing_ok=True)
    # A session of its own: the action's process group ends with the action, the region goes on.
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, str(SERVER), str(home), str(asked.get("life_minutes", 20) * 60)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, close_fds=True,
        )  # fmt: skip
    deadline = time.monotonic() + 20
    while not about.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            fail(f"The server of {asked['region']} did not start.", log=(home / "server.log").read_text()[-2000:])
        time.sleep(0.02)
    port = json.loads(about.read_text())["port"]
    answer({"region": asked["region"], "port": port, "url": f"http://127.0.0.1:{port}"})


main()
