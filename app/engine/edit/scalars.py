"""One scalar as YAML text: plain where that is safe, else in quotes, or as a literal block."""

from __future__ import annotations

import json
import re
from typing import Any

from app.engine.spec.scalars import ScalarRefused, plain_value

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_NOT_PRINTABLE = re.compile(
    "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NOT_IN_FLOW = frozenset(",[]{}")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def fits_plain(text: str, *, flow: bool) -> bool:
    """Whether the text may stand without quotes and still be this text."""
    if not text or text != text.strip() or "\n" in text or _NOT_PRINTABLE.search(text):
        return False
    if ": " in text or " #" in text or text.endswith(":") or text.startswith(("---", "...", "<<")):
        return False
    if text[0] in _INDICATORS and (flow or not _may_begin(text)):
        return False
    if flow and (not _NOT_IN_FLOW.isdisjoint(text) or (":" in text and re.search(r":[,\[\]{}'\"]", text))):
        return False
    try:
        return plain_value(text) == text
    except ScalarRefused:
        return False


def quote_for(text: str, preferred: str) -> str:
    """The quote to write a text in: the preferred one, unless the other needs fewer escapes, or escapes are needed."""
    if "\n" in text or _NOT_PRINTABLE.search(text):
        return '"'
    if preferred == '"' and ('"' in text or "\\" in text) and "'" not in text:
        return "'"
    if preferred == "'" and "'" in text and '"' not in text and "\\" not in text:
        return '"'
    return preferred


def quoted(text: str, quote: str) -> str:
    """The text in quotes, on one line."""
    if quote == "'" and "\n" not in text and not _NOT_PRINTABLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    escaped = "".join(_ESCAPES.get(char, char) for char in text)
    return '"' + _NOT_PRINTABLE.sub(_escape, escaped) + '"'


def fits_block(text: str) -> bool:
    """Whether the text may be written as a literal block without an indentation indicator."""
    if "\n" not in text or _NOT_PRINTABLE.search(text.replace("\t", " ")) or not text.strip():
        return False
    rows = text.split("\n")
    first = next(row for row in rows if row)
    return not first.startswith((" ", "\t")) and not (rows[-1] and not rows[-1].strip(" \t"))


def block_header(text: str, *, keeps_ends: bool = False) -> str:
    """`|`, with how the line ends at its end are kept; `keeps_ends`: they are anyway, so `|+` may stay."""
    if not text.endswith("\n"):
        return "|-"
    return "|+" if keeps_ends or text.endswith("\n\n") else "|"


def block_rows(text: str) -> list[str]:
    """The lines of a literal block, without indentation."""
    return text.removesuffix("\n").split("\n")


def plain_word(value: Any) -> str:
    """A number or boolean."""
    return json.dumps(value)


def _may_begin(text: str) -> bool:
    return text[0] in "-?:" and len(text) > 1 and text[1] not in " ,[]{}'\"&*!|>#%@`-"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
