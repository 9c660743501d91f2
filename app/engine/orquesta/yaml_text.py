"""Writes a workflow as YAML in the style of the house: blocks, short lists in brackets, comments where people must look."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from app.engine.spec.scalars import ScalarRefused, plain_value

_PLAIN = re.compile(r"[A-Za-z0-9_./(][^\n\r\t\"\\]*\Z")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_WIDTH = 100


@dataclass(slots=True)
class Block:
    """A mapping with comments: a text in `comments` stands above its key."""

    values: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)

    def put(self, key: str, value: Any) -> None:
        self.values[key] = value

    def comment(self, key: str, text: str) -> None:
        self.comments.setdefault(key, []).append(text)


def yaml_text(block: Block, heading: list[str]) -> str:
    """The whole document; `heading` are comments above it."""
    lines = [line for text in heading for line in _comment(text, "")]
    return "\n".join([*lines, *_block(block, "")]) + "\n"


def _block(block: Block | dict[str, Any], indent: str) -> list[str]:
    values = block.values if isinstance(block, Block) else block
    lines: list[str] = []
    for key, value in values.items():
        for text in block.comments.get(key, ()) if isinstance(block, Block) else ():
            lines += _comment(text, indent)
        lines += _entry(f"{indent}{_scalar(key)}:", value, indent)
    return lines


def _entry(lead: str, value: Any, indent: str) -> list[str]:
    """`key: value`, or the key and the value below it."""
    if isinstance(value, Block) or (isinstance(value, dict | list) and value):
        flow = _flow(value) if indent or isinstance(value, list) else None
        if flow is not None and len(lead) + len(flow) < _WIDTH:
            return [f"{lead} {flow}"]
        inner = _list(value, indent + "  ") if isinstance(value, list) else _block(value, indent + "  ")
        return [lead, *inner]
    if isinstance(value, str) and _fits_block(value):
        return [f"{lead} {_block_sign(value)}", *_indented(value, indent + "  ")]
    return [f"{lead} {_scalar(value)}"]


def _list(values: list[Any], indent: str) -> list[str]:
    lines: list[str] = []
    for value in values:
        if isinstance(value, Block) or (
            isinstance(value, dict) and value and (len(value) == 1 or _flow(value) is None)
        ):
            lines += _lead_comments(value, indent)
            first, *rest = _block(value, indent + "  ") or ["{}"]
            lines += [f"{indent}- {first.strip()}", *rest]
        else:
            lines += _entry(f"{indent}-", value, indent)
    return lines


def _lead_comments(value: Block | dict[str, Any], indent: str) -> list[str]:
    """Comments of the first key stand above the dash."""
    if not isinstance(value, Block) or not value.values:
        return []
    texts = value.comments.pop(next(iter(value.values)), [])
    return [line for text in texts for line in _comment(text, indent)]


def _flow(value: Any) -> str | None:
    """Lists of names, and mappings of short values, in one line; None when they don't fit one."""
    if isinstance(value, list) and value and all(_is_short(entry) for entry in value):
        return _in_flow(value)
    if isinstance(value, dict) and 0 < len(value) <= 4 and all(_is_short(entry) for entry in value.values()):
        pairs = ", ".join(f"{_in_flow(key)}: {_in_flow(entry)}" for key, entry in value.items())
        return f"{{{pairs}}}"
    return None


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 40 and "\n" not in value
    if isinstance(value, list):
        return len(value) <= 6 and all(_is_short(entry) and not isinstance(entry, list) for entry in value)
    return not isinstance(value, dict | Block)


def _in_flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_in_flow(entry) for entry in value)}]"
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_][\w.-]*", value):
        return _quoted(value)
    return _scalar(value) if not isinstance(value, str) or _is_plain(value) else _quoted(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    return json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Whether a text means itself without quotes."""
    if (
        not _PLAIN.match(text)
        or text != text.strip()
        or text.endswith(":")
        or any(s in text for s in (": ", " #", "{{", "{%"))
    ):
        return False
    if _UNPRINTABLE.search(text):
        return False
    try:
        return plain_value(text) == text
    except ScalarRefused:
        return False


def _quoted(text: str) -> str:
    if '"' in text and not ({"\n", "\\", "\t", "\r"} & set(text)) and not _UNPRINTABLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    escaped = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", escaped)


def _fits_block(text: str) -> bool:
    lines = text.split("\n")
    return (
        len(lines) > 1
        and bool(lines[0].strip())
        and lines[0][0] not in " \t"
        and not _UNPRINTABLE.search(text)
        and "\r" not in text
    )


def _block_sign(text: str) -> str:
    if not text.endswith("\n"):
        return "|-"
    return "|+" if text.endswith("\n\n") else "|"


def _indented(text: str, indent: str) -> list[str]:
    lines = text.split("\n")
    return [f"{indent}{line}" if line else "" for line in (lines[:-1] if text.endswith("\n") else lines)]


def _comment(text: str, indent: str) -> list[str]:
    """Comments in lines of readable length."""
    lines, line = [], ""
    for word in _UNPRINTABLE.sub(" ", text).split():
        if line and len(indent) + len(line) + len(word) > _WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [f"{indent}# {part}" for part in [*lines, line] if part]
