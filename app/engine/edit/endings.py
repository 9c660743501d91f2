"""How a block of text ends that stands last in an entry: what follows it, or does not, may change what it says."""

from __future__ import annotations

import re

from app.engine.edit import blocks
from app.engine.edit.changes import Change
from app.engine.edit.nodes import Entry, Node
from app.engine.edit.view import View

_KEEPS = re.compile(r"[|>][0-9]*\+")
_CLIPS = re.compile(r"[|>][0-9]*(?![-+0-9])")


def ends_open(view: View, entry: Entry) -> bool:
    """Whether an entry ends with a text that takes the empty lines behind it for its own (`|+`)."""
    node = _innermost(entry.node)
    if node.style not in ("|", ">") or not _KEEPS.match(view.readable, node.body):
        return False
    return blocks.last_line(view, entry) == view.lines.number(entry.end)


def closed(view: View) -> list[Change]:
    """Without a final line end `|` reads as `|-`; it must say so before lines follow it."""
    node = None if view.root is None else _innermost(view.root)
    if node is None or node.style not in ("|", ">") or node.end < len(view.text):
        return []
    header = _CLIPS.match(view.readable, node.body)
    return [Change(header.end(), header.end(), "-")] if header else []


def _innermost(node: Node) -> Node:
    while node.entries:
        node = node.entries[-1].node
    return node
