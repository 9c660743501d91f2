"""What the first steps found, and how high each layer and each gap below it must be for words, caps and lanes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.engine.graph import drawing as d
from app.engine.graph.chips import Widths
from app.engine.graph.labels import width_of

CAP_HEIGHT = 52.0
CAP_ROOM = 34.0  # an edge that goes further aside than this leaves room for a cap below its port
LINE = 14  # of words on edges


@dataclass(frozen=True, slots=True)
class Strand:
    """One edge between boxes. `way`: direct, lane (right, shared by target) or loop (back up on the left)."""

    index: int
    source: str
    target: str
    kind: str
    word: str
    way: Literal["direct", "lane", "loop"] = "direct"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the first three steps found. `chains`: points each long direct edge passes, by edge index."""

    rows: Sequence[Sequence[str]]
    x: Mapping[str, float]
    size: Mapping[str, tuple[float, float]]
    layer: Mapping[str, int]
    chains: Mapping[int, tuple[str, ...]]
    caps: Mapping[str, str]  # source -> kind of the transition that ends the run
    chips: Mapping[str, Widths]


@dataclass(frozen=True, slots=True)
class Band:
    """The height of one layer: `top` and `bottom` of its tallest box."""

    top: float
    bottom: float


def bands_of(plan: Plan, strands: Sequence[Strand]) -> list[Band]:
    """Every layer from the top, with the gaps that what runs below it needs."""
    bands: list[Band] = []
    y = 0.0
    wordy = _wordy(plan, strands)
    hauls = _long_hauls(plan, strands)
    passed = _passed_caps(plan, strands)
    for number, row in enumerate(plan.rows):
        height = max((plan.size[n][1] for n in row if n in plan.size), default=0.0)
        bands.append(Band(y, y + height))
        gap = d.LAYER_GAP + wordy[number]
        gap += min(28.0, 3.0 * hauls[number])
        y += height + (max(gap, CAP_HEIGHT + CAP_ROOM * passed[number]) if any(n in plan.caps for n in row) else gap)
    return bands


def _wordy(plan: Plan, strands: Sequence[Strand]) -> Counter[int]:
    """For each layer, the room that words below it need: one line, or two where one task says much.

    One more below two, where a lane arrives from aside: its end would lie under the words.
    """
    said: dict[str, float] = {}
    for strand in strands:
        if strand.word:
            said[strand.source] = said.get(strand.source, 0.0) + width_of(strand.word) + 8
    room: Counter[int] = Counter()
    led_to = {plan.layer[s.target] - 1 for s in strands if s.way == "lane"}
    for name, width in said.items():
        lines = 2 if width > 1.15 * plan.size[name][0] else 1
        lines += lines == 2 and plan.layer[name] in led_to
        room[plan.layer[name]] = max(room[plan.layer[name]], LINE * lines)
    return room


def _passed_caps(plan: Plan, strands: Sequence[Strand]) -> Counter[int]:
    """1 for each layer where an edge to a lane has to pass below the end cap of another task."""
    lanes = [s for s in strands if s.way == "lane"]
    leaving = {plan.layer[s.source] for s in lanes if caps_beside(plan, plan.layer[s.source], plan.x[s.source])}
    coming = {plan.layer[s.target] - 1 for s in lanes if caps_beside(plan, plan.layer[s.target] - 1, plan.x[s.target])}
    return Counter(leaving | coming)


def caps_beside(plan: Plan, layer: int, x: float, lane: float = float("inf")) -> bool:
    """Whether the cap of a task in this layer lies between x, where no cap of one's own is, and a lane."""
    return any(x < plan.x[name] + d.NODE_WIDTH / 2 and x != plan.x[name] < lane for name in plan.rows[layer] if name in plan.caps)


def _long_hauls(plan: Plan, strands: Sequence[Strand]) -> Counter[int]:
    """For each layer, the edges that run far sideways below it; each wants some air."""
    far = 3 * d.NODE_WIDTH
    return Counter(plan.layer[s.source] for s in strands if abs(plan.x[s.source] - plan.x[s.target]) > far)


def boxes_of(plan: Plan, bands: Sequence[Band]) -> dict[str, d.Box]:
    """Every task's box, in the middle of its layer's height."""
    boxes: dict[str, d.Box] = {}
    for band, row in zip(bands, plan.rows, strict=True):
        for name in row:
            if name in plan.size:
                width, height = plan.size[name]
                y = band.top + (band.bottom - band.top - height) / 2
                boxes[name] = d.Box(plan.x[name] - width / 2, y, width, height)
    return boxes
