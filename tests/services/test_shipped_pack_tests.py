"""The tests that ship with the packs: all of them pass, and together they take every way of every workflow."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.engine.rehearsals.outcomes import PackOutcome
from app.services import ports
from app.services.pack_test_playing import play_directory
from app.settings import Settings

PACKS = Path(__file__).parents[2] / "packs"


@pytest.fixture(scope="module", params=["examples", "release"])
def played(request: pytest.FixtureRequest) -> PackOutcome:
    ports.use(ports.Ports(settings=Settings(), sealer=ports.Sealer(Fernet.generate_key().decode())))
    return play_directory(PACKS / request.param)


def test_every_test_passes(played: PackOutcome) -> None:
    failed = {test.file: test.as_json() for flow in played.workflows for test in flow.tests if not test.passed}

    assert failed == {}
    assert (played.passed, played.problems) == (True, ())


def test_every_workflow_has_a_test_and_every_task_and_transition_is_covered(played: PackOutcome) -> None:
    without = [flow.ref for flow in played.workflows if not flow.tests]
    missed = {flow.ref: flow.coverage.missing_ways(flow.spec) for flow in played.workflows if flow.spec}
    unentered = {flow.ref: flow.coverage.missing_tasks(flow.spec) for flow in played.workflows if flow.spec}

    assert without == []
    assert {ref: ways for ref, ways in missed.items() if ways} == {}
    assert {ref: tasks for ref, tasks in unentered.items() if tasks} == {}


def test_every_test_says_in_a_sentence_what_it_is_about(played: PackOutcome) -> None:
    silent = [test.file for flow in played.workflows for test in flow.tests if not (test.description or "").endswith(".")]

    assert silent == []
