"""How each end cap of a picture is drawn: which transitions it stands for, and whether tests take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.graph.drawing import Cap, Drawing
from app.engine.graph.looks import PLAIN, View

FAIL = "fail"


@dataclass(frozen=True, slots=True)
class CapPicture:
    """One cap, ready for the template.

    Attributes:
        end: place of its first transition in `graph.ends`; what selecting the cap selects.
        transitions: places of all of them among those of their task.
        untested: no test takes any of them.
    """

    cap: Cap
    end: int
    source: str
    transitions: tuple[int, ...]
    title: str
    editing: bool = False
    untested: bool = False


def cap_pictures(drawing: Drawing, graph: Any, view: View = PLAIN) -> list[CapPicture]:
    """Every cap of the drawing."""
    return [_picture(cap, drawing, graph, view) for cap in drawing.caps]


def _picture(cap: Cap, drawing: Drawing, graph: Any, view: View) -> CapPicture:
    inside = {cap.source, *_children(drawing, cap.source)}
    ends = [number for number, end in enumerate(graph.ends) if end.target == FAIL and end.source in inside]
    first = graph.ends[ends[0]]
    words = ", ".join(graph.ends[number].label or graph.ends[number].when or graph.ends[number].kind for number in ends)
    return CapPicture(
        cap=cap,
        end=ends[0],
        source=first.source,
        transitions=tuple(graph.ends[number].index for number in ends),
        title=f"{first.source} fails the run: {words}",
        editing=view.editing,
        untested=view.untested_ends.issuperset(ends),
    )


def _children(drawing: Drawing, name: str) -> Iterator[str]:
    for child in drawing.children.get(name, ()):
        yield child
        yield from _children(drawing, child)
