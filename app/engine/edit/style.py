"""How a file is written: indentation, quotes, line ends, dialect. New parts follow what most of the file does."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from app.engine.edit.nodes import Entry, Node
from app.engine.edit.scalars import fits_plain, quote_for
from app.engine.spec.transitions import CLASSIC_KEYS

Dialect = Literal["next", "classic"]
_BREAK = re.compile(r"\r\n|\n|\r")
NULLS = ("null", "~", "", "Null", "NULL")
_WRAPPED = re.compile(r"\s*\{\{.*\}\}\s*\Z", re.DOTALL)


class Style:
    """Habits of one text, each found when it is first asked for."""

    def __init__(self, root: Node | None, text: str) -> None:
        self._root = root
        self._text = text

    @cached_property
    def line_end(self) -> str:
        """Of the first line, which the rest follows."""
        match = _BREAK.search(self._text)
        return match.group() if match else "\n"

    @cached_property
    def step(self) -> int:
        """Columns from a key to the keys of the mapping below it."""
        return _most((c for kind, c in self._offsets if kind == "mapping"), 2)

    @cached_property
    def list_step(self) -> int:
        """Columns from a key to the dashes of the list below it."""
        return _most((c for kind, c in self._offsets if kind == "list"), self.step)

    @cached_property
    def dash(self) -> str:
        """A dash with the spaces behind it."""
        return "-" + " " * _most(self._dash_gaps(), 1)

    @cached_property
    def quotes_keys(self) -> bool:
        """Whether every key stands in double quotes, as in JSON."""
        keys = [e.key for e in self._entries if e.key is not None]
        return bool(keys) and all(key.style == '"' for key in keys)

    @cached_property
    def dialect(self) -> Dialect:
        """How most tasks lead on."""
        keys = Counter(e.key.value for e in self._entries if e.key is not None)
        classic = sum(keys[key] for key in CLASSIC_KEYS)
        return "classic" if classic > keys["next"] else "next"

    @cached_property
    def wraps_conditions(self) -> bool:
        """Whether most `when`s are written in `{{ }}`."""
        whens = [e.node.value for e in self._entries if e.key is not None and e.key.value == "when"]
        return 2 * sum(1 for when in whens if _WRAPPED.match(when)) > len(whens)

    def quote(self, *, but: Node | None = None) -> str:
        """The quote most texts have that need one; `but` is not counted."""
        counts = self._quotes
        single, double = counts["'"], counts['"']
        if but is not None and but.style == "'":
            single -= 1
        elif but is not None and but.style == '"':
            double -= 1
        return "'" if single > double else '"'

    def quotes_plain_texts(self, key: str | None = None, *, but: Node | None = None) -> bool:
        """Whether most texts are quoted that need not be: below that key, or where there are none, anywhere."""
        own = but if but is not None and but.kind == "scalar" and fits_plain(but.value, flow=False) else None
        for place in (key, None):
            counts = self._plain_texts[place].copy()
            if own is not None:
                counts[bool(own.style)] -= 1
            if counts[True] != counts[False] or place is None:
                return counts[True] > counts[False]
        return False

    def null(self, *, but: Node | None = None) -> str:
        written = Counter(self._text[n.body : n.end] for n in self._nulls if n is not but)
        return written.most_common(1)[0][0] if written else "null"

    def is_flow(self, key: str | None, kind: str, *, is_leaf: bool) -> bool:
        """Whether a new list or mapping is written in brackets: as others below that key, else as others of its kind.

        Items of the list below `next` have the key `next[]`.
        """
        same_key = self._flows[key or "", kind]
        if key is not None and same_key.total():
            return same_key[True] > same_key[False]
        if not is_leaf or (key or "").endswith("[]"):
            return self.is_all_flow
        leaves = self._flows[None, kind]
        return leaves[True] > leaves[False] if sum(leaves.values()) else kind == "list"

    @cached_property
    def is_all_flow(self) -> bool:
        """Whether the whole text is in brackets, e.g. JSON."""
        return self._root is not None and self._root.flow

    @cached_property
    def _nodes(self) -> list[Node]:
        return [node for _, node in self._placed]

    @cached_property
    def _entries(self) -> list[Entry]:
        return [entry for node in self._nodes for entry in node.entries]

    @cached_property
    def _offsets(self) -> list[tuple[str, int]]:
        """Of each block below a key: its kind, and how far it is indented."""
        found: list[tuple[str, int]] = []
        for entry in self._entries:
            node = entry.node
            if entry.key is not None and node.is_block and node.entries:
                column = self._column(node.entries[0].start) - self._column(entry.start)
                if column > 0 or (node.kind == "list" and column == 0):
                    found.append((node.kind, column))
        return found

    def _dash_gaps(self) -> Iterator[int]:
        for node in self._nodes:
            if node.kind == "list" and not node.flow:
                for entry in node.entries:
                    if (
                        entry.node.start > entry.sign
                        and "\n" not in self._text[entry.sign : entry.node.start]
                    ):
                        yield entry.node.start - entry.sign

    @cached_property
    def _texts(self) -> list[Node]:
        return [e.node for e in self._entries if e.node.kind == "scalar" and not e.node.tag]

    @cached_property
    def _quotes(self) -> Counter[str]:
        return Counter(n.style for n in self._texts if n.style in ("'", '"') and _could_be_either(n.value))

    @cached_property
    def _plain_texts(self) -> defaultdict[str | None, Counter[bool]]:
        """Key, or None for all of them -> how often a text that may be plain stands in quotes."""
        found: defaultdict[str | None, Counter[bool]] = defaultdict(Counter)
        for key, node in self._placed:
            if (
                node.kind == "scalar"
                and node.style in ("", "'", '"')
                and not node.tag
                and fits_plain(node.value, flow=False)
            ):
                found[None][bool(node.style)] += 1
                found[key][bool(node.style)] += key is not None
        return found

    @cached_property
    def _nulls(self) -> list[Node]:
        return [n for n in self._texts if not n.style and n.value in NULLS]

    @cached_property
    def _flows(self) -> defaultdict[tuple[str | None, str], Counter[bool]]:
        """(key or None for leaves, kind) -> how often in brackets."""
        found: defaultdict[tuple[str | None, str], Counter[bool]] = defaultdict(Counter)
        for key, node in self._placed:
            if not node.entries:
                continue
            found[key or "", node.kind][node.flow] += 1
            if node.is_leaf and not (key or "").endswith("[]"):
                found[None, node.kind][node.flow] += 1
        return found

    @cached_property
    def _placed(self) -> list[tuple[str | None, Node]]:
        """Every value with the key it stands below; an item of the list below `k` has the key `k[]`."""
        found: list[tuple[str | None, Node]] = []
        todo: list[tuple[str | None, Node]] = [] if self._root is None else [(None, self._root)]
        while todo:
            key, node = todo.pop()
            found.append((key, node))
            todo += [(f"{key}[]" if e.key is None else e.key.value, e.node) for e in node.entries]
        return found

    def _column(self, offset: int) -> int:
        return offset - (max(self._text.rfind("\n", 0, offset), self._text.rfind("\r", 0, offset)) + 1)


def _could_be_either(text: str) -> bool:
    """Whether the author could have chosen the other quote as well."""
    return quote_for(text, "'") == "'" and quote_for(text, '"') == '"'


def _most(values: Iterator[int], default: int) -> int:
    common = Counter(values).most_common(1)
    return common[0][0] if common else default
