"""How the parts of a picture look: in a run, in the editor, or as the definition alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.graph.drawing import Room


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How one node looks in a run.

    Attributes:
        mark: a shape of the status vocabulary (`ok run ask wait retry fail tout skip dead todo cancel pause unk`).
        text: the second line, e.g. "retry 3 of 5, 38 s".
        tally: (mark, count) pairs of the items, in the order of the bar.
        other: the mark of a second run that is compared with this one; it stands on the right.
    """

    mark: str
    text: str
    tally: tuple[tuple[str, int], ...] = ()
    other: str = ""


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks of nodes by name, and of edges by index: True taken, False can't be any more, None may come.

    `only`: of two compared runs the letter of the one that took an edge.
    """

    nodes: Mapping[str, NodeLook] = field(default_factory=dict)
    edges: Mapping[int, bool | None] = field(default_factory=dict)
    only: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opener:
    """What stands at the edge of a nested workflow: where it leads, and what it does, in words; `opened`: it closes."""

    href: str
    words: str
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Inset:
    """A finished picture that is drawn within a task's box."""

    markup: str
    room: Room


@dataclass(frozen=True, slots=True)
class View:
    """What a picture shows beside the drawing.

    Attributes:
        looks: the run's state; None draws the definition alone.
        selected: name of the task to mark.
        href: address of a task's panel with `{name}` in it; None: nodes are no links.
        editing: nodes, ports and edges say what they are in `data-` attributes, and every node offers all its ports.
        problems: name -> severity of the worst finding of a task.
        containers: in the editor, the parallel tasks that can be closed; of those that are, how many tasks stand in them, else 0.
        untested: indexes of edges that no test takes; they are drawn as short dots.
        untested_ends: the same for `graph.ends`.
        icons: names of icons by action, as `icons.icons_of` gives them; without, an action says what its ref tells.
        openers: by name, of the tasks that are nested workflows and have begun.
        insets: by name, the pictures within boxes; the drawing has the room for them.
        prefix: of the ids of its elements, where a page shows a second picture.
    """

    looks: Looks | None = None
    selected: str | None = None
    href: str | None = None
    editing: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)
    untested: frozenset[int] = frozenset()
    containers: Mapping[str, int] = field(default_factory=dict)
    untested_ends: frozenset[int] = frozenset()
    icons: Mapping[str, str] = field(default_factory=dict)
    openers: Mapping[str, Opener] = field(default_factory=dict)
    insets: Mapping[str, Inset] = field(default_factory=dict)
    prefix: str = ""


PLAIN = View()
