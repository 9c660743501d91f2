"""Values that databases refuse, or that are too large, are replaced or refused with a reason; nothing hangs on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.runners.base import RunOutcome
from app.services import ports, work
from app.services.completions import Completion
from tests.workers.conftest import System


@pytest.fixture
def claimed(system: System) -> work.Job:
    system.script("say", "echo hi")
    execution_id = system.start("t.say")
    job = work._claim(execution_id, "here:1:1")
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("a\0b", "a\ufffdb"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("backslash \\u0000 stays", "backslash \\u0000 stays"),
        (float("nan"), None),
        (float("-inf"), None),
        ({1, 2}, [1, 2]),
        (10**40, 10**40),
    ],
    ids=["nul", "surrogate", "escape", "nan", "infinity", "set", "large"],
)
def test_a_result_is_stored_with_what_databases_take(system: System, claimed: work.Job, value: object, stored: object) -> None:
    work._write_end(Completion(claimed, RunOutcome("succeeded", {"succeeded": True, "data": {"value": value}})))

    assert system.execution(claimed.id).result["data"] == {"value": stored}


def test_an_error_is_stored_with_what_databases_take_and_not_longer_than_people_read(system: System, claimed: work.Job) -> None:
    error = "begin \0\ud800" + "x" * 1_000_000 + " end"

    work._write_end(Completion(claimed, RunOutcome("failed", {"succeeded": False, "error": error}, error)))

    ended = system.execution(claimed.id)
    assert ended.status == "failed"
    assert ended.error == ended.result["error"]
    assert (len(ended.error), ended.error[:8], ended.error[-4:]) == (10_000, "begin \ufffd\ufffd", " end")


def test_a_long_output_is_cut_in_the_result_to_fit(system: System, claimed: work.Job) -> None:
    ports.current().settings = replace(ports.settings(), max_result=200_000)

    work._write_end(Completion(claimed, RunOutcome("succeeded", {"succeeded": True, "stdout": "o" * 500_000, "data": [1]})))

    ended = system.execution(claimed.id)
    assert (ended.status, ended.result["data"], ended.result["stdout_truncated"]) == ("completed", [1], True)
    assert len(ended.result["stdout"]) == 65536


def test_a_result_beyond_the_limit_fails_and_names_the_setting(system: System, claimed: work.Job) -> None:
    ports.current().settings = replace(ports.settings(), max_result=1000)

    work._write_end(Completion(claimed, RunOutcome("succeeded", {"succeeded": True, "data": ["x"] * 1000})))

    ended = system.execution(claimed.id)
    assert ended.status == "failed"
    assert "ATTUNE_MAX_RESULT = 1000" in ended.error


@pytest.mark.parametrize(
    "asked",
    [{}, {"prompt": ""}, {"prompt": "x", "timeout_seconds": "soon"}, {"prompt": "x", "timeout_seconds": 1e300}],
    ids=["nothing", "empty", "wrong time", "endless"],
)
def test_an_action_that_asks_nonsense_fails_with_a_reason(system: System, claimed: work.Job, asked: dict) -> None:
    work._write_end(Completion(claimed, RunOutcome("succeeded", {"succeeded": True}, inquiry=asked)))

    ended = system.execution(claimed.id)
    assert (ended.status, ended.lease_token) == ("failed", None)
    assert ended.error


def test_nul_in_templates_reaches_every_column(system: System) -> None:
    ref = system.workflow(
        "hostile",
        r"""
        version: 1.0.0
        vars: {odd: '{{ "a\x00b" }}'}
        tasks:
          - name: each
            action: core.echo
            with_items: ["{{ vars.odd }}"]
            input: {message: "{{ item }}{{ vars.odd }}"}
            next: [{publish: [seen: "{{ vars.odd }}"], do: ask}]
          - {name: ask, action: core.ask, input: {prompt: "Is {{ vars.odd }} odd?"}}
        """,
    )
    execution_id = system.start(ref)

    system.deliver_all()

    run = system.run_of(execution_id)
    assert run.status == "running"
    assert system.inquiry(execution_id).prompt.startswith("Is a")


def test_a_cancelled_action_asks_nobody(system: System, claimed: work.Job) -> None:
    from app.engine.access import SYSTEM
    from app.services import executions

    executions.cancel(execution_id=claimed.id, by=SYSTEM)

    work._write_end(Completion(claimed, RunOutcome("succeeded", {"succeeded": True}, inquiry={"prompt": "Still there?"})))

    assert system.execution(claimed.id).status == "completed"
