"""A question's prompt as a headline and the rest of its Markdown, and as plain text where nothing draws Markdown. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST_TITLE = 160
# Every span is bounded, so that a prompt is read in time that grows with its length alone.
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(([^()\s]{0,2000})[^()\n]{0,300}\)")
_MARKS = (
    (re.compile(r"^ {0,3}#{1,6}[ \t]+", re.M), ""),
    (re.compile(r"^ {0,3}(?:```|~~~)[^\n]*$\n?", re.M), ""),
    (re.compile(r"(?<!\\)(\*\*|__)(?=[^\s*_])([^\n]{1,300}?)(?<=[^\s\\])\1"), r"\2"),
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,300})(?<=[^\s*\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w\\])_(?=[^\s_])([^_\n]{1,300})(?<=[^\s_\\])_(?!\w)"), r"\1"),
    (re.compile(r"~~(?=\S)([^~\n]{1,300})(?<=\S)~~"), r"\1"),
    (re.compile(r"(?<!`)(`{1,2})([^`\n]{1,300})\1(?!`)"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!~-])"), r"\1"),
)


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


def plain_text(markdown: str) -> str:
    """Markdown without its signs, for terminals and mails: words stay, a link is followed by its address."""
    text = _LINK.sub(_link, markdown)
    for pattern, kept in _MARKS:
        text = pattern.sub(kept, text)
    return text.strip()


def _link(found: re.Match[str]) -> str:
    words, address = found[1].strip(), found[2]
    return words if not address or words == address else f"{words} ({address})" if words else address


def _plain(line: str) -> str:
    line = re.sub(r"^#+\s*", "", line.strip())
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
    return re.sub(r"(\*\*|__|`|~~)", "", line).strip()
