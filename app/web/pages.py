"""Pages of lists: where one begins, and the links to the next and the one before."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

SIZE = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """`offset` of the first row; `words` and links for under the list."""

    offset: int
    newer: str | None
    older: str | None
    words: str


def offset() -> int:
    """The `offset` of the address, 0 when it makes no sense."""
    text = request.args.get("offset", "0")
    return min(int(text), 10_000_000) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def paging(shown: int, total: int) -> Paging:
    """Links that keep everything else of the address."""
    at = offset()
    words = f"{at + 1} to {at + shown} of {total:,}" if shown else "Nothing on this page."
    return Paging(
        offset=at,
        newer=_link(max(0, at - SIZE)) if at else None,
        older=_link(at + SIZE) if at + shown < total else None,
        words=words,
    )


def _link(start: int) -> str:
    args = {**request.args.to_dict(), **(request.view_args or {}), "offset": start or None}
    return url_for(str(request.endpoint), **args)


def number(name: str) -> int | None:
    """A positive number of the address, or None."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
