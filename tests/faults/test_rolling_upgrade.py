"""A run that waits goes on with the revision it began with, whatever was saved and whichever process carries it on."""

from __future__ import annotations

from dataclasses import replace

from cryptography.fernet import Fernet

from app.boot import connect
from app.persistence import session
from app.services import inquiries, ports, workflows
from tests.workers.conftest import System

ASKS = """
tasks:
  - {name: ask, action: core.ask, input: {prompt: "Go on?"}, on_success: after}
  - {name: after, action: core.echo, input: {message: "revision one"}}
output_map: {said: one}
"""


def test_a_run_that_waits_keeps_its_revision_over_a_save_and_a_new_process(system: System) -> None:
    ref = system.workflow("asks", ASKS)
    waiting = system.start(ref)
    system.deliver_all()
    inquiry_id = system.inquiry(waiting).id
    first = system.run_of(waiting).revision

    definition = {"tasks": [{"name": "renamed", "action": "core.noop"}], "output_map": {"said": "two"}}
    workflows.update(ref=ref, body={"definition": definition}, by=system.alice)
    _replace_process()
    inquiries.respond(inquiry_id=inquiry_id, response="yes", by=system.alice)
    system.deliver_all()
    later = system.start(ref)
    system.deliver_all()

    ended = system.execution(waiting)
    assert (ended.status, ended.result["said"], system.run_of(waiting).revision) == ("completed", "one", first)
    assert [row.task_name for row in system.children(waiting)] == ["ask", "after"]
    assert system.execution(later).result["said"] == "two"
    session.current().engine.dispose()


def _replace_process() -> None:
    """Nothing that a process keeps in memory is left."""
    session.current().engine.dispose()
    connect(replace(ports.settings(), encryption_key=Fernet.generate_key().decode()), dispatcher=ports.Collected())
