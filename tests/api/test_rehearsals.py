"""POST /workflows/rehearse (api.md 7.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.access import SYSTEM
from app.persistence import session
from app.services import pack_files, pack_sources, ports
from app.services.pack_registration import Source, register

TEXT = """
ref: ship.release
label: Release
version: 1.0.0
parameters:
  version: {type: string, required: true}
  token: {type: string, secret: true, default: hunter2hunter2}
tasks:
  - name: build
    action: core.http_request
    input: {url: "https://example.org/{{ parameters.version }}", timeout: "20"}
    next:
      - when: succeeded()
        publish: [{size: "{{ result().size }}"}]
        do: approve
      - when: failed()
        label: broken
        do: [tell]
  - name: approve
    action: core.ask
    input:
      prompt: "Ship {{ parameters.version }}?"
      response_schema: {approved: {type: boolean, required: true}}
    next:
      - when: succeeded() and result().response.approved
        do: ship
      - do: noop
  - {name: ship, action: core.echo, input: {message: "by {{ parameters.token }}"}}
  - {name: tell, action: core.echo, input: {message: "{{ task.build.error.message | default('') }}"}, with_items: [1, 2]}
output_map:
  size: "{{ vars.size | default(0) }}"
"""


@pytest.fixture(autouse=True)
def core(app):
    """The core pack, whose permission sets are there already."""
    files = pack_files.read(next(root / "core" for root in pack_sources.shipped_roots() if (root / "core").is_dir()))
    files.permission_sets = []
    with session.transaction() as tx:
        register(tx, files, Source("shipped", standard=True), storage=files.directory, by=SYSTEM)


def rehearse(person, **body):
    return person.post("/workflows/rehearse", json={"text": TEXT, **body})


def test_a_script_decides_what_happens(carol):
    script = [
        {"task": "build", "result": {"size": 7}},
        {"task": "approve", "answer": {"approved": True}},
    ]

    answer = rehearse(
        carol, parameters={"version": "2.0"}, script=script, now="2026-01-01T10:00:00Z"
    ).json["data"]

    assert (answer["status"], answer["output"]) == ("completed", {"size": 7, "succeeded": True})
    assert [(s["task"], s["what"]) for s in answer["steps"]] == [
        ("build", "running"), ("build", "completed"), ("approve", "waiting_inquiry"), ("approve", "completed"),
        ("ship", "running"), ("ship", "completed"),
    ]  # fmt: skip
    first, built, asked, *_ = answer["steps"]
    assert first["at"] == "2026-01-01T10:00:00Z"
    assert (first["input"]["url"], first["input"]["timeout"]) == ("https://example.org/2.0", 20)
    assert (built["published"], built["at"]) == ({"size": 7}, "2026-01-01T10:00:01Z")
    assert [(t["when"], t["value"], t["fired"], t["targets"]) for t in built["transitions"]] == [
        ("succeeded()", True, True, ["approve"]), ("failed()", False, False, ["tell"]),
    ]  # fmt: skip
    assert asked["input"]["prompt"] == "Ship 2.0?"
    assert answer["vars"] == {"size": 7}
    assert answer["waiting"] == []


def test_the_graph_shows_what_ran_and_coverage_what_did_not(carol):
    answer = rehearse(carol, parameters={"version": "2"}, script=[{"task": "build", "error": "no network"}]).json["data"]

    states = {node["name"]: node["state"] for node in answer["graph"]["nodes"]}
    assert states == {"build": "failed", "approve": "pending", "ship": "pending", "tell": "completed"}
    assert [(e["from"], e["to"], e["taken"]) for e in answer["graph"]["edges"]] == [
        ("build", "approve", False), ("build", "tell", True), ("approve", "ship", False),
    ]  # fmt: skip
    assert 'id="edge-1"' in answer["graph"]["svg"]
    assert answer["coverage"]["tasks"] == {"covered": 2, "total": 4, "missing": ["approve", "ship"]}
    assert [(m["task"], m["index"], m["target"]) for m in answer["coverage"]["transitions"]["missing"]] == [
        ("build", 0, "approve"), ("approve", 0, "ship"), ("approve", 1, "noop"),
    ]  # fmt: skip


def test_without_a_script_examples_of_the_schemas_stand_in(carol):
    answer = rehearse(carol).json["data"]

    assert answer["parameters"]["version"] == "text"
    assert answer["steps"][1]["result"]["status_code"] == 1
    assert answer["status"] == "failed"  # core.http_request declares no `size`
    assert "size" in answer["error"]


def test_a_silent_question_waits_and_until_stops_before_a_task(carol):
    built = {"task": "build", "result": {"size": 1}}
    silent = rehearse(carol, script=[built, {"task": "approve", "silent": True}]).json["data"]
    until = rehearse(carol, script=[built], until="approve").json["data"]

    assert (silent["status"], [w["reason"] for w in silent["waiting"]]) == ("running", ["waits for an answer"])
    assert silent["output"] is None
    assert [s["task"] for s in until["steps"]] == ["build", "build"]
    assert [(w["task"], w["reason"]) for w in until["waiting"]] == [("approve", "the rehearsal stops before it")]


def test_an_unanswered_question_times_out_and_items_have_their_own_entries(carol):
    text = TEXT.replace("action: core.ask", "action: core.ask\n    timeout: 60").replace("- do: noop", "- do: tell")
    script = [
        {"task": "build", "result": {"size": 1}},
        {"task": "approve", "answer": {"approved": False}},
        {"task": "tell", "item": 1, "error": {"type": "failed", "message": "mail is down"}},
    ]
    answer = rehearse(carol, text=text, script=script).json["data"]

    assert [(s["item"], s["what"]) for s in answer["steps"] if s["task"] == "tell"] == [
        (0, "running"), (1, "running"), (0, "completed"), (1, "failed"), (None, "failed"),
    ]  # fmt: skip
    late = rehearse(carol, text=text, script=[script[0], {"task": "approve", "timed_out": True}]).json["data"]
    assert [s["what"] for s in late["steps"] if s["task"] == "approve"] == ["waiting_inquiry", "timed_out"]


def test_wrong_parameters_fail_before_any_task_as_in_a_run(carol):
    answer = rehearse(carol, parameters={}).json["data"]

    assert (answer["status"], answer["steps"]) == ("failed", [])
    assert "version" in answer["error"]


def test_secrets_are_masked_everywhere(carol):
    script = [{"task": "build", "result": {"size": 1}}, {"task": "approve", "answer": {"approved": True}}]
    told = rehearse(carol, parameters={"version": "1", "token": "s3cret-s3cret"}, script=script).text

    assert "s3cret" not in told
    assert "by ***" in told


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"script": [{"task": "bild"}]}, "Did you mean 'build'?"),
        ({"script": [{"task": "build", "answer": {}}]}, "asks nobody"),
        ({"script": [{"task": "approve", "result": {}}]}, "asks people"),
        ({"script": [{"task": "build", "item": 0}]}, "no with_items"),
        ({"script": [{"task": "build", "error": "x", "timed_out": True}]}, "comes to one thing"),
        ({"script": [{"task": "build", "result": {"size": 1}}, {"task": "approve", "answer": {"approved": "no"}}]}, "does not fit"),
        ({"until": "nowhere"}, "no task of this workflow"),
        ({"text": "ref: ship.x\nversion: '1'\ntasks: []"}, "can't be rehearsed"),
        ({"text": "a: [1"}, "can't be rehearsed"),
        ({"script": 3}, "script"),
    ],
)
def test_what_makes_no_sense_is_422_and_says_so(carol, body, says):
    answer = rehearse(carol, **body)

    assert answer.status_code == 422, answer.text
    assert says in answer.json["error"]


def test_limits_are_named(carol, app):
    loop = """
