"""Markdown about what is being released."""

from __future__ import annotations

import subprocess

from release_files import answer, folder, parameters


def commits(source: str) -> list[str]:
    done = subprocess.run(
        ["git", "-C", source, "log", "-5", "--format=- %s"], capture_output=True, text=True, timeout=20
    )
    return done.stdout.splitlines() if done.returncode == 0 else []


def main() -> None:
    asked = parameters()
    source = folder(asked["release_id"]) / "source"
    readme = next(iter(sorted(source.glob("README*"))), None)
    about = readme.read_text(encoding="utf-8", errors="replace").strip()[:600] if readme else "No README."
    lines = commits(str(source)) if (source / ".git").exists() else []
    changes = "\n".join(lines) or "- The project came as a directory, without a history."
    answer({"text": f"**{asked['name']} {asked['version']}**\n\n{about}\n\n{changes}"})


main()
