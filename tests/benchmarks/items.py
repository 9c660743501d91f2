"""The work items, on any system: what is started, and what counts as its end."""

from __future__ import annotations

from tests.benchmarks.figures import Report, rates, times_ms
from tests.benchmarks.systems import System


def w1(system: System, report: Report, *, repeats: int, quick: bool) -> None:
    """A chain of 100 tasks, from the start to the stored end."""
    system.run("chain_100")
    report.add("W1", system.name, "tasks/s", rates(100, lambda: system.run("chain_100"), repeats=repeats))


def w2(system: System, report: Report, *, repeats: int, quick: bool) -> None:
    """A fan-out and its join."""
    for items in (1000,) if quick else (1000, 5000):
        work = lambda items=items: system.run("fan", items=list(range(items)))  # noqa: E731
        report.add(f"W2 {items}", system.name, "items/s", rates(items, work, repeats=repeats if items == 1000 else 1))


def w3(system: System, report: Report, *, repeats: int, quick: bool) -> None:
    """200 workflows of five tasks, started together."""
    system.run("diamond")

    def together() -> None:
        first, *_ = [system.start("diamond") for _ in range(200)]
        system.end(first)

    report.add("W3", system.name, "workflows/s", rates(200, together, repeats=repeats))


def w4(system: System, report: Report, *, repeats: int, quick: bool) -> None:
    """One task, from the start to the stored end."""
    system.run("chain_1")
    report.add("W4", system.name, "ms", times_ms(lambda: system.run("chain_1"), repeats=20))


def w5(system: System, report: Report, *, repeats: int, quick: bool) -> None:
    """The API's list of 50 among 10,000 executions, the page of a run of 100 tasks, of one with 10,000 items."""
    from tests.benchmarks.reading import Reader

    reader = Reader(system)
    reader.fill(10_000)
    report.add("W5 list", system.name, "ms", times_ms(lambda: reader.get("/api/v1/executions?per_page=50"), repeats=20))
    pages = {"W5 page 100 tasks": ("chain_100", {})}
    if not quick:
        pages["W5 page 10,000 items"] = ("fan", {"items": list(range(10_000))})
    for item, (workflow, parameters) in pages.items():
        run = system.start(workflow, **parameters)
        system.end(run)
        reader.look(run)
        report.add(item, system.name, "ms", times_ms(lambda run=run: reader.look(run), repeats=10))


ITEMS = {"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5}
