"""What the pages of a pack's tests show: rows, verdicts and the drawing with what no test takes. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.engine.graph.build import build_graph
from app.engine.graph.drawings import drawing_of
from app.engine.graph.svg import View, svg
from app.engine.rehearsals.coverage import Coverage, Way, ways_of
from app.engine.rehearsals.outcomes import Outcome, PackOutcome, WorkflowOutcome
from app.engine.spec.model import WorkflowSpec
from app.web.vocabulary import NOT_TAKEN, Look
from app.web.wording import count

PASSED, FAILED, UNTESTED = Look("ok", "Passed"), Look("fail", "Failed"), Look("todo", "No tests")
TAKEN = Look("ok", "Taken")
_SHOWN = 600  # characters of a value


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came otherwise; values as JSON, `got` None when there was nothing."""

    place: str
    expected: str
    got: str | None
    hint: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test; `path` are the tasks it went through, `source` its YAML."""

    name: str
    file: str
    description: str
    look: Look
    path: tuple[str, ...]
    problems: tuple[str, ...]
    differences: tuple[Difference, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """The tests of one workflow. `parts`: taken and untaken transitions for the bar, () where there are none."""

    ref: str
    name: str
    label: str
    look: Look
    words: str
    covered: str
    parts: tuple[tuple[Look, int], ...]
    failed: tuple[TestRow, ...]
    problems: tuple[str, ...]
    untaken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What all tests of a pack say: the verdict in words, a row for each workflow, files that belong to none."""

    look: Look
    tests: str
    transitions: str
    rows: tuple[WorkflowRow, ...]
    strays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One workflow with its tests and its drawing (None when it can't be read)."""

    row: WorkflowRow
    tests: tuple[TestRow, ...]
    picture: Markup | None


def results_of(told: PackOutcome) -> Results:
    """Workflows with failures come first, then those without tests or with something untaken."""
    rows = sorted((_workflow_row(flow) for flow in told.workflows), key=_urgency)
    return Results(
        UNTESTED if not told.total else PASSED if told.passed else FAILED,
        _passed_words(told),
        _covered_words(told),
        tuple(rows),
        tuple(f"{file}: {problem.message}" for file, problem in told.problems),
    )


def unplayed(workflows: Iterable[Mapping[str, Any]], tests: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`{ref, name, label, words}` for each workflow, before anything is played."""
    counted = Counter(test["workflow_ref"] for test in tests)
    return [
        {
            "ref": flow["ref"],
            "name": flow["ref"].partition(".")[2],
            "label": flow["label"],
            "words": count(counted[flow["ref"]], "test") if counted[flow["ref"]] else "no tests",
        }
        for flow in workflows
    ]


def detail_of(flow: WorkflowOutcome, sources: Mapping[str, str], icons: Mapping[str, str]) -> Detail:
    """Failed tests come first; `sources`: YAML by file; `icons` by action."""
    tests = [_test_row(test, sources.get(test.file, "")) for test in flow.tests]
    picture = _picture(flow.spec, flow.coverage, icons) if flow.spec else None
    return Detail(_workflow_row(flow), tuple(sorted(tests, key=lambda row: row.look is PASSED)), picture)


def _untaken(spec: WorkflowSpec, coverage: Coverage) -> tuple[str, ...]:
    """`smoke → rollback, when failed()` for each way no test takes."""
    return tuple(_way_words(way, spec) for way in coverage.missing_ways(spec))


def _picture(spec: WorkflowSpec, coverage: Coverage, icons: Mapping[str, str]) -> Markup:
    """The graph; edges that no test takes are short dots."""
    graph, taken = build_graph(spec), coverage.ways
    untested, untested_ends = (
        frozenset(n for n, edge in enumerate(edges) if Way(edge.source, edge.index, edge.target) not in taken)
        for edges in (graph.edges, graph.ends)
    )
    title = f"Graph of {spec.label or spec.ref}, with what no test takes"
    view = View(untested=untested, untested_ends=untested_ends, icons=icons)
    return svg(drawing_of(graph), graph, view, title=title)


def _urgency(row: WorkflowRow) -> tuple[bool, bool, str]:
    return row.look is not FAILED, row.look is not UNTESTED and not row.untaken, row.ref


def _passed_words(told: PackOutcome) -> str:
    if not told.total:
        return "No tests yet"
    total = count(told.total, "test")
    return f"{told.failed} of {total} failed" if told.failed else f"{total} passed"


def _covered_words(told: PackOutcome) -> str:
    ways = told.as_json()["coverage"]["transitions"]
    return f"{ways['covered']:,} of {count(ways['total'], 'transition')} taken by a test"


def _workflow_row(flow: WorkflowOutcome) -> WorkflowRow:
    untaken = _untaken(flow.spec, flow.coverage) if flow.spec else ()
    total = len(ways_of(flow.spec)) if flow.spec else 0
    return WorkflowRow(
        flow.ref,
        flow.ref.partition(".")[2],
        (flow.spec.label if flow.spec else None) or flow.ref,
        FAILED if not flow.passed else PASSED if flow.tests else UNTESTED,
        _tests_words(flow),
        f"{total - len(untaken)} of {count(total, 'transition')}" if total else "no transitions",
        ((TAKEN, total - len(untaken)), (NOT_TAKEN, len(untaken))) if total else (),
        tuple(_test_row(test) for test in flow.tests if not test.passed),
        tuple(problem.message for problem in flow.problems),
        untaken if flow.tests else (),
    )


def _tests_words(flow: WorkflowOutcome) -> str:
    if not flow.tests:
        return ""  # the badge says it
    total = count(len(flow.tests), "test")
    return f"{flow.failed} of {total} failed" if flow.failed else total


def _test_row(test: Outcome, source: str = "") -> TestRow:
    return TestRow(
        test.name,
        test.file,
        test.description or "",
        PASSED if test.passed else FAILED,
        test.path,
        tuple(f"line {p.line}: {p.message}" if p.line else p.message for p in test.problems),
        tuple(_difference(line, mismatch) for line, mismatch in test.mismatches),
        source,
    )


def _difference(line: int | None, mismatch: Any) -> Difference:
    place = f"{mismatch.path}, line {line}" if line else mismatch.path
    got = None if mismatch.is_missing else _value(mismatch.got)
    return Difference(place, _value(mismatch.expected), got, mismatch.hint)


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _way_words(way: Way, spec: WorkflowSpec) -> str:
    transitions: Sequence[Any] = next(task.transitions for task in spec.all_tasks() if task.name == way.task)
    transition = transitions[way.index]
    way_out = f"{way.task} → {way.target}" if way.target else f"{way.task}, only to publish"
    if transition.label:
        return f"{way_out}, {transition.label}"
    return f"{way_out}, when {transition.when}" if transition.when else way_out
