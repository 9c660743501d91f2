"""How processes log: warnings and errors on standard error."""

from __future__ import annotations

import logging
import sys

import structlog


def quiet_logs() -> None:
    """Warnings and errors only. Tracebacks without local variables: those may hold secrets."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
