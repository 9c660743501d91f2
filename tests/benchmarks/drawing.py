"""What drawing costs: `python -m tests.benchmarks.drawing` prints processor time, best of five."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.engine.graph.layout import layout
from app.engine.graph.looks import View
from app.engine.graph.svg import svg
from tests.engine.graph.graphs import Edge, Graph, Node

ROUNDS = 5
AIMS = {45: 10, 1000: 500}  # milliseconds of layout


def chain(count: int) -> Graph:
    """One task after the other; each failure leads to the last."""
    edges = [Edge(f"t{n}", f"t{n + 1}") for n in range(count - 2)]
    return _graph(count, edges + [Edge(f"t{n}", f"t{count - 1}", "failed") for n in range(count - 2)])


def tree(count: int) -> Graph:
    """Each task leads to two; each failure leads to the last."""
    edges = [Edge(f"t{(n - 1) // 2}", f"t{n}") for n in range(1, count)]
    return _graph(count, edges + [Edge(f"t{n}", f"t{count - 1}", "failed") for n in range(count - 5)])


def main() -> None:
    print(f"{'graph':<12}{'layout ms':>12}{'picture ms':>12}{'layout aim':>12}")
    for name, make in (("chain", chain), ("tree", tree)):
        for count in (24, 45, 1000):
            graph = make(count)
            drawing = layout(graph)
            picture = _best(lambda g=graph, d=drawing: svg(d, g, View(editing=True)))
            print(f"{name + ' ' + str(count):<12}{_best(lambda g=graph: layout(g)):>12.1f}{picture:>12.1f}{AIMS.get(count, ''):>12}")


def _graph(count: int, edges: list[Edge]) -> Graph:
    return Graph([Node(f"t{n}") for n in range(count)], edges)


def _best(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return 1000 * min(took)


if __name__ == "__main__":
    main()
