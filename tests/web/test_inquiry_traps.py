"""The known traps of questions to people, each as a test on a server that works: pages, API, links and command line.

1.  A timer after an answer changes nothing: tests/services/test_inquiry_alarms.py (remind, escalate), and here (deadline).
2.  A question on a skipped task never opens.
3.  Parallel questions neither block one another nor are bypassed.
4.  Nobody approves what they started: page, API, link and command line.
5.  A child's answer does not resume the parent early, and reaches it.
6.  Links survive a restart and an upgrade: tests/services/test_inquiry_restart.py.
7.  Invalid input asks again.
8.  "false" or empty is no consent.
9.  Expiry never consents, and works without another setting.
10. Two questions joined.
11. The schema that was asked is the schema that is answered, even when the file has changed meanwhile.
12. An unknown status never blanks a page.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from app.cli.main import main
from app.engine.access import SYSTEM, Caller
from app.engine.errors import Forbidden, Invalid
from app.engine.inquiries.policy import Policy
from app.persistence import session
from app.persistence.models import Execution, Inquiry
from app.queries import inquiries as reads
from app.services import auth, auth_tokens, executions, inquiries, ports, recovery, workflows
from app.services.inquiries.linking import link_for
from app.services.inquiries.rows import locked
from tests.web.conftest import PASSWORD, Browser, eventually, words

APPROVAL = "response_schema: {approved: {type: boolean, required: true}}"


@functools.cache
def person(login: str) -> Caller:
    return auth.check_password(login, PASSWORD)


@pytest.fixture(scope="module")
def flow(server: Any) -> Callable[[str, str], str]:
    """Saves a workflow under examples; its ref. Saved again it is a new revision."""

    def save(name: str, text: str) -> str:
        ref, by = f"examples.{name}", person("alice")
        whole = f"ref: {ref}\nlabel: Trap\nversion: 1.0.0\n{text}"
        if name in saved:
            workflows.update(ref=ref, body={"text": whole}, by=by)
        else:
            workflows.create(body={"ref": ref, "pack_ref": "examples", "text": whole}, by=by)
            saved.add(name)
        return ref

    saved: set[str] = set()
    return save


@pytest.fixture
def api(server: Any) -> Callable[..., Any]:
    """`api("alice", "POST", "/inquiries/7/respond", body)`."""

    def call(login: str, method: str, path: str, body: Any = None) -> Any:
        who = person(login)
        token = auth_tokens.issue(identity_id=who.identity_id, login=login, token_type="access", life_s=600)
        headers = {"Authorization": f"Bearer {token}"}
        return server.test_client().open(f"/api/v1{path}", method=method, json=body, headers=headers)

    return call


@pytest.fixture
def command(server: Any) -> Iterator[Callable[..., Any]]:
    """`command("alice", "inquiries", "answer", "7", "--approve")`, over HTTP."""
    serving = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()

    def run(login: str, *arguments: str) -> Any:
        who = person(login)
        token = auth_tokens.issue(identity_id=who.identity_id, login=login, token_type="access", life_s=600)
        env = {"ATTUNE_URL": f"http://127.0.0.1:{serving.server_port}", "ATTUNE_TOKEN": token}
        return CliRunner().invoke(main, arguments, env=env)

    yield run
    serving.shutdown()
    thread.join(5)


def question_of(execution_id: int, task: str) -> int:
    """The open question of a task, once it is asked."""
    return eventually(lambda: _open(execution_id).get(task))


def _open(execution_id: int) -> dict[str, int]:
    with session.reading() as tx:
        joined = tx.session.query(Inquiry).join(Execution, Execution.id == Inquiry.execution)
        return {i.task_name: i.id for i in joined.filter(Execution.parent == execution_id, Inquiry.status == "pending")}


def ran(execution_id: int, task: str) -> bool:
    """Whether the task has completed."""
    with session.reading() as tx:
        rows = tx.session.query(Execution).filter_by(parent=execution_id, task_name=task, status="completed")
        return rows.first() is not None


def status_of(inquiry_id: int) -> str:
    return str(reads.get_inquiry(inquiry_id=inquiry_id, by=SYSTEM)["status"])


def answer(inquiry_id: int, response: Any, login: str = "carol") -> None:
    inquiries.respond(inquiry_id=inquiry_id, response=response, by=person(login))


def ended(execution_id: int) -> Execution:
    def found() -> Execution | None:
        with session.reading() as tx:
            row = tx.session.get(Execution, execution_id)
            return row if row.status in ("completed", "failed", "timeout", "cancelled") else None

    return eventually(found)


# 1


def test_the_deadline_of_a_question_that_was_answered_changes_nothing(flow, run):
    ref = flow("trap_timer", "tasks:\n  - {name: ask, action: core.ask, timeout: 30, input: {prompt: 'Well?'}}\n")
    execution_id = run(ref)
    inquiry_id = question_of(execution_id, "ask")
    answer(inquiry_id, {"approved": True})
    before = ended(execution_id).result
    clock, record = ports.current().clock, reads.get_record(inquiry_id=inquiry_id, by=SYSTEM)

    ports.current().clock = lambda: record_time(record)
    try:
        recovery.fire_timers(), recovery.expire_inquiries(), recovery.ring_inquiries()
    finally:
        ports.current().clock = clock

    assert reads.get_record(inquiry_id=inquiry_id, by=SYSTEM) == record
    assert ended(execution_id).result == before


def record_time(record: dict[str, Any]) -> datetime:
    """A day after the question was closed."""
    return datetime.fromisoformat(record["closed_at"].replace("Z", "+00:00")) + timedelta(days=1)


# 2


def test_a_question_on_a_skipped_task_never_opens(flow, run, alice):
    ref = flow(
        "trap_skipped",
        "tasks:\n  - {name: begin, action: core.noop, next: [{do: ask}]}\n"
        "  - {name: ask, action: core.ask, when: '{{ false }}', input: {prompt: 'Never?'}, next: [{do: after}]}\n"
        "  - {name: after, action: core.noop}\n",
    )
    execution_id = run(ref)

    assert ended(execution_id).status == "completed"
    with session.reading() as tx:
        assert tx.session.query(Inquiry).filter_by(task_name="ask", prompt="Never?").count() == 0
    assert "Never?" not in words(alice.get("/inbox"))


# 3 and 10


def two_questions(flow: Any, name: str) -> str:
    return flow(
        name,
        "tasks:\n"
        "  - {name: one, action: core.ask, input: {prompt: 'One?'}, next: [{do: [after_one, both]}]}\n"
        "  - {name: two, action: core.ask, input: {prompt: 'Two?'}, next: [{do: [after_two, both]}]}\n"
        "  - {name: after_one, action: core.noop}\n  - {name: after_two, action: core.noop}\n"
        "  - name: both\n    action: core.noop\n    join: all\n"
        "output_map: {one: '{{ task.one.result.response }}', two: '{{ task.two.result.response }}'}\n",
    )


def test_parallel_questions_neither_block_one_another_nor_are_bypassed(flow, run):
    execution_id = run(two_questions(flow, "trap_parallel"))
    first, second = question_of(execution_id, "one"), question_of(execution_id, "two")

    answer(second, "later one first")

    eventually(lambda: ran(execution_id, "after_two"))
    assert (status_of(first), ran(execution_id, "after_one"), ran(execution_id, "both")) == ("pending", False, False)
    executions.cancel(execution_id=execution_id, by=SYSTEM)


def test_two_questions_that_are_joined_go_on_once_with_both_answers(flow, run):
    execution_id = run(two_questions(flow, "trap_joined"))
    first, second = question_of(execution_id, "one"), question_of(execution_id, "two")

    answer(first, 1), answer(second, 2, login="bob")

    result = ended(execution_id).result
    assert (result["one"], result["two"]) == (1, 2)
    with session.reading() as tx:
        assert tx.session.query(Execution).filter_by(parent=execution_id, task_name="both").count() == 1


# 4


def test_nobody_approves_what_they_started_by_any_way(flow, run, alice, api, command):
    ref = flow(
        "trap_four_eyes",
        f"tasks:\n  - name: ask\n    action: core.ask\n    input: {{prompt: 'Ship?', exclude: [requester], {APPROVAL}}}\n",
    )
    execution_id = run(ref)
    inquiry_id = question_of(execution_id, "ask")
    me = person("alice")

    shown = alice.get(f"/inbox/{inquiry_id}")
    page = alice.post(f"/inbox/{inquiry_id}/answer", {"verb": "0"})
    call = api("alice", "POST", f"/inquiries/{inquiry_id}/respond", {"response": {"approved": True}})
    typed = command("alice", "inquiries", "answer", str(inquiry_id), "--approve")
    with pytest.raises(Invalid):
        inquiries.make_link(inquiry_id=inquiry_id, identity="alice", by=me)
    with session.transaction() as tx:  # a link from before she was excluded, or made by hand
        link = link_for(tx, locked(tx, inquiry_id), me.identity_id, now=ports.now())
    with pytest.raises(Forbidden):
        inquiries.respond_by_link(token=link.token, response={"approved": True})

    assert "You started this run" in words(shown) and 'name="verb"' not in shown.text
    assert (page.status_code, call.status_code) == (403, 403)
    assert typed.exit_code != 0 and "You started this run" in typed.output
    assert status_of(inquiry_id) == "pending"
    answer(inquiry_id, {"approved": True}, login="carol")
    assert ended(execution_id).status == "completed"


# 5


def test_a_child_s_answer_does_not_resume_the_parent_early_and_reaches_it(flow, run):
    flow(
        "trap_child",
        "tasks:\n  - {name: first, action: core.ask, input: {prompt: 'First?'}, next: [{do: second}]}\n"
        "  - {name: second, action: core.ask, input: {prompt: 'Second?'}}\n"
        "output_map: {said: ['{{ task.first.result.response }}', '{{ task.second.result.response }}']}\n",
    )
    ref = flow(
        "trap_parent",
        "tasks:\n  - {name: child, action: examples.trap_child, next: [{do: after}]}\n"
        "  - {name: after, action: core.noop}\noutput_map: {said: '{{ task.child.result.said }}'}\n",
    )
    parent = run(ref)

    def child() -> int | None:
        with session.reading() as tx:
            row = tx.session.query(Execution).filter_by(parent=parent, task_name="child").first()
            return row.id if row else None

    child_id = eventually(child)
    answer(question_of(child_id, "first"), "a")
    second = question_of(child_id, "second")
    resumed_early = ran(parent, "child") or ran(parent, "after")
    answer(second, "b")

    assert not resumed_early
    assert ended(parent).result["said"] == ["a", "b"]


# 7


def test_invalid_input_asks_again_and_fails_nothing(flow, run, alice, api):
    ref = flow(
        "trap_invalid",
        "tasks:\n  - name: ask\n    action: core.ask\n    input:\n      prompt: 'How many?'\n"
        "      response_schema: {seats: {type: integer, required: true, minimum: 1}}\n",
    )
    execution_id = run(ref)
    inquiry_id = question_of(execution_id, "ask")

    page = alice.post(f"/inbox/{inquiry_id}/answer", {"f.seats": "many", "verb": "send"})
    call = api("alice", "POST", f"/inquiries/{inquiry_id}/respond", {"response": {"seats": 0}})

    assert (page.status_code, call.status_code) == (422, 422)
    assert 'value="many"' in page.text and "takes an integer" in words(page)
    assert status_of(inquiry_id) == "pending"
    alice.post(f"/inbox/{inquiry_id}/answer", {"f.seats": "3", "verb": "send"})
    assert ended(execution_id).status == "completed"


# 8


def test_only_a_true_boolean_is_consent(flow, run, api):
    ref = flow("trap_consent", f"tasks:\n  - {{name: ask, action: core.ask, input: {{prompt: 'Ship?', {APPROVAL}}}}}\n")
    inquiry_id = question_of(run(ref), "ask")
    wrong = ["false", "", "true", "yes", 1, None, [], {"approved": True}]

    refused = [api("carol", "POST", f"/inquiries/{inquiry_id}/respond", {"response": {"approved": v}}) for v in wrong]

    assert [r.status_code for r in refused] == [422] * len(wrong)
    assert not any(Policy(quorum=1).says_yes({"approved": value}) for value in wrong)
    assert status_of(inquiry_id) == "pending"
    inquiries.cancel(inquiry_id=inquiry_id, by=SYSTEM)


def test_a_form_without_a_pressed_button_is_no_consent(flow, run, alice):
    ref = flow("trap_form", f"tasks:\n  - {{name: ask, action: core.ask, input: {{prompt: 'Ship?', {APPROVAL}}}}}\n")
    inquiry_id = question_of(run(ref), "ask")
    forms = [{}, {"verb": ""}, {"verb": "true"}, {"f.approved": "true"}, {"verb": "send", "f.approved": ""}]

    answers = [alice.post(f"/inbox/{inquiry_id}/answer", form).status_code for form in forms]

    assert (answers, status_of(inquiry_id)) == ([400] * len(forms), "pending")
    inquiries.cancel(inquiry_id=inquiry_id, by=SYSTEM)


# 9


def test_expiry_never_consents_and_works_without_another_setting(flow, run):
    ref = flow(
        "trap_expiry",
        f"tasks:\n  - name: ask\n    action: core.ask\n    timeout: 0.3\n    input: {{prompt: 'Ship?', {APPROVAL}}}\n"
        "    next:\n      - {when: '{{ succeeded() }}', do: ship}\n      - {when: '{{ timed_out() }}', do: keep}\n"
        "  - {name: ship, action: core.noop}\n  - {name: keep, action: core.noop}\n",
    )
    execution_id = run(ref)

    assert ended(execution_id).status == "completed"
    assert (ran(execution_id, "keep"), ran(execution_id, "ship")) == (True, False)
    with session.reading() as tx:
        joined = tx.session.query(Inquiry).join(Execution, Execution.id == Inquiry.execution)
        asked = joined.filter(Execution.parent == execution_id).one()
    assert (asked.status, asked.response) == ("timeout", None)


# 11


def test_the_schema_that_was_asked_is_the_schema_that_is_answered(flow, run, alice, api):
    asks = "tasks:\n  - {{name: ask, action: core.ask, input: {{prompt: 'Where?', response_schema: {{{field}: {{type: string, required: true}}}}}}}}\n"
    ref = flow("trap_schema", asks.format(field="room"))
    execution_id = run(ref)
    inquiry_id = question_of(execution_id, "ask")

    flow("trap_schema", asks.format(field="city"))

    page = alice.get(f"/inbox/{inquiry_id}").text
    assert 'name="f.room"' in page and 'name="f.city"' not in page
    assert api("alice", "POST", f"/inquiries/{inquiry_id}/respond", {"response": {"city": "x"}}).status_code == 422
    assert alice.post(f"/inbox/{inquiry_id}/answer", {"f.room": "attic", "verb": "send"}).status_code == 303
    assert ended(execution_id).status == "completed"


# 12


def test_an_unknown_status_never_blanks_a_page(flow, run, alice: Browser):
    ref = flow("trap_unknown", "tasks:\n  - {name: ask, action: core.ask, input: {prompt: 'Still there?'}}\n")
    execution_id = run(ref)
    inquiry_id = question_of(execution_id, "ask")
    answer(inquiry_id, 1)
    ended(execution_id)
    with session.transaction() as tx:  # as a later version may have written it
        row = tx.session.get(Inquiry, inquiry_id)
        row.status, row.record = "put_aside", {**row.record, "status": "put_aside"}
        tx.session.get(Execution, execution_id).status = "put_aside"

    pages = [f"/inbox/{inquiry_id}", f"/inbox/{inquiry_id}/record", "/inbox?show=all", f"/runs/{execution_id}", "/runs", "/"]
    answers = {path: alice.get(path) for path in pages}

    assert {path: a.status_code for path, a in answers.items()} == dict.fromkeys(pages, 200)
    assert "Unknown: put_aside" in words(answers[pages[0]]) and "Still there?" in words(answers[pages[0]])
    assert re.search(r"Unknown: put_aside", words(answers[f"/runs/{execution_id}"]))
    with session.transaction() as tx:
        tx.session.get(Execution, execution_id).status = "completed"
