"""Checks what no linter does: no host of a package registry in any file, licences beside vendored assets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Written in pieces, so that this file does not contain what it forbids.
HOSTS = re.compile("|".join(re.escape(".".join(p)) for p in [
    ("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"), ("deb", "debian", "org"),
    ("registry", "yarnpkg", "com"), ("proxy", "golang", "org"),
]))  # fmt: skip


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in names.decode().split("\0") if name]


def main() -> int:
    wrong = []
    for path in tracked():
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            wrong += [f"{path.relative_to(ROOT)}: names a package registry ({m.group()})" for m in HOSTS.finditer(text)]
    for folder in sorted((ROOT / "app/static/vendor").glob("*/")):
        if not list(folder.glob("LICENSE*")):
            wrong.append(f"{folder.relative_to(ROOT)}: has no LICENSE file")
    print("\n".join(wrong) or "Repository checks: clean.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
