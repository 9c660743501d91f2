"""A text as nodes with exact ranges: what a value is, and where each part of it stands. Offsets count characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from app.engine.spec.places import Path

Kind = Literal["scalar", "mapping", "list", "alias"]
MERGE = "<<"


@dataclass(slots=True)
class Node:
    """One value as written.

    Attributes:
        start, end: its range with anchor and tag; a block ends behind its last character of content.
        body: where it begins behind anchor and tag.
        value: of a scalar, decoded; of an alias, the anchor's name.
        style: of a scalar: "" (plain), `'`, `"`, `|` or `>`.
        flow: for lists and mappings, whether written with brackets.
    """

    kind: Kind
    start: int
    end: int
    body: int
    value: str = ""
    style: str = ""
    flow: bool = False
    anchor: str | None = None
    tag: str | None = None
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether it is written as lines of its own: a list or mapping without brackets."""
        return self.kind in ("list", "mapping") and not self.flow

    @property
    def is_empty_plain(self) -> bool:
        return self.kind == "scalar" and not self.style and not self.value and self.body == self.end

    @property
    def is_leaf(self) -> bool:
        """Whether no list or mapping stands in it."""
        return all(entry.node.kind == "scalar" for entry in self.entries)

    @property
    def has_merge(self) -> bool:
        return any(entry.key is not None and entry.key.value == MERGE for entry in self.entries)

    def index_of(self, step: str | int) -> int | None:
        """Which entry a step of a path means; the first one where a key stands twice."""
        if self.kind == "list":
            return step if isinstance(step, int) and 0 <= step < len(self.entries) else None
        if self.kind != "mapping":
            return None
        return next(
            (i for i, e in enumerate(self.entries) if e.key is not None and e.key.value == step), None
        )

    def entry(self, step: str | int) -> Entry | None:
        index = self.index_of(step)
        return None if index is None else self.entries[index]

    def at(self, path: Path) -> Node | None:
        """The node at a path below this one; None where there is none of its own (an alias, a merged key)."""
        node: Node = self
        for step in path:
            found = node.entry(step)
            if found is None:
                return None
            node = found.node
        return node

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """This node and all below it, with their paths, in the order of the text."""
        yield path, self
        for index, entry in enumerate(self.entries):
            step = index if entry.key is None else entry.key.value
            yield from entry.node.walk((*path, step))


@dataclass(slots=True)
class Entry:
    """One entry of a list or mapping.

    Attributes:
        start: the dash, the key, or the `?` before it; in brackets the value or key.
        sign: behind the dash or colon; behind the key when there is no colon.
        has_sign: whether there is a dash or colon.
    """

    start: int
    sign: int
    node: Node
    key: Node | None = None
    has_sign: bool = True

    @property
    def end(self) -> int:
        return max(self.node.end, self.sign)
