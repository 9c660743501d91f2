"""A workflow text as edits see it: its data, its nodes, its lines and its style. What can't be read is left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import yaml

from app.engine.edit.changes import Change, applied
from app.engine.edit.lines import Lines
from app.engine.edit.nodes import Node
from app.engine.edit.style import NULLS, Style
from app.engine.edit.tree import read_tree
from app.engine.errors import EditRefused
from app.engine.spec.document import load
from app.engine.spec.limits import SpecLimits
from app.engine.spec.places import Path, path_text
from app.engine.spec.recovery import recover
from app.engine.spec.source import Document


class View:
    """One text. `readable` has its length: lines of broken regions are comments there.

    Raises EditRefused when nothing of the text can be read.
    """

    def __init__(
        self, text: str, limits: SpecLimits, readable: str | None = None, document: Document | None = None
    ) -> None:
        self.text = text
        self.limits = limits
        self._document: Document | None = None
        if readable is None:
            document = document or load(text, limits=limits)
            self._document, readable = _readable(document, text, limits)
        self.readable = readable

    @property
    def document(self) -> Document:
        """What can be read. Raises EditRefused when nothing can."""
        if self._document is None:
            self._document = load(self.readable, limits=self.limits)
        if not self._document.complete:
            raise _unreadable(self._document)
        return self._document

    @property
    def data(self) -> Any:
        """The value of the document."""
        return self.document.value

    @property
    def is_whole(self) -> bool:
        """Whether all of the text could be read."""
        return self.readable == self.text

    @cached_property
    def root(self) -> Node | None:
        try:
            return read_tree(self.readable)
        except yaml.YAMLError:  # of a text between two steps; the operation is written in another manner then
            raise EditRefused("This edit can't be made in this text. Edit it there by hand.") from None

    @property
    def data_is_missing(self) -> bool:
        """Whether the document is empty, or says only `null`."""
        root = self.root
        return root is None or (root.kind == "scalar" and root.style == "" and root.value in NULLS)

    @cached_property
    def lines(self) -> Lines:
        lines = Lines(self.text)
        if self.is_whole:
            return lines
        shown = Lines(self.readable)
        broken = frozenset(n for n in range(len(lines.starts)) if lines.line(n) != shown.line(n))
        return Lines(self.readable, broken)

    @cached_property
    def style(self) -> Style:
        return Style(self.root, self.readable)

    def after(self, changes: Sequence[Change]) -> View:
        """The text after changes; it keeps the style it had before."""
        view = View(applied(self.text, changes), self.limits, applied(self.readable, changes))
        view.style = self.style
        return view

    def node(self, path: Path) -> Node | None:
        return self.root.at(path) if self.root is not None else None

    def container(self, path: Path) -> Node:
        """The list or mapping at a path. Raises EditRefused where it is not written out."""
        node = self.node(path)
        if node is None or node.kind == "alias":
            raise EditRefused(
                f"'{path_text(path)}' is not written here: an alias or '<<' brings it in from another place. "
                "Change it there, or write it out."
            )
        return node


def _readable(document: Document, text: str, limits: SpecLimits) -> tuple[Document | None, str]:
    """The text with what can't be read commented out, and its document where it is known."""
    if document.complete:
        return document, text
    mended = recover(document, limits)
    if not mended.left_out:
        return document, text
    return None, _commented_out(text, mended.left_out)


def _commented_out(text: str, numbers: frozenset[int]) -> str:
    """The text with the broken lines as comments, so that every other character keeps its place."""
    lines = Lines(text)
    parts: list[str] = []
    at = 0
    for number in sorted(numbers):
        start, end = lines.starts[number], lines.ends[number]
        parts += [text[at:start], "#" * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _unreadable(document: Document) -> EditRefused:
    problem = next((p for p in document.problems if p.severity == "error"), None)
    if problem is None:
        return EditRefused("The text can't be read as one YAML document.", key="text")
    line = f" (line {problem.line})" if problem.line else ""
    return EditRefused(f"The text can't be edited before this is mended{line}: {problem.message}", key="text")
