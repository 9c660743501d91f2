"""Hunks of a comparison as rows of a table, as many as a page can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 2_000  # lines; more would be a page of megabytes


@dataclass(frozen=True, slots=True)
class ShownHunks:
    """`rows` are lines as in app.queries.revisions, None between two hunks; `left_out` counts those there is no room for."""

    rows: tuple[Mapping[str, Any] | None, ...]
    added: int
    removed: int
    left_out: int


def shown_hunks(hunks: Sequence[Sequence[Mapping[str, Any]]]) -> ShownHunks:
    """The rows of all hunks in order, with how many lines were added and removed in all."""
    lines = [line for hunk in hunks for line in hunk]
    rows = tuple(_rows(hunks))[:MOST]
    shown = sum(1 for row in rows if row is not None)
    counts = {kind: sum(1 for line in lines if line["kind"] == kind) for kind in ("added", "removed")}
    return ShownHunks(rows, counts["added"], counts["removed"], len(lines) - shown)


def _rows(hunks: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any] | None]:
    for at, hunk in enumerate(hunks):
        if at:
            yield None
        yield from hunk
