"""Questions of workflows on real workers: what each ending of a question does to its run."""

from __future__ import annotations

import pytest

from app.engine.access import SYSTEM, Caller
from app.engine.errors import Conflict
from app.engine.inquiries.records import is_intact
from app.persistence.models import InquiryRecord
from app.queries import inquiries as reads
from app.queries import workflow_executions as run_reads
from app.services import executions, inquiries
from tests.services.builders import make_caller
from tests.workers.conftest import System

ASK = """
version: 1.0.0
tasks:
  - name: ask
    action: core.ask
    timeout: {timeout}
    input: {input}
    next:
      - {{when: "{{{{ succeeded() }}}}", publish: [said: "{{{{ result().response }}}}"], do: after}}
      - {{when: "{{{{ timed_out() }}}}", publish: [said: nothing], do: after}}
      - {{when: "{{{{ failed() }}}}", publish: [said: "{{{{ error().message }}}}"], do: after}}
  - {{name: after, action: core.noop}}
output_map: {{said: "{{{{ vars.said }}}}"}}
vars: {{said: null}}
"""


def asking(live: System, *, timeout: float = 60, input: str = "{prompt: 'Well?'}") -> int:
    return live.start(live.workflow("asks", ASK.format(timeout=timeout, input=input)))


@pytest.fixture
def bob(live: System) -> Caller:
    return make_caller("bob", "ops")


@pytest.fixture
def carol(live: System) -> Caller:
    return make_caller("carol", "ops", "security")


def test_an_answer_completes_the_asking_execution_and_goes_on(live: System, bob: Caller) -> None:
    execution_id = asking(live)
    inquiry = live.inquiry(execution_id)
    [child] = live.children(execution_id, "ask")

    inquiries.respond(inquiry_id=inquiry.id, response={"approved": True}, by=bob)

    ended = live.end_of(execution_id)
    assert inquiry.execution == child.id
    assert live.execution(child.id).result == {"succeeded": True, "response": {"approved": True}, "inquiry_id": inquiry.id}
    assert (ended.status, ended.result["said"]) == ("completed", {"approved": True})


def test_a_default_response_completes_it_at_the_deadline(live: System) -> None:
    execution_id = asking(live, timeout=0.3, input="{prompt: 'Well?', default_response: {approved: false}}")

    ended = live.end_of(execution_id)

    [child] = live.children(execution_id, "ask")
    assert (child.status, child.result["defaulted"], child.timed_out) == ("completed", True, False)
    assert ended.result["said"] == {"approved": False}


def test_without_a_default_it_times_out(live: System) -> None:
    execution_id = asking(live, timeout=0.3)

    ended = live.end_of(execution_id)

    [child] = live.children(execution_id, "ask")
    assert (child.status, child.timed_out, child.error) == ("timeout", True, "inquiry timed out")
    assert (ended.status, ended.result["said"]) == ("completed", "nothing")


def test_a_question_reminds_and_escalates_by_itself(live: System, bob: Caller, carol: Caller) -> None:
    execution_id = asking(live, input="{prompt: 'Well?', assigned_to: bob, remind: [0.1], escalate: {after: 0.2, to: carol}}")
    inquiry = live.inquiry(execution_id)

    live.wait(lambda: len(reads.get_inquiry(inquiry_id=inquiry.id, by=SYSTEM)["history"]) == 2, "reminder and escalation")
    inquiries.respond(inquiry_id=inquiry.id, response="go", by=carol)

    assert live.end_of(execution_id).result["said"] == "go"


def test_a_cancelled_question_fails_its_task(live: System) -> None:
    execution_id = asking(live)

    inquiries.cancel(inquiry_id=live.inquiry(execution_id).id, by=SYSTEM)

    ended = live.end_of(execution_id)
    assert live.children(execution_id, "ask")[0].status == "failed"
    assert "cancelled" in ended.result["said"]


def test_cancelling_the_run_cancels_its_question(live: System, bob: Caller) -> None:
    execution_id = asking(live)
    inquiry = live.inquiry(execution_id)

    executions.cancel(execution_id=execution_id, by=SYSTEM)

    assert live.end_of(execution_id).status == "cancelled"
    assert reads.get_inquiry(inquiry_id=inquiry.id, by=SYSTEM)["status"] == "cancelled"
    with pytest.raises(Conflict, match="already cancelled"):
        inquiries.respond(inquiry_id=inquiry.id, response=1, by=bob)


def test_a_quorum_of_roles_goes_on_when_it_is_decided(live: System, bob: Caller, carol: Caller) -> None:
    execution_id = asking(live, input="{prompt: 'Well?', quorum: {ops: 2, security: 1}}")
    inquiry = live.inquiry(execution_id)

    inquiries.respond(inquiry_id=inquiry.id, response={"approved": True}, by=bob)
    half = reads.get_inquiry(inquiry_id=inquiry.id, by=SYSTEM)
    inquiries.respond(inquiry_id=inquiry.id, response={"approved": True}, by=carol, comment="ok")

    live.end_of(execution_id)
    result = live.children(execution_id, "ask")[0].result
    assert half["needed"] == "1 more of ops and 1 more of security"
    assert [a["login"] for a in result["answers"]] == ["bob", "carol"]


