"""Text changes for other names of tasks, wherever these are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.engine.edit.changes import Change
from app.engine.edit.entries import replace_value
from app.engine.edit.nodes import Node
from app.engine.edit.renaming import Names, spans_in
from app.engine.edit.respelling import respelling
from app.engine.edit.steps import Rename
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.spec.places import Path


def rename(step: Rename, view: View, writer: Writer) -> list[Change]:
    nodes = view.root.walk() if view.root is not None else ()
    return renamings(nodes, step.names, view, writer)


def renamings(nodes: Iterable[tuple[Path, Node]], names: Names, view: View, writer: Writer) -> list[Change]:
    changes: list[Change] = []
    for path, node in nodes:
        spans = spans_in(node.value, path, dict(names)) if node.kind == "scalar" else []
        if spans:
            changes += _renaming(view, writer, path, node, spans)
    return changes


def _renaming(view: View, writer: Writer, path: Path, node: Node, spans: Any) -> list[Change]:
    if len(spans) == 1 and spans[0].start == 0 and spans[0].end == len(node.value):
        return _whole_scalar(view, writer, path, node, spans[0].insert)
    placed = None if writer.careful else respelling(view.readable, node, spans)
    if placed is not None:
        return placed
    text = node.value
    for span in reversed(spans):
        text = text[: span.start] + span.insert + text[span.end :]
    return _whole_scalar(view, writer, path, node, text)


def _whole_scalar(view: View, writer: Writer, path: Path, node: Node, text: str) -> list[Change]:
    parent = view.node(path[:-1])
    entry = parent.entry(path[-1]) if parent is not None else None
    if parent is None or entry is None or entry.node is not node:
        return []
    return replace_value(view, writer, parent, entry, path, text)
