"""The gate: twice the work may take at most 2.5 times as long. Quadratic cost shows here before users meet it."""

from __future__ import annotations

from tests.benchmarks.figures import Report, seconds
from tests.benchmarks.systems import System

MOST = 2.5


def linear(system: System, report: Report, *, quick: bool) -> bool:
    """Whether items and chains grow linearly."""
    items = (500, 1000) if quick else (2000, 4000)
    grown = {
        f"items {items[0]} -> {items[1]}": _growth(*(lambda n=n: system.run("fan", items=list(range(n))) for n in items)),
        "chain 500 -> 1000": _growth(lambda: system.run("chain_500"), lambda: system.run("chain_1000")),
    }
    for what, factor in grown.items():
        verdict = "ok" if factor < MOST else "TOO MUCH"
        report.line(f"growth, {system.name}, {what}: {factor:.2f} times the time, at most {MOST}: {verdict}")
    return all(factor < MOST for factor in grown.values())


def _growth(small, large, *, repeats: int = 3) -> float:  # type: ignore[no-untyped-def]
    """Best of some repeats in turn, so that a busy moment of the machine decides nothing."""
    times = [(seconds(small), seconds(large)) for _ in range(repeats)]
    return min(large_s for _, large_s in times) / min(small_s for small_s, _ in times)
