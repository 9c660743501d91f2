"""How processes log: to standard error, for people or as JSON lines."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def quiet_logs(*, log_format: str = "text", level: str = "warning", lasting: bool = False) -> None:
    """Log from this level on. Tracebacks without local variables: those may hold secrets.

    Args:
        log_format: `text`, or `json`: one object per line, with `event`, `level`, `timestamp` and what is known of where it happened:
            `execution_id`, `action`, `task`, `worker`, `request_id`.
        lasting: it is not changed any more, so that a line below the level costs next to nothing.

    Raises:
        ValueError: another format or level.
    """
    if log_format not in ("text", "json"):
        raise ValueError(f"ATTUNE_LOG_FORMAT is '{log_format}'; it takes text or json")
    if level not in LEVELS:
        raise ValueError(f"ATTUNE_LOG_LEVEL is '{level}'; it takes {', '.join(LEVELS)}")
    known: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written = _json() if log_format == "json" else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[*known, *written],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=lasting,
    )
    if log_format == "json":
        _libraries_too(known, LEVELS[level])


def _json() -> list[Any]:
    errors = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(errors), structlog.processors.JSONRenderer(default=str)]


def _libraries_too(known: list[Any], level: int) -> None:
    """What libraries log through the standard module comes out in the same shape."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=known, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_json()]))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
