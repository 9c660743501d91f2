"""The system of tests/workers, with and without workers, for tests of what goes wrong."""

from __future__ import annotations

from tests.workers.conftest import System, live, system

__all__ = ["System", "live", "system"]
