"""Pictures of the workflows that are being edited: drawn once, and sent only as far as the caller has not got them.

A caller says which drawing it holds, by the version that came with it. The same one is not sent again; of another one
only the parts that differ are, as long as this process remembers what the held one looked like.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.engine.graph.build import Graph
from app.engine.graph.changes import Shown
from app.engine.graph.drawings import drawing_of
from app.engine.graph.folding import Folded, folded
from app.engine.graph.placed import placed_json
from app.engine.graph.svg import View, edited_svg
from app.engine.recent import Recent

_KEPT_BYTES = 16 * 1024 * 1024
_SHOWN_BYTES = 8 * 1024 * 1024
_PER_SHOWN = 300  # bytes to remember of a node or an edge, about
_PER_PART = 6_000  # bytes that a node or an edge takes, about: its places as JSON, and its markup
_TITLE = "Graph of the workflow"  # not its name: who types that would get another drawing with each key


@dataclass(frozen=True)
class DrawnGraph:
    """A graph with its picture.

    Attributes:
        containers: the parallel tasks; of those that are closed, how many tasks stand in them, else 0.
        worst: task -> severity of its worst problem.
        icons: action -> its icon.
        version: tells this drawing from every other.
    """

    graph: Graph
    containers: Mapping[str, int]
    worst: Mapping[str, str]
    icons: Mapping[str, str]
    version: str

    def as_json(self, seen: str | None = None) -> dict[str, Any] | None:
        """`graph` of an answer: None for who has `seen` it; parts that another drawing has too are empty for who has that."""
        if seen == self.version:
            return None
        known = _shown.get(seen) if seen else None
        return {**self._placed, "svg": self._picture(known) if known else self._whole}

    @property
    def weight(self) -> int:
        """Bytes in memory, about, when all of it has been asked for."""
        return 4_096 + _PER_PART * (len(self.graph.nodes) + len(self.graph.edges))

    @cached_property
    def _placed(self) -> dict[str, Any]:
        return placed_json(self.graph, drawing_of(self.graph))

    @cached_property
    def _whole(self) -> str:
        return self._picture()

    def _picture(self, seen: Shown | None = None) -> str:
        view = View(editing=True, problems=self.worst, icons=self.icons, containers=self.containers)
        markup, shows = edited_svg(drawing_of(self.graph), self.graph, view, seen=seen or {}, title=_TITLE)
        _shown.put(self.version, shows, weight=200 + _PER_SHOWN * len(shows))
        return str(markup)


_pictures: Recent[str, DrawnGraph] = Recent(_KEPT_BYTES)  # by version
_shown: Recent[str, Shown] = Recent(_SHOWN_BYTES)  # version -> what its parts look like


def drawn(graph: Graph, worst: Mapping[str, str], icons: Mapping[str, str], *, closed: Collection[str] = ()) -> DrawnGraph:
    """The picture of a graph. While somebody types inside of a task it stays the one before.

    Args:
        worst: task -> severity of its worst problem.
        icons: action -> its icon.
        closed: parallel tasks of which only the box is drawn.
    """
    shown = folded(graph, worst, closed)
    containers = {outer: shown.inside.get(outer, 0) for node in graph.nodes if (outer := node.container) is not None}
    version = _version(shown, containers, icons)
    known = _pictures.get(version)
    if known is not None:
        return known
    made = DrawnGraph(shown.graph, containers, shown.worst, icons, version)
    return _pictures.put(version, made, weight=made.weight)


def _version(shown: Folded, containers: Mapping[str, int], icons: Mapping[str, str]) -> str:
    said = repr((shown.graph, sorted(shown.worst.items()), sorted(containers.items()), sorted(icons.items())))
    return base64.urlsafe_b64encode(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[:15]).decode()
