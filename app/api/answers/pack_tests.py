"""Answers about tests of packs (docs/reference/api.md "Tests of packs")."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json
from app.api.answers.rehearsals import Coverage


class TestProblem(Answer):
    __test__ = False

    path: str
    message: str
    line: int | None
    column: int | None
    severity: Literal["error", "warning", "info"]


class FileProblem(TestProblem):
    file: str


class PackTestSummary(Answer):
    workflow: str
    workflow_ref: str | None
    name: str
    file: str
    hash: str
    description: str | None
    valid: bool
    problems: list[TestProblem]


class PackTest(PackTestSummary):
    text: str
    content: Json | None


class Mismatch(Answer):
    path: str
    line: int | None
    expected: Any
    got: Any
    missing: bool
    hint: str


class PlayedTest(Answer):
    name: str
    file: str
    description: str | None
    passed: bool
    status: str | None
    path: list[str]
    problems: list[TestProblem]
    mismatches: list[Mismatch]


class SavedPackTest(PackTest):
    result: PlayedTest


class TakenTransition(Answer):
    task: str
    index: int
    tests: int


class TestedWorkflow(Answer):
    __test__ = False

    ref: str
    label: str | None
    passed: bool
    failed: int
    tests: list[PlayedTest]
    coverage: Coverage | None
    taken: list[TakenTransition]
    problems: list[TestProblem]


class Covered(Answer):
    covered: int
    total: int


class CoveredSums(Answer):
    tasks: Covered
    transitions: Covered


class TestedPack(Answer):
    __test__ = False

    pack_ref: str
    passed: bool
    total: int
    failed: int
    coverage: CoveredSums
    workflows: list[TestedWorkflow]
    problems: list[FileProblem]
