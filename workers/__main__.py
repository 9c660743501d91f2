"""`python -m workers`: a worker process for any machine that reaches the database and the broker."""

from __future__ import annotations

import signal
import sys
import threading

from app.boot import connect, prepare_settings, settle
from workers.embedded import working
from workers.logs import quiet_logs


def main() -> int:
    """Work until SIGTERM or SIGINT."""
    quiet_logs()
    settings = prepare_settings()
    if not (settings.redis_url or settings.broker_url):
        sys.stderr.write("A separate worker needs REDIS_URL (or BROKER_URL) and DATABASE_URL.\n")
        return 2
    connect(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settle()
    with working():
        sys.stdout.write(f"Worker with {settings.worker_threads} threads is ready.\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
