"""Play the tests of a pack: rehearsals with a script, held against what they expect. No action is run.

A test says the same on every machine: it sees the configuration that comes with the pack, not what people set, the
keys it gives itself, and a clock that begins when it says. Source: docs/reference/pack-tests.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine import schemas
from app.engine.conductor.plan import Plan, build_plan
from app.engine.errors import AppError, BadRequest
from app.engine.manifests import PackManifest
from app.engine.rehearsals.coverage import coverage_of
from app.engine.rehearsals.outcomes import Outcome, PackOutcome, WorkflowOutcome
from app.engine.rehearsals.pack_tests import PackTest
from app.engine.rehearsals.verdicts import Mismatch, judge
from app.engine.spec.catalog import Catalog
from app.engine.spec.document import load
from app.engine.spec.findings import Findings, did_you_mean
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.problems import Problem, errors_of
from app.services import pack_files, ports
from app.services.pack_checks import PackChecker, check_file
from app.services.pack_test_files import PackTestFile, read_tests, strays_of
from app.services.rehearsals import Setting, plan_limits, play

LOGIN = "tester"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What tests are played on.

    Attributes:
        workflows: ref -> the workflow, or what is wrong with it.
        config: as it comes with the pack.
        pick: only this workflow's tests, or this one: `<workflow>` or `<workflow>/<test>`.
    """

    pack_ref: str
    workflows: Mapping[str, WorkflowSpec | list[Problem]]
    catalog: Catalog
    config: Mapping[str, Any] = field(default_factory=dict)
    pick: str | None = None

    def wants(self, file: PackTestFile) -> bool:
        return self.pick in (None, file.workflow, f"{file.workflow}/{file.name}")

    def wants_workflow(self, ref: str) -> bool:
        return self.pick is None or self.pick.partition("/")[0] == ref.partition(".")[2]


def play_directory(directory: Path, *, pick: str | None = None) -> PackOutcome:
    """The tests of the pack in this directory, without a database.

    Raises:
        BadRequest: no pack there, or nothing that `pick` names.
    """
    checker = PackChecker()
    manifest, catalog = pack_files.read_manifest(directory), checker.catalog_of(directory)
    found: dict[str, WorkflowSpec | list[Problem]] = {}
    for file in pack_files.read_workflows(directory, manifest.ref):
        checked = check_file(file, catalog)
        found[file.ref] = checked.spec if checked.spec and not checked.refusals else checked.refusals
    grounds = Grounds(manifest.ref, found, catalog, config_of(manifest), pick)
    return play_tests(grounds, read_tests(directory))


def play_tests(grounds: Grounds, files: Sequence[PackTestFile]) -> PackOutcome:
    """Play every test that is wanted, within ATTUNE_PACK_TEST_SECONDS altogether.

    Raises:
        BadRequest: there is nothing that `grounds.pick` names.
    """
    wanted = [file for file in files if grounds.wants(file)]
    if grounds.pick is not None and not wanted:
        known = [name for file in files for name in (file.workflow, f"{file.workflow}/{file.name}")]
        raise BadRequest(
            f"The pack '{grounds.pack_ref}' has no test '{grounds.pick}'.{did_you_mean(grounds.pick, known)}"
        )
    ends_at = time.monotonic() + ports.settings().pack_test_seconds
    refs = [ref for ref in grounds.workflows if grounds.wants_workflow(ref)]
    outcomes = [
        _workflow(ref, [f for f in wanted if _ref_of(f, grounds) == ref], grounds, ends_at) for ref in refs
    ]
    return PackOutcome(grounds.pack_ref, tuple(outcomes), tuple(_strays(wanted, grounds)))


def config_of(manifest: PackManifest) -> dict[str, Any]:
    """The configuration that comes with a pack, defaults filled in."""
    return default_config(manifest.config, manifest.conf_schema)


def default_config(config: Mapping[str, Any], schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """These values with the defaults of the schema."""
    filled: dict[str, Any] = schemas.fill_defaults(dict(config), dict(schema)) if schema else dict(config)
    return filled


def _ref_of(file: PackTestFile, grounds: Grounds) -> str:
    return f"{grounds.pack_ref}.{file.workflow}"


def _strays(files: Sequence[PackTestFile], grounds: Grounds) -> Iterator[tuple[str, Problem]]:
    names = [ref.partition(".")[2] for ref in grounds.workflows]
    for file in files:
        for problem in strays_of(file, names):
            yield file.path, problem


def _workflow(ref: str, files: Sequence[PackTestFile], grounds: Grounds, ends_at: float) -> WorkflowOutcome:
    spec = grounds.workflows[ref]
    if not isinstance(spec, WorkflowSpec):
        return WorkflowOutcome(ref, None, problems=tuple(spec))
    try:
        plan = build_plan(spec, limits=plan_limits())
    except AppError as error:
        return WorkflowOutcome(ref, None, problems=(Problem("error", error.message, ""),))
    return WorkflowOutcome(ref, spec, tuple(_test(file, plan, grounds, ends_at) for file in files))


def _test(file: PackTestFile, plan: Plan, grounds: Grounds, ends_at: float) -> Outcome:
    test, problems = file.parsed()
    if time.monotonic() > ends_at:
        seconds = ports.settings().pack_test_seconds
        text = f"Not played: the tests of this pack take longer than {seconds:g} s; ATTUNE_PACK_TEST_SECONDS raises the limit."
        problems = [Problem("error", text, "", "limit")]
    if test is None or errors_of(problems):
        return Outcome(file.path, file.name, test.description if test else None, tuple(problems))
    try:
        return _played(file, test, problems, plan, grounds)
    except AppError as error:
        return Outcome(file.path, file.name, test.description, (*problems, *_problems_of(error, file)))


def _played(
    file: PackTestFile, test: PackTest, problems: list[Problem], plan: Plan, grounds: Grounds
) -> Outcome:
    setting = Setting(
        now=test.now,
        parameters=test.parameters,
        script=test.script,
        until=test.until,
        keys=test.keys or {},
        config=test.config or {},
    )
    played = play(plan, setting, catalog=grounds.catalog, config=grounds.config, login=LOGIN)
    return Outcome(
        file.path,
        test.name,
        test.description,
        tuple(problems),
        tuple(_placed(judge(test.expect, played), file)),
        played.status,
        tuple(played.path),
        coverage_of(played),
    )


def _placed(mismatches: Sequence[Mismatch], file: PackTestFile) -> Iterator[tuple[int | None, Mismatch]]:
    document = load(file.text) if mismatches else None
    for mismatch in mismatches:
        mark = document.place(f"expect.{mismatch.path}") if document else None
        yield mark.line if mark else None, mismatch


def _problems_of(error: AppError, file: PackTestFile) -> list[Problem]:
    """What kept a rehearsal from being played, with the place in the test where it is known."""
    findings = Findings(load(file.text))
    for detail in error.details or [{}]:
        findings.error(detail.get("path", ""), "not_played", detail.get("message", error.message))
    return findings.problems