ref: ship.loop
version: 1
tasks:
  - name: again
    action: core.noop
    max_visits: 1000
    next: [{do: again}]
"""
    settings = ports.settings()
    ports.use(ports.Ports(settings=replace(settings, rehearsal_steps=50, rehearsal_size=40_000), sealer=ports.current().sealer))
    many = carol.post("/workflows/rehearse", json={"text": loop})
    large = carol.post("/workflows/rehearse", json={"text": TEXT, "script": [{"task": "build", "result": {"size": "x" * 50_000}}]})
    ports.use(ports.Ports(settings=settings, sealer=ports.current().sealer))

    assert (many.status_code, large.status_code) == (422, 422)
    assert "ATTUNE_REHEARSAL_STEPS" in many.json["error"]
    assert "ATTUNE_REHEARSAL_SIZE" in large.json["error"]
    assert carol.post("/workflows/rehearse", json={"text": "#" * (1024 * 1024 + 1)}).status_code == 413


def test_slow_expressions_end_with_the_rehearsal(carol, app):
    slow = """
ref: ship.slow
version: 1
tasks:
  - name: burn
    action: core.noop
    with_items: "{{ range(60) }}"
    input: {message: "{% for i in range(90000) %}{% if (i * i) is divisibleby(7) %}{% endif %}{% endfor %}"}
