"""The system of tests/workers, without workers, and with the core pack alone: these tests are many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.persistence import session
from app.persistence.models import Identity, Pack
from app.services import packs, ports, work
from tests.workers.conftest import System

SHIPPED = Path(__file__).resolve().parents[2] / "packs"


@pytest.fixture
def system(database: session.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    monkeypatch.setattr(work.jobs, "closing", False)  # workers of earlier tests have left it set
    alone = tmp_path / "packs"
    alone.mkdir()
    (alone / "core").symlink_to(SHIPPED / "core")
    ports.current().settings = replace(ports.settings(), packs_dirs=str(alone))
    packs.load_shipped()
    with session.transaction() as tx:
        tx.session.add(Pack(ref="t", label="Tests", version="1"))
        tx.session.add(Identity(login="alice"))
    return System()
