"""Puts the project's source into the release's folder."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

from release_files import answer, clear, fail, folder, parameters

SHIPPED = Path(__file__).resolve().parent.parent / "projects" / "greeter"


def is_git(source: str) -> bool:
    return source.startswith(("https://", "ssh://", "git@", "file://")) or (Path(source) / ".git").exists()


def clone(source: str, revision: str, target: Path) -> str:
    command = ["git", "-c", "core.hooksPath=/dev/null", "clone", "--quiet", "--depth", "1"]
    if revision:
        command += ["--branch", revision]
    done = subprocess.run([*command, "--", source, str(target)], capture_output=True, text=True, timeout=120)
    if done.returncode:
        fail(f"git could not clone {source}: {done.stderr.strip()}")
    head = subprocess.run(["git", "-C", str(target), "rev-parse", "HEAD"], capture_output=True, text=True)
    return head.stdout.strip()[:12]


def main() -> None:
    asked = parameters()
    source, target = asked.get("source") or str(SHIPPED), folder(asked["release_id"]) / "source"
    clear(target)
    if is_git(source):
        commit = clone(source, asked.get("revision") or "", target)
    elif Path(source).is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".venv", "__pycache__", "node_modules"))
        commit = ""
    else:
        fail(f"'{source}' is neither a directory nor a git address.")
    project = target / "pyproject.toml"
    if not project.exists():
        fail(f"{source} has no pyproject.toml: only Python projects can be released.")
    about = tomllib.loads(project.read_text()).get("project", {})
    files = sum(1 for path in target.rglob("*") if path.is_file() and ".git" not in path.parts)
    answer({"name": about.get("name", "unnamed"), "version": about.get("version", "0"), "files": files, "commit": commit})


main()
