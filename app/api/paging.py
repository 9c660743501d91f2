"""Which part of a list is asked for: `page_size | per_page | limit` with `page | offset`.

Source: api.md 1.3: sizes are clamped, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.engine.errors import BadRequest

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
_FARTHEST = 2**53  # an offset no table reaches and every database takes

SIZE_NAMES = ("page_size", "per_page", "limit")
START_NAMES = ("page", "offset")


@dataclass(frozen=True, slots=True)
class Paging:
    """`offset` rows are skipped, at most `size` are sent; `page` counts from 1."""

    page: int = 1
    size: int = DEFAULT_SIZE
    offset: int = 0

    @property
    def limit(self) -> int:
        return self.size


def read_paging(args: Mapping[str, str], *, default_size: int = DEFAULT_SIZE) -> Paging:
    """Paging from a query string. `page` wins over `offset`; text that is no integer is a BadRequest."""
    sizes = [_integer(name, args[name]) for name in SIZE_NAMES if args.get(name)]
    size = min(max(sizes[0], 1), LARGEST_SIZE) if sizes else default_size
    if args.get("page") or not args.get("offset"):
        number = min(max(_integer("page", args.get("page") or "1"), 1), _FARTHEST // size)
        return Paging(page=number, size=size, offset=(number - 1) * size)
    offset = min(max(_integer("offset", args["offset"]), 0), _FARTHEST)
    return Paging(page=offset // size + 1, size=size, offset=offset)


def _integer(name: str, text: str) -> int:
    try:
        return int(text[:400])
    except ValueError:
        raise BadRequest(f"The query value {name} takes an integer, not '{text[:40]}'.") from None
