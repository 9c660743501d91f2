"""`python -m workers`: a worker process for any machine that reaches the database and the broker."""

from __future__ import annotations

import sys

from app import faults
from app.boot import connect, prepare_settings, settle
from app.services import ports
from app.services.tracing import tracer_for
from workers.embedded import working
from workers.logs import quiet_logs
from workers.stopping import stop_signals


def main() -> int:
    """Work until SIGTERM or SIGINT."""
    quiet_logs()
    settings = prepare_settings()
    if not (settings.redis_url or settings.broker_url):
        sys.stderr.write("A separate worker needs REDIS_URL (or BROKER_URL) and DATABASE_URL.\n")
        return 2
    quiet_logs(log_format=settings.log_format, level=settings.log_level, lasting=True)
    faults.arm(settings.faults)
    connect(settings)
    ports.current().tracer = tracer_for(settings)
    wait_for_stop = stop_signals()
    settle()
    with working():
        sys.stdout.write(f"Worker with {settings.worker_threads} threads is ready.\n")
        sys.stdout.flush()
        wait_for_stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
