"""Counted repetitions of regular expressions, bounded before anything compiles them.

The compiler writes them out: `((a{999}){999}){999}` takes all memory, and no time limit of a search stops it.
"""

from __future__ import annotations

import re

MAX_EXPANDED = 20_000

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d*)(?:,(\d*))?\}|.", re.DOTALL)


def repetition_problem(pattern: str) -> str | None:
    """Why a pattern may not be compiled, or None."""
    if _expanded_size(pattern) > MAX_EXPANDED:
        return f"its repetitions multiply to more than {MAX_EXPANDED:,} characters"
    return None


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