"""
    settings = ports.settings()
    ports.use(ports.Ports(settings=replace(settings, rehearsal_seconds=0.05), sealer=ports.current().sealer))
    answer = carol.post("/workflows/rehearse", json={"text": slow})
    ports.use(ports.Ports(settings=settings, sealer=ports.current().sealer))

    assert answer.status_code == 422
    assert "ATTUNE_REHEARSAL_SECONDS" in answer.json["error"]


def test_nothing_is_stored_and_it_takes_the_right_to_read_actions(carol, mallory, client):
    rehearse(carol, script=[{"task": "build", "result": {"size": 1}}])

    assert carol.get("/executions?include_total=true").json["items"] == []
    assert client.post("/api/v1/workflows/rehearse", json={"text": TEXT}).status_code == 401


def test_keys_and_configuration_are_what_the_caller_gives(carol):
    text = """
ref: ship.keys
version: 1
tasks:
  - name: greet
    action: core.echo
    input: {message: "{{ kv.get('ship.word', default='Hi') }} {{ kv.get_secret('ship.pass', default='-') }} {{ pack.config.who | default('you') }}"}
output_map: {said: "{{ task.greet.stdout | trim }}"}
"""
    plain = rehearse(carol, text=text).json["data"]
    told = rehearse(carol, text=text, keys={"ship.word": "Yo", "ship.pass": "pass-pass-pass"}, config={"who": "all"}).json["data"]

    assert plain["output"]["said"] == "Hi - you"
    assert told["output"]["said"] == "Yo *** all"
    assert told["config"] == {"who": "all"}
    assert rehearse(carol).json["data"]["config"] == {}


def test_a_question_is_seen_by_templates_and_waited_for(carol):
    text = """
ref: ship.gate
version: 1
tasks:
  - name: ask
    action: core.ask
    timeout: 100
    input: {prompt: Go?, response_schema: {ok: {type: boolean, required: true}}, default_response: {ok: false}}
    next: [{do: noop}]
  - name: gate
    action: core.echo
    wait_for: {inquiry: "{{ inquiry.ask.id }}"}
    input: {message: "{{ inquiry.ask.status }} {{ inquiry.ask.response.ok }}"}
  - {name: other, action: core.noop, on_success: gate}
output_map: {said: "{{ task.gate.stdout | default('') | trim }}"}
"""
    answered = rehearse(carol, text=text, script=[{"task": "ask", "answer": {"ok": True}, "took_s": 40}]).json["data"]
    expired = rehearse(carol, text=text, script=[{"task": "ask", "timed_out": True}]).json["data"]
    open_ = rehearse(carol, text=text, script=[{"task": "ask", "silent": True}]).json["data"]

    assert answered["output"]["said"] == "responded true"
    assert answered["steps"][-1]["at"] > answered["steps"][0]["at"]
    assert [s["what"] for s in expired["steps"] if s["task"] == "gate"] == ["waiting_inquiry", "timed_out"]
    assert [w["task"] for w in open_["waiting"]] == ["ask", "gate"]


RECORDED = """
ref: t.recorded
label: Recorded
version: 1.0.0
parameters: {token: {type: string, secret: true}, amount: {type: integer, default: 3}}
tasks:
  - {name: first, action: core.echo, input: {message: hello}, on_success: second}
  - {name: second, action: core.sleep, input: {seconds: 60}}
"""


@pytest.fixture
def recorded(alice, core):
    """Id of a run that stands before its second task."""
    alice.post("/packs", json={"ref": "t", "label": "T", "version": "1.0.0"})
    saved = alice.post("/packs/t/workflow-files", json={"name": "recorded", "text": RECORDED})
    assert saved.status_code == 201, saved.json
    body = {"parameters": {"token": "correct-horse-battery"}}
    return alice.post("/workflows/t.recorded/execute", json=body).json["data"]["id"]


def test_a_past_run_becomes_a_script_with_its_secrets_masked(alice, recorded):
    told = alice.get(f"/executions/{recorded}/rehearsal-script").json["data"]

    assert told["workflow_ref"] == "t.recorded"
    assert told["parameters"] == {"token": "***", "amount": 3}
    assert [entry["task"] for entry in told["script"]] in ([], ["second"])
    body = {"text": RECORDED, **{key: told[key] for key in ("parameters", "script", "now")}}
    assert alice.post("/workflows/rehearse", json=body).status_code == 200


def test_a_script_is_for_who_may_read_the_run(alice, carol, mallory, recorded):
    assert mallory.get(f"/executions/{recorded}/rehearsal-script").status_code in (403, 404)
    assert alice.get("/executions/999999/rehearsal-script").status_code == 404


def test_an_execution_that_is_no_workflow_has_no_script(alice, core):
    started = alice.post("/executions/execute", json={"action_ref": "core.sleep", "parameters": {"seconds": 1}})

    refused = alice.get(f"/executions/{started.json['data']['id']}/rehearsal-script")

    assert refused.status_code == 404
    assert "is no workflow" in refused.json["error"]
