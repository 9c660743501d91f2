"""Regular expressions from schemas, bounded: a hostile pattern costs its own check, never the server."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex

MAX_PATTERN = 512
MAX_TEXT = 64 * 1024
MAX_EXPANDED = 20_000  # the compiler unrolls counted repetitions: `((a{999}){999}){999}` takes all memory
TIMEOUT_S = 0.1
CHECK_TIMEOUT_S = 1.0  # for all patterns of one check: a long list may not multiply the time of one

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d*)(?:,(\d*))?\}|.", re.DOTALL)


def pattern_problem(pattern: Any) -> str | None:
    """Why a pattern can't be used, or None."""
    if not isinstance(pattern, str):
        return "a pattern is text"
    if len(pattern) > MAX_PATTERN:
        return f"the pattern has {len(pattern)} characters, at most {MAX_PATTERN} are allowed"
    if _expanded_size(pattern) > MAX_EXPANDED:
        return f"its repetitions multiply to more than {MAX_EXPANDED:,} characters"
    try:
        _compiled(pattern)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        return f"the pattern is no regular expression: {error}"
    return None


def matches(pattern: str, text: str) -> bool | None:
    """Whether the pattern occurs in the text; None when it takes too long to tell or can't be used."""
    if len(text) > MAX_TEXT or pattern_problem(pattern) is not None:
        return None
    budget = _budget.get()
    if budget is not None and budget.left_s <= 0:
        return None
    started = time.monotonic()  # a limit, no time of a workflow
    try:
        return _compiled(pattern).search(text, timeout=TIMEOUT_S) is not None
    except TimeoutError:
        return None
    finally:
        if budget is not None:
            budget.left_s -= time.monotonic() - started


@dataclass(slots=True)
class _Budget:
    left_s: float


_budget: ContextVar[_Budget | None] = ContextVar("pattern_budget", default=None)


@contextmanager
def pattern_time(seconds: float) -> Iterator[None]:
    """All patterns inside of the block share this much time; then none matches any more."""
    token = _budget.set(_Budget(seconds))
    try:
        yield
    finally:
        _budget.reset(token)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern)


def _expanded_size(pattern: str) -> int:
    """Roughly how many characters the pattern has with every counted repetition written out."""
    sums, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        least, most = token.group(1), token.group(2)
        if least is not None:
            times = max(int(least or 0), int(most or 0), 1)
            sums[-1] += last * (times - 1)  # one is counted already
            last *= times
        elif token.group() == "(":
            sums.append(0)
            last = 0
        elif token.group() == ")" and len(sums) > 1:
            last = sums.pop()
            sums[-1] += last
        else:
            last = 1
            sums[-1] += 1
    return sum(sums)
