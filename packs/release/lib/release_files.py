"""Where a release keeps its files, and how its actions speak: parameters in on stdin, one JSON object out."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NoReturn


def parameters() -> dict[str, Any]:
    return json.loads(sys.stdin.readline() or "{}")


def answer(result: dict[str, Any]) -> None:
    print(json.dumps(result))


def fail(message: str, **more: Any) -> NoReturn:
    """End the action as failed: the message on stderr, details as its data."""
    print(message, file=sys.stderr)
    answer({"reason": message, **more})
    sys.exit(1)


def folder(release_id: int | str) -> Path:
    """The directory of one release; every action of a run shares it."""
    base = Path(os.environ.get("ATTUNE_ARTIFACTS_DIR", "/tmp")) / "release" / str(int(release_id))
    base.mkdir(parents=True, exist_ok=True)
    return base


def region_folder(release_id: int | str, region: str) -> Path:
    if not region.replace("-", "").isalnum():
        fail(f"'{region}' is no name of a region: letters, digits and hyphens only.")
    path = folder(release_id) / "regions" / region
    path.mkdir(parents=True, exist_ok=True)
    return path


def clear(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
