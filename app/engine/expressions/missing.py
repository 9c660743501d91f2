"""Names that lead nowhere: what stands for them until they are used, and the names that come near."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined
from jinja2.utils import missing as _unset

from app.engine.expressions.refusals import Refused


class Missing(StrictUndefined):
    """Stands for a name or field that does not exist; only `default` and `is defined` may touch it.

    Fields of it are itself, so that `a.b.c | default(x)` works through missing levels and an error names the first
    level that is missing.
    """

    __slots__ = ("candidates", "way_out")

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = _unset,
        name: str | None = None,
        exc: Any = None,
        *,
        candidates: Callable[[], Iterable[Any]] | None = None,
        way_out: str | None = None,
    ) -> None:
        super().__init__(hint, obj, name)
        self._undefined_exception = self.refusal  # type: ignore[assignment]
        self.candidates = candidates
        self.way_out = way_out

    def refusal(self, _message: str | None = None) -> Refused:
        """The error of using it, with near names."""
        said = self._undefined_hint or f"'{self._undefined_name}' is not defined"
        near = near_names(str(self._undefined_name or ""), self.candidates() if self.candidates else ())
        hint = self.way_out or (f"did you mean {' or '.join(near)}?" if near else None)
        return Refused(said, kind="undefined", hint=hint, near=near, name=self._undefined_name)


def near_names(name: str, candidates: Iterable[Any]) -> list[str]:
    """At most three of `candidates` that look like `name`, nearest first. Only the first 1,000 are looked at."""
    known = [c for c in islice(candidates, 1000) if isinstance(c, str) and len(c) <= 100]
    if not name or len(name) > 100:
        return []
    exact = [c for c in known if c.lower() == name.lower() and c != name]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    return list(dict.fromkeys([*exact, *(c for c in close if c != name)]))[:3]
