"""What the documents claim about files and settings is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_the_settings_page_is_written_from_the_settings() -> None:
    done = subprocess.run([sys.executable, "scripts/settings_page.py", "--check"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_repository_checks_are_clean() -> None:
    done = subprocess.run([sys.executable, "scripts/check_repository.py"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
