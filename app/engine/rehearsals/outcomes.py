"""What became of the tests of a pack: of one test, of a workflow's, of all. JSON as in docs/reference/api.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from app.engine.rehearsals.coverage import Coverage
from app.engine.rehearsals.verdicts import Mismatch
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.problems import Problem, errors_of

_PROBLEM_KEYS = ("path", "message", "line", "column", "severity")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test.

    Attributes:
        file: relative to the pack.
        problems: why it could not be played, or warnings about it.
        mismatches: what came otherwise than expected, with the line of the expectation.
        status, path: what came; None and () when it was not played.
    """

    file: str
    name: str
    description: str | None = None
    problems: tuple[Problem, ...] = ()
    mismatches: tuple[tuple[int | None, Mismatch], ...] = ()
    status: str | None = None
    path: tuple[str, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def passed(self) -> bool:
        return not self.mismatches and not errors_of(list(self.problems))

    def as_json(self) -> dict[str, Any]:
        """`{name, file, description, passed, status, path[], problems[], mismatches[{path, line, expected, got, missing, hint}]}`."""
        return {
            "name": self.name,
            "file": self.file,
            "description": self.description,
            "passed": self.passed,
            "status": self.status,
            "path": list(self.path),
            "problems": [problem_json(problem) for problem in self.problems],
            "mismatches": [_mismatch_json(mismatch, line) for line, mismatch in self.mismatches],
        }


@dataclass(frozen=True, slots=True)
class WorkflowOutcome:
    """The tests of one workflow; `spec` None: it can't be read, and `problems` says why."""

    ref: str
    spec: WorkflowSpec | None
    tests: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> int:
        return sum(not test.passed for test in self.tests)

    @property
    def passed(self) -> bool:
        return not self.failed and not errors_of(list(self.problems))

    @property
    def coverage(self) -> Coverage:
        """What its tests took together, failed ones too."""
        added = Coverage()
        for test in self.tests:
            added |= test.coverage
        return added

    @property
    def taken(self) -> list[dict[str, Any]]:
        """`{task, index, tests}` for each transition that tests take: how many do."""
        counted = Counter(place for test in self.tests for place in {(way.task, way.index) for way in test.coverage.ways})
        return [{"task": task, "index": index, "tests": number} for (task, index), number in sorted(counted.items())]

    def as_json(self) -> dict[str, Any]:
        """`{ref, label, passed, failed, tests[], coverage, taken[], problems[]}`; `coverage` null without a readable workflow."""
        return {
            "ref": self.ref,
            "label": self.spec.label if self.spec else None,
            "passed": self.passed,
            "failed": self.failed,
            "tests": [test.as_json() for test in self.tests],
            "coverage": self.coverage.as_json(self.spec) if self.spec else None,
            "taken": self.taken,
            "problems": [problem_json(problem) for problem in self.problems],
        }


@dataclass(frozen=True, slots=True)
class PackOutcome:
    """All tests of a pack. `problems`: (file, problem) about files that belong to no workflow."""

    pack_ref: str
    workflows: tuple[WorkflowOutcome, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()

    @property
    def total(self) -> int:
        return sum(len(workflow.tests) for workflow in self.workflows)

    @property
    def failed(self) -> int:
        return sum(workflow.failed for workflow in self.workflows)

    @property
    def passed(self) -> bool:
        stray = errors_of([problem for _, problem in self.problems])
        return not stray and all(workflow.passed for workflow in self.workflows)

    def as_json(self) -> dict[str, Any]:
        """`{pack_ref, passed, total, failed, coverage {tasks, transitions: {covered, total}}, workflows[], problems[{file, ...}]}`."""
        return {
            "pack_ref": self.pack_ref,
            "passed": self.passed,
            "total": self.total,
            "failed": self.failed,
            "coverage": self._coverage_json(),
            "workflows": [workflow.as_json() for workflow in self.workflows],
            "problems": [{"file": file, **problem_json(problem)} for file, problem in self.problems],
        }

    def _coverage_json(self) -> dict[str, dict[str, int]]:
        told = [w.coverage.as_json(w.spec) for w in self.workflows if w.spec is not None]
        return {
            kind: {key: sum(one[kind][key] for one in told) for key in ("covered", "total")}
            for kind in ("tasks", "transitions")
        }


def problem_json(problem: Problem) -> dict[str, Any]:
    """`{path, message, line, column, severity}`."""
    return {key: getattr(problem, key) for key in _PROBLEM_KEYS}


def _mismatch_json(mismatch: Mismatch, line: int | None) -> dict[str, Any]:
    told = asdict(mismatch)
    told["missing"] = told.pop("is_missing")
    return {**told, "line": line}
