"""Builds a wheel: by the backend that lies in the project, else by pip."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

from release_files import answer, clear, fail, folder, parameters

BACKEND = """
import importlib, sys
paths, name, target = sys.argv[1].split(":"), sys.argv[2], sys.argv[3]
sys.path[:0] = paths
module, _, attribute = name.partition(":")
backend = importlib.import_module(module)
for part in filter(None, attribute.split(".")):
    backend = getattr(backend, part)
backend.build_wheel(target)
"""


def build_command(source: Path, target: Path) -> list[str]:
    system = tomllib.loads((source / "pyproject.toml").read_text()).get("build-system", {})
    if system.get("backend-path") and not system.get("requires"):
        paths = ":".join(str(source / p) for p in system["backend-path"])
        return [sys.executable, "-c", BACKEND, paths, system["build-backend"], str(target)]
    return [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]


def main() -> None:
    home = folder(parameters()["release_id"])
    source, target = home / "source", home / "dist"
    clear(target)
    target.mkdir()
    done = subprocess.run(build_command(source, target), cwd=source, capture_output=True, text=True, timeout=280)
    print(done.stdout + done.stderr, file=sys.stderr)
    wheels = sorted(target.glob("*.whl"))
    if done.returncode or not wheels:
        fail(f"The wheel could not be built: {(done.stderr.strip() or 'no wheel came out').splitlines()[-1]}")
    data = wheels[0].read_bytes()
    answer({"wheel": wheels[0].name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})


main()
