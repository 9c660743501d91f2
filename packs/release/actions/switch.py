"""Changes which slot is live, in one rename, so that a reader sees the old one or the new one."""

from __future__ import annotations

import json
import os

from release_files import answer, fail, parameters, region_folder


def main() -> None:
    asked = parameters()
    home = region_folder(asked["release_id"], asked["region"])
    for slot in ("a", "b"):
        about = home / slot / "slot.json"
        if about.exists() and json.loads(about.read_text())["version"] == asked["version"]:
            was = (home / "live").read_text().strip()
            (home / "live.new").write_text(slot)
            os.replace(home / "live.new", home / "live")
            answer({"region": asked["region"], "live": slot, "version": asked["version"], "changed": was != slot})
            return
    fail(f"{asked['region']} has no slot with version {asked['version']}.")


main()
