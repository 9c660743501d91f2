"""The system of tests/faults: loaded, without workers."""

from tests.faults.conftest import system

__all__ = ["system"]
