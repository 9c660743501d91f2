"""What one rehearsal may cost. It runs while somebody waits, so it is refused rather than slow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.errors import LimitExceeded
from app.engine.expressions.budget import Allowance


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one rehearsal; each is a setting of the server.

    Attributes:
        steps: reports the engine takes (ATTUNE_REHEARSAL_STEPS).
        seconds: of computing, all expressions together (ATTUNE_REHEARSAL_SECONDS).
        size: characters of all that its steps tell, as JSON, and eight times that for what expressions make on
            the way (ATTUNE_REHEARSAL_SIZE).
    """

    steps: int = 20_000
    seconds: float = 5.0
    size: int = 16 * 1024 * 1024


class Meter:
    """Counts against the bounds. Each method raises LimitExceeded, which names the limit and its setting."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.allowance = Allowance(seconds=bounds.seconds, chars=8 * bounds.size)
        self.steps = 0
        self.size = 0

    def step(self) -> None:
        """The engine took one report."""
        self.steps += 1
        if self.steps > self.bounds.steps:
            raise _over(f"It takes more than {self.bounds.steps} steps", "ATTUNE_REHEARSAL_STEPS")
        if self.allowance.time_is_over:
            raise _over(f"It takes longer than {self.bounds.seconds:g} s", "ATTUNE_REHEARSAL_SECONDS")
        if self.allowance.chars_are_spent:
            raise self._too_large()

    def told(self, *values: Any) -> None:
        """A step tells these values."""
        for value in values:
            for size in _sizes(value):
                self.size += size
                if self.size > self.bounds.size:
                    raise self._too_large()

    def _too_large(self) -> LimitExceeded:
        return _over(f"Its inputs and results have more than {self.bounds.size} characters", "ATTUNE_REHEARSAL_SIZE")


def _over(what: str, setting: str) -> LimitExceeded:
    text = f"The rehearsal was given up. {what}; {setting} raises the limit, `until` stops it earlier."
    return LimitExceeded(text, setting=setting)


def _sizes(value: Any) -> Iterator[int]:
    """About how long the value is as JSON, piece by piece: one that repeats itself is never written out."""
    todo = [value]
    while todo:
        current = todo.pop()
        if isinstance(current, str):
            yield len(current) + 2
        elif isinstance(current, Mapping):
            yield 2 + sum(len(key) + 4 for key in current)
            todo.extend(current.values())
        elif isinstance(current, list | tuple):
            yield 2 + len(current)
            todo.extend(current)
        else:
            yield len(json.dumps(current, default=str))
