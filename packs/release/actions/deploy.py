"""Puts the new version beside the live one."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from release_files import answer, clear, fail, folder, parameters, region_folder


def web_module(package: Path) -> str | None:
    """The module with a `respond` function: `<package>.web`, when the project has one."""
    found = sorted(package.glob("*/web.py"))
    return f"{found[0].parent.name}.web" if found else None


def main() -> None:
    asked = parameters()
    wheel = folder(asked["release_id"]) / "dist" / Path(asked["wheel"]).name
    if not wheel.exists():
        fail(f"{wheel.name} was not built in this release.")
    home = region_folder(asked["release_id"], asked["region"])
    live = (home / "live").read_text().strip()
    slot = home / {"a": "b", "b": "a"}[live]
    clear(slot)
    package = slot / "package"
    package.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(package)
    about = {"version": asked["version"], "module": web_module(package), "broken": bool(asked.get("broken"))}
    (slot / "slot.json").write_text(json.dumps(about))
    port = json.loads((home / "server.json").read_text())["port"]
    url = f"http://127.0.0.1:{port}"
    answer({"region": asked["region"], "slot": slot.name, "version": asked["version"], "url": url})


main()