def test_a_question_that_makes_no_sense_fails_its_task_with_the_reason(live: System) -> None:
    execution_id = asking(live, input="{prompt: 'Well?', assigned_to: nobody-we-know}")

    ended = live.end_of(execution_id)

    assert "nobody-we-know" in ended.result["said"]


def test_a_secret_is_masked_in_what_people_are_shown(live: System) -> None:
    ref = live.workflow(
        "tells",
        """
        version: 1.0.0
        parameters: {token: {type: string, secret: true}}
        tasks:
          - name: ask
            action: core.ask
            input:
              prompt: "Is {{ parameters.token }} right?"
              evidence: [{title: it, value: {token: "{{ parameters.token }}"}}]
        """,
    )

    inquiry = live.inquiry(live.start(ref, token="correct-horse"))

    assert inquiry.prompt == "Is *** right?"
    assert inquiry.evidence[0]["value"] == {"token": "***"}


def test_each_item_may_ask_its_own_question(live: System, bob: Caller) -> None:
    ref = live.workflow(
        "each",
        """
        version: 1.0.0
        tasks:
          - {name: ask, action: core.ask, with_items: "{{ ['a', 'b'] }}", input: {prompt: "{{ item }}?"}}
        output_map: {all: "{{ task.ask.results | map(attribute='response') | list }}"}
        """,
    )
    execution_id = live.start(ref)
    run = live.run_of(execution_id).id

    for number in (1, 2):
        live.wait(lambda n=number: waiting(run) == 3 - n, f"{3 - number} pending inquiries")
        inquiries.respond(inquiry_id=live.inquiry(execution_id).id, response=number, by=bob)

    assert sorted(live.end_of(execution_id).result["all"]) == [1, 2]


def waiting(run_id: int) -> int:
    return reads.list_inquiries(by=SYSTEM, workflow_execution=run_id, status="pending")[1]


def test_a_task_may_wait_for_a_question_a_client_has_asked(live: System, bob: Caller) -> None:
    ref = live.workflow(
        "waits",
        """
        version: 1.0.0
        parameters: {question: {type: integer}}
        tasks:
          - {name: hold, action: core.noop, wait_for: {inquiry: "{{ parameters.question }}"}}
        """,
    )
    question = inquiries.create(execution_id=live.start("core.noop"), prompt="Go?", by=SYSTEM)
    execution_id = live.start(ref, question=question)
    run_id = live.run_of(execution_id).id
    live.wait(lambda: _state(run_id) == "waiting_inquiry", "the task waiting for the inquiry")

    inquiries.respond(inquiry_id=question, response="go", by=bob)

    assert live.end_of(execution_id).status == "completed"


def _state(run_id: int) -> str:
    return run_reads.list_tasks(workflow_execution_id=run_id, by=SYSTEM)[0]["state"]


def test_the_run_page_names_the_question_while_it_is_open(live: System) -> None:
    execution_id = asking(live)
    inquiry = live.inquiry(execution_id)
    run = live.run_of(execution_id)

    tasks = {t["name"]: t for t in run_reads.list_tasks(workflow_execution_id=run.id, by=SYSTEM)}
    graph = run_reads.run_graph(workflow_execution_id=run.id, by=SYSTEM)

    assert (tasks["ask"]["state"], tasks["ask"]["inquiry"]) == ("waiting_inquiry", inquiry.id)
    assert {n["name"]: n["state"] for n in graph["nodes"]} == {"ask": "waiting_inquiry", "after": "pending"}


def test_every_way_to_end_seals_a_record(live: System, bob: Caller) -> None:
    from app.persistence import session

    answered, cancelled = asking(live), live.start("t.asks")
    inquiries.respond(inquiry_id=live.inquiry(answered).id, response=1, by=bob)
    question = live.inquiry(cancelled)
    executions.cancel(execution_id=cancelled, by=SYSTEM)
    live.end_of(answered), live.end_of(cancelled)

    with session.reading() as tx:
        links = tx.session.query(InquiryRecord).order_by(InquiryRecord.id).all()
    record = reads.get_record(inquiry_id=question.id, by=SYSTEM)
    assert [link.previous for link in links] == [None, links[0].digest]
    assert (record["digest"], is_intact(record)) == (links[1].digest, True)


def test_a_printed_question_that_cannot_be_asked_fails_its_task(live: System) -> None:
    printed = '{"__inquiry": {"prompt": "p", "timeout_seconds": "soon"}}'
    live.script("asker", f"echo '{printed}'")
    started = live.start(live.workflow("prints", "version: 1.0.0\ntasks:\n  - {name: a, action: t.asker}\n"))

    assert live.end_of(started).status == "failed"
    assert "can't be asked" in live.children(started)[0].error
