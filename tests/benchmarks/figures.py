"""One measured figure, how it is measured, and how all of them are shown."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """Repeats of one measurement.

    Attributes:
        item: W1 | W2 | W2 5000 | W3 | W4 | W5 ...
        system: who was measured; `floor ...` names the least a durable engine must do.
        unit: `.../s` (more is better) or `ms` (less is better).
    """

    item: str
    system: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def as_json(self) -> str:
        shown = {"min": min(self.values), "median": self.median, "max": max(self.values)}
        rounded = {name: round(value, 3) for name, value in shown.items()}
        return json.dumps({"item": self.item, "system": self.system, "unit": self.unit, "n": len(self.values), **rounded})


@dataclass(slots=True)
class Report:
    """Prints each figure as a line of JSON when it is known, and a table at the end."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, item: str, system: str, unit: str, values: Sequence[float]) -> Figure:
        figure = Figure(item, system, unit, tuple(values))
        self.figures.append(figure)
        self.line(figure.as_json)
        return figure

    def line(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def table(self) -> str:
        """Every figure with its share of the floor of the same item; 1.00 is as fast as the floor."""
        rows = [["item", "system", "median", "unit", "of the floor"]]
        for item in dict.fromkeys(f.item for f in self.figures):
            of_item = [f for f in self.figures if f.item == item]
            floors = [f for f in of_item if f.system.startswith("floor")]
            rows += [[item, f.system, f"{f.median:,.1f}", f.unit, _share(f, floors)] for f in of_item]
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _share(figure: Figure, floors: list[Figure]) -> str:
    """Its share of the floor on the same servers; where that was not measured, on the same database."""
    if figure in floors:
        return ""
    for server in ("Redis", "PostgreSQL", "SQLite"):
        like = next((floor for floor in floors if server in floor.system), None)
        if like is not None and server in figure.system:
            return f"{speed_of(figure, like):.2f}"
    return ""


def speed_of(figure: Figure, other: Figure) -> float:
    """How fast `figure` is, as a share of `other`."""
    ratio = figure.median / other.median
    return 1 / ratio if figure.unit == "ms" else ratio


def seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def rates(count: int, work: Callable[[], Any], *, repeats: int) -> list[float]:
    """`count` things done by each call of `work`: how many per second."""
    return [count / seconds(work) for _ in range(repeats)]


def times_ms(work: Callable[[], Any], *, repeats: int) -> list[float]:
    return [seconds(work) * 1000 for _ in range(repeats)]


def calibration() -> str:
    """How fast plain Python is right now: says how busy the machine is, and makes runs comparable."""
    wall, cpu, loops = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - wall < 0.4:
        for _ in range(1000):
            loops += 1
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = {
        "mloops_per_s": round(loops / wall / 1e6, 2),
        "share_of_a_core": round(cpu / wall, 2),
        "load": round(os.getloadavg()[0], 2),
    }
    return json.dumps({"calibration": found})
