"""Read a workflow text into plain data with places. Never raises for bad text: it says what is wrong and where.

Depth, size and aliases are bounded while the event stream is read, before anything large is built.
Source: language.md 9 and 11 "Saving" (libyaml's own constructor crashes on 100,000 brackets, merge keys hang it).
"""

from __future__ import annotations

import codecs

from app.engine.spec.limits import DEFAULT_LIMITS, SpecLimits
from app.engine.spec.problems import Problem
from app.engine.spec.reading import read_text
from app.engine.spec.source import Document, split_lines

__all__ = ["Document", "load"]


def load(text: str | bytes, *, limits: SpecLimits = DEFAULT_LIMITS) -> Document:
    """Read one YAML 1.2 document (JSON is YAML too). Whatever is wrong is in `problems`, with its place."""
    decoded = _decoded(text)
    if isinstance(decoded, Problem):
        readable = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return Document(None, problems=[decoded], complete=False, text=readable)
    refused = _refused_text(decoded, limits)
    if refused is not None:
        return Document(None, problems=[refused], complete=False, text=decoded)
    return read_text(decoded, limits)


def _decoded(text: str | bytes) -> str | Problem:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    encoding = "utf-16" if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        message = f"The file is not UTF-8 text: byte {error.start + 1} (line {line}) can't be read. Save it as UTF-8."
        return Problem("error", message, "", "not_text", line=line, column=1, end_line=line, end_column=2)


def _refused_text(text: str, limits: SpecLimits) -> Problem | None:
    if len(text) > limits.max_text:
        message = f"The text has {len(text):,} characters, at most {limits.max_text:,} are allowed (ATTUNE_MAX_DEFINITION)."
        return Problem("error", message, "", "too_large", line=1, column=1, end_line=1, end_column=2)
    for number, line in enumerate(split_lines(text), start=1) if _has_surrogates(text) else ():
        column = next((i for i, char in enumerate(line, start=1) if "\ud800" <= char <= "\udfff"), None)
        if column is not None:
            message = "A half of a surrogate pair is no character; remove it."
            return Problem("error", message, "", "not_text", None, number, column, number, column + 1)
    return None


def _has_surrogates(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
