"""Captured output of executions: sizes, and any part of it by byte offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.statuses import TERMINAL
from app.persistence import session
from app.persistence.repositories import log_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.executions import require_readable

STREAMS = ("stdout", "stderr")
LARGEST_PART = 1024 * 1024
_CHUNKS = 500


@dataclass(frozen=True, slots=True)
class LogPart:
    """`content` begins at byte `offset` of the stream; `ended`: nothing will be added to it any more."""

    content: bytes
    offset: int
    ended: bool

    @property
    def next_offset(self) -> int:
        return self.offset + len(self.content)


def log_sizes(*, execution_id: int, by: Caller) -> dict[str, dict[str, Any]]:
    """`{stdout: {size, truncated}, stderr: {...}}`, sizes in bytes."""
    with session.reading() as tx:
        row = require_readable(tx, execution_id, by)
    result = row["result"] or {}
    return {
        stream: {"size": _size(row, stream), "truncated": bool(result.get(f"{stream}_truncated"))} for stream in STREAMS
    }


def log_part(
    *, execution_id: int, stream: str, by: Caller, offset: int = 0, limit: int | None = None
) -> LogPart:
    """Part of a stream, at most a megabyte at once. NotFound for an unknown execution or stream."""
    if stream not in STREAMS:
        raise NotFound(f"There is no stream '{stream}'; there are stdout and stderr.")
    size = LARGEST_PART if limit is None else min(limit, LARGEST_PART)
    with session.reading() as tx:
        row = require_readable(tx, execution_id, by)
        content = _content(tx, row, stream, offset, size)
    return LogPart(content, offset, ended=row["status"] in TERMINAL)


def _content(tx: Transaction, row: Row, stream: str, offset: int, size: int) -> bytes:
    if not row[f"{stream}_bytes"]:
        return _kept(row, stream)[offset : offset + size]
    found = b""
    chunks = log_reads.chunks_from(tx, row["id"], stream, offset, limit=_CHUNKS)
    for position, text in chunks:
        encoded = text.encode("utf-8", "replace")
        found += encoded[max(offset - position, 0) :]
        if len(found) >= size:
            break
    return found[:size]


def _size(row: Row, stream: str) -> int:
    return row[f"{stream}_bytes"] or len(_kept(row, stream))


def _kept(row: Row, stream: str) -> bytes:
    """Actions that are completed inside the engine have no log, only what their result says."""
    text = (row["result"] or {}).get(stream)
    return text.encode("utf-8", "replace") if isinstance(text, str) else b""
