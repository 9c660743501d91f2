"""What one rendering may still spend: time, loop turns, characters."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.engine.expressions.limits import Limits
from app.engine.expressions.refusals import OUTPUT_SETTING, SECONDS_SETTING, too_much


class Allowance:
    """What all renderings within `sharing` may spend together: time, and characters made (8 for an entry of a list)."""

    __slots__ = ("chars", "ends_at", "spent")

    def __init__(self, *, seconds: float, chars: int) -> None:
        self.ends_at = time.monotonic() + seconds
        self.chars = chars
        self.spent = 0

    @property
    def time_is_over(self) -> bool:
        return time.monotonic() > self.ends_at

    @property
    def chars_are_spent(self) -> bool:
        return self.spent > self.chars

    def spend(self, chars: int) -> None:
        self.spent += chars
        if self.spent > self.chars:
            raise too_much("The length of all texts made together", f"{self.chars} characters")


_shared: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def sharing(allowance: Allowance) -> Iterator[Allowance]:
    """Every expression rendered in this block spends from one allowance, besides its own limits."""
    token = _shared.set(allowance)
    try:
        yield allowance
    finally:
        _shared.reset(token)


class Budget:
    """Counts for one rendering. Every call, filter, comparison and loop turn comes past here.

    The monotonic clock is read as a guard against runaway templates only: no value a template can see, and nothing
    the workflow decides, depends on it.
    """

    __slots__ = ("chars", "deadline", "limits", "made", "output", "shared", "turns")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.shared = _shared.get()
        self.deadline = 0.0
        self.turns = 0
        self.output = 0
        self.chars = 0
        self.made = 0

    def check_time(self) -> None:
        """Refuse when the time is over. The clock starts with the first check."""
        now = time.monotonic()
        if not self.deadline:
            self.deadline = now + self.limits.seconds
            if self.shared is not None:
                self.deadline = min(self.deadline, self.shared.ends_at)
        if now > self.deadline:
            raise too_much("The expression's time", f"{self.limits.seconds:g} s", setting=SECONDS_SETTING)

    def turn(self) -> None:
        """One more turn of a loop."""
        self.turns += 1
        if self.turns > self.limits.length:
            raise too_much("The number of loop turns", self.limits.length)
        if not self.turns & 15:
            self.check_time()

    def write(self, chars: int) -> None:
        """So many more characters of output."""
        self.output += chars
        if self.output > self.limits.output_chars:
            raise too_much("The output", f"{self.limits.output_chars} characters", setting=OUTPUT_SETTING)

    def text(self, chars: int) -> None:
        """A text of this length is about to be made."""
        if chars > self.limits.output_chars:
            raise too_much("A text", f"{self.limits.output_chars} characters", setting=OUTPUT_SETTING)
        self.chars += chars
        if self.shared is not None:
            self.shared.spend(chars)
        if self.chars > self.limits.made_chars:
            raise too_much("The length of all texts made here", f"{self.limits.made_chars} characters")

    def entries(self, count: int) -> None:
        """A list of this length is about to be made."""
        if count > self.limits.length:
            raise too_much("A list", f"{self.limits.length} entries")
        self.count_made(count)

    def count_made(self, entries: int) -> None:
        """So many entries of lists and mappings have been made."""
        self.made += entries
        if self.shared is not None:
            self.shared.spend(8 * entries)
        if self.made > self.limits.made_entries:
            raise too_much("The size of all lists made here", f"{self.limits.made_entries} entries")
