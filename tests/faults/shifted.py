"""`python -m tests.faults.shifted`: a worker whose clock is off by as many seconds as a file says at the moment (SHIFT_FILE)."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.services import ports
from workers.__main__ import main

_file = Path(os.environ["SHIFT_FILE"])
ports.now = lambda: datetime.now(UTC) + timedelta(seconds=float(_file.read_text()))  # type: ignore[assignment]

if __name__ == "__main__":
    sys.exit(main())
