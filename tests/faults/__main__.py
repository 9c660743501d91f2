"""`python -m tests.faults [ordeal [part of a name]]`: tests/faults/ordeals.py, one line each; exit code 1 when one failed."""

from __future__ import annotations

import math
import sys
import tempfile
from pathlib import Path

import pytest

from tests.faults.ordeals import ORDEALS


def main(names: list[str]) -> int:
    failed = 0
    for name in names[:1] or ORDEALS:
        with tempfile.TemporaryDirectory(prefix="attune-ordeal-") as folder:
            try:
                for what, seconds in ORDEALS[name](Path(folder), *names[1:]):
                    print(f"| {what} | {seconds:.1f} s |", flush=True)
                    failed += math.isnan(seconds)
            except (Exception, pytest.fail.Exception) as error:
                failed += 1
                print(f"| {name} FAILED | {str(error)[-1500:]} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
