"""Builders for runner tests: requests, a recording control, and a check whether a process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.registry import runner_for


@dataclass
class Recorded:
    """A control that keeps every piece of output."""

    pieces: list[tuple[str, str]] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def control(self) -> RunControl:
        return RunControl(
            cancelled=self.cancelled, on_output=lambda stream, text: self.pieces.append((stream, text))
        )

    def text(self, stream: str = "stdout") -> str:
        return "".join(text for name, text in self.pieces if name == stream)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def make_request(tmp_path: Path) -> Callable[..., RunRequest]:
    """A request with sensible defaults: an inline shell script unless told otherwise."""

    def make(entrypoint: str = "", **changes: Any) -> RunRequest:
        values = {
            "execution_id": 7,
            "action_ref": "demo.act",
            "pack_ref": "demo",
            "runtime": "shell",
            "entrypoint": entrypoint,
            "inline": True,
            "home": tmp_path / "home",
            "timeout_s": 20,
            "api_url": "http://127.0.0.1:8000",
        }
        return RunRequest(**{**values, **changes})

    return make


@pytest.fixture
def run(make_request: Callable[..., RunRequest], recorded: Recorded) -> Callable[..., RunOutcome]:
    """Build a request and run it to its end."""

    def run(entrypoint: str = "", **changes: Any) -> RunOutcome:
        request = make_request(entrypoint, **changes)
        return runner_for(request).run(request, recorded.control)

    return run


@pytest.fixture
def pack_dir(tmp_path: Path) -> Path:
    directory = tmp_path / "packs" / "demo"
    (directory / "actions").mkdir(parents=True)
    return directory


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
