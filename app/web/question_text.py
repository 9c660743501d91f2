"""A question's prompt as a headline and the rest of its Markdown. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST_TITLE = 160


class QuestionText(NamedTuple):
    """`title` is plain text, `rest` is Markdown (empty when the title says it all)."""

    title: str
    rest: str


def split_prompt(prompt: str) -> QuestionText:
    """The first line (up to its question mark, or its first sentence when it is long) as the headline."""
    first, _, rest = prompt.strip().partition("\n")
    asked = re.match(r"(.{8,120}?\?)\s+(.+)$", first)
    if asked:
        first, rest = asked[1], f"{asked[2]}\n{rest}"
    title = _plain(first)
    if len(title) <= LONGEST_TITLE:
        return QuestionText(title or "A question", rest.strip())
    sentence = re.match(r"(.{20,160}?[.?!])\s", title)
    if sentence:
        return QuestionText(sentence[1], prompt.strip())
    return QuestionText(title[: LONGEST_TITLE - 1] + "…", prompt.strip())


def _plain(line: str) -> str:
    line = re.sub(r"^#+\s*", "", line.strip())
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
    return re.sub(r"(\*\*|__|`|~~)", "", line).strip()
