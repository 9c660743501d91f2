"""Builds the nodes of a text from YAML events. The text can be read: `view` has left out what can't."""

from __future__ import annotations

import re
from typing import Any

import yaml

from app.engine.edit.lines import after_blanks
from app.engine.edit.nodes import Entry, Node
from app.engine.spec.reading import EVENTS

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]*)+")
_EMPTY_LINES_AT_END = re.compile(r"(?:(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*)+\Z")
_BREAK_AT_END = re.compile(r"(?:\r\n|[\n\r\x85\u2028\u2029])\Z")
_EXPLICIT_KEY = re.compile(r"^[ \t-]*\?(?:[ \t]|$)", re.MULTILINE)
_BLOCK_HEADER = re.compile(r"[|>][0-9]*([-+]?)[0-9]*")


def read_tree(text: str) -> Node | None:
    """The root of the first document; None for an empty text. Raises yaml.YAMLError."""
    builder = _Builder(text)
    for event in yaml.parse(text, EVENTS):
        builder.take(event)
    return builder.root


class _Builder:
    def __init__(self, text: str) -> None:
        self.root: Node | None = None
        self._text = text
        self._has_signs_before_keys = _EXPLICIT_KEY.search(text) is not None
        self._open: list[Node] = []
        self._keys: list[Node | None] = []  # of each open mapping, the key whose value comes next

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._close(self._scalar(event))
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(event, "mapping")
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(event, "list")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end(event)
        elif isinstance(event, yaml.AliasEvent):
            self._close(self._alias(event))

    def _scalar(self, event: Any) -> Node:
        start, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
        body = self._body(event) if event.anchor or event.tag else start
        if style in ("|", ">"):
            end = body + _block_end(self._text[body:end])
        return Node("scalar", start, max(end, body), body, event.value, style, False, event.anchor, event.tag)

    def _alias(self, event: Any) -> Node:
        start = event.start_mark.index
        return Node("alias", start, event.end_mark.index, start, event.anchor)

    def _begin(self, event: Any, kind: Any) -> None:
        start = event.start_mark.index
        body = after_blanks(self._text, self._body(event)) if event.anchor or event.tag else start
        node = Node(kind, start, body, body, "", "", bool(event.flow_style), event.anchor, event.tag)
        self._open.append(node)
        self._keys.append(None)

    def _end(self, event: Any) -> None:
        node = self._open.pop()
        self._keys.pop()
        if node.flow:
            node.end = event.end_mark.index
        elif node.entries:
            node.end = node.entries[-1].end
        self._close(node)

    def _body(self, event: Any) -> int:
        start: int = event.start_mark.index
        match = _PROPERTIES.match(self._text, start)
        return match.end() if match else start

    def _close(self, node: Node) -> None:
        """A whole node: the root, a key, a value or an item."""
        if not self._open:
            self.root = node
        elif self._open[-1].kind == "list":
            self._add_item(self._open[-1], node)
        elif self._keys[-1] is None:
            self._keys[-1] = node
        else:
            self._add_value(self._open[-1], self._keys[-1], node)
            self._keys[-1] = None

    def _add_item(self, parent: Node, node: Node) -> None:
        if parent.flow:
            parent.entries.append(Entry(node.start, node.start, node, None, False))
            return
        dash = after_blanks(self._text, parent.entries[-1].end if parent.entries else parent.body)
        parent.entries.append(Entry(dash, dash + 1, _placed(node, dash + 1)))

    def _add_value(self, parent: Node, key: Node, node: Node) -> None:
        start = self._entry_start(parent, key)
        colon = after_blanks(self._text, key.end)
        has_sign = self._text[colon : colon + 1] == ":"
        sign = colon + 1 if has_sign else key.end
        parent.entries.append(Entry(start, sign, _placed(node, sign), key, has_sign))

    def _entry_start(self, parent: Node, key: Node) -> int:
        """The `?` of an explicit key; else the key."""
        if parent.flow or not self._has_signs_before_keys:
            return key.start
        before = after_blanks(self._text, parent.entries[-1].end if parent.entries else parent.body)
        return before if before < key.start and self._text[before] == "?" else key.start


def _placed(node: Node, sign: int) -> Node:
    """A value that is not written stands right behind its dash or colon."""
    if node.is_empty_plain and node.anchor is None and node.tag is None:
        node.start = node.body = node.end = sign
    return node


def _block_end(text: str) -> int:
    """Where the content of a block scalar ends; empty lines at its end count only where they are kept (`|+`)."""
    header = _BLOCK_HEADER.match(text)
    keeps = header is not None and header.group(1) == "+"
    match = (_BREAK_AT_END if keeps else _EMPTY_LINES_AT_END).search(text)
    return match.start() if match else len(text)
