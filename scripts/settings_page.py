"""Writes docs/reference/settings.md from app/settings.py. usage: settings_page.py [--check]"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.settings import Settings  # noqa: E402 - after the path was set

PAGE = ROOT / "docs" / "reference" / "settings.md"


def page() -> str:
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable, read once when a process starts. Times are in seconds, sizes in bytes.",
        "A value of the wrong type stops the start and names the variable.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for field in fields(Settings):
        name, *aliases = field.metadata["env"]
        also = f" Also read as `{aliases[0]}`." if aliases else ""
        default = "" if field.default == "" else f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
        lines.append(f"| `{name}` | {default} | {field.metadata['doc']}.{also} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        current = PAGE.exists() and PAGE.read_text() == page()
        print("docs/reference/settings.md is current." if current else "docs/reference/settings.md is old: run scripts/settings_page.py")
        return 0 if current else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
