"""The inspector of a task: form, names, transitions, past values; and who may see what."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from app.services import auth, workflows
from tests.web.conftest import PASSWORD, ROOT, words

ITEMS = (ROOT / "packs/examples/workflows/items.yaml").read_text()
SECRETS = (ROOT / "packs/examples/workflows/secrets.yaml").read_text()
TEXT = """\
ref: examples.probe
version: 1.0.0
parameters: {env: {type: string, required: true}}
vars: {slots: [1, 2]}
tasks:
  - name: build
    action: core.http_request
    timeout: 90
    input:
      url: "https://{{ parameters.env }}/health"
      method: PUT
      headers: {x-trace: "1"}
    retry: {count: 5, delay: 15, backoff: exponential}
    next:
      - when: succeeded() and result().status_code == 200
        label: fine
        publish:
          - seen: "{{ result().url }}"
        do: [each, both]
      - when: failed()
        do: fail
  - name: each
    action: core.echo
    with_items: "{{ vars.slots }}"
    input: {message: "{{ item }} of {{ vars.unheard }}"}
    on_success: both
  - name: both
    type: parallel
    join: all
    tasks:
      - {name: left, action: core.noop}
"""
OVER_TIME = """\
version: 1.0.0
vars: {n: 0}
tasks:
  - {name: first, action: core.noop, publish: {n: "{{ vars.n + 1 }}"}, on_success: look}
  - {name: look, action: core.echo, input: {message: "{{ vars.n }}"}, on_success: last}
  - {name: last, action: core.noop, publish: {n: "{{ vars.n + 1 }}"}}
"""


@pytest.fixture
def inspect(alice):
    def asked(text=TEXT, by=alice, **more):
        return by.client.post("/workflows/inspect", json={"text": text, **more}, headers={"X-CSRFToken": by.token()})

    return asked


def field(page, name):
    """Attributes and value of a field, by the id of its control."""
    block = next(part for part in page.text.split("data-field ")[1:] if f'id="in-{name}"' in part)
    block = block.split("<details")[0]
    found = dict(re.findall(r'data-(path|kind|mode|moment)="([^"]*)"', block))
    value = re.search(r'<input[^>]*? value="([^"]*)"|<textarea[^>]*>\n?(.*?)</textarea>|<option value="([^"]*)" selected', block, re.S)
    text = next((group for group in value.groups() if group is not None), "") if value else ""
    return {**found, "path": json.loads(unescape(found["path"])), "value": unescape(text), "html": block}


def names(page):
    data = re.search(r"data-names-at>(.*?)</script>", page.text, re.S)[1]
    return {name["text"]: name for name in json.loads(data)}


def test_every_input_is_a_field_of_the_schema_literal_or_expression(inspect):
    page = inspect(task="build")

    assert page.status_code == 200
    assert field(page, "input-url") | {"html": ""} == {
        "path": ["tasks", "build", "input", "url"], "kind": "text", "mode": "expression", "moment": "run",
        "value": "https://{{ parameters.env }}/health", "html": "",
    }  # fmt: skip
    assert field(page, "input-method")["kind"] == "choice"
    assert field(page, "input-method")["value"] == '"PUT"'
    assert json.loads(field(page, "input-headers")["value"]) == {"x-trace": "1"}
    assert "11 more that it takes" in words(page)


def test_the_description_of_the_action_and_its_address_are_there(inspect):
    page = inspect(task="build")

    assert "An answer of any status completes it" in words(page)
    assert 'href="/packs/core"' in page.text


def test_retry_time_and_join_are_fields_and_the_waits_are_in_words(inspect):
    page = inspect(task="build")

    assert field(page, "retry-count")["value"] == "5"
    assert field(page, "retry-backoff")["value"] == '"exponential"'
    assert "waits 15, 30, 60, 120, 240 s" in words(page)
    assert field(page, "timeout")["value"] == "90"
    assert "A time-out counts as failed here." in words(page)
    assert field(inspect(task="both"), "join")["value"] == '"all"'


def test_transitions_come_in_order_with_condition_targets_and_publish(inspect):
    page = inspect(task="build")

    ways = re.findall(r'data-way="(\d)".*?data-targets="([^"]*)"', page.text)
    assert [(number, json.loads(unescape(targets))) for number, targets in ways] == [("0", ["each", "both"]), ("1", ["fail"])]
    assert field(page, "next-0-when")["value"] == "succeeded() and result().status_code == 200"
    assert field(page, "next-0-publish-0-seen")["path"] == ["tasks", "build", "next", 0, "publish", 0, "seen"]


def test_classic_keys_are_shown_as_transitions_too(inspect):
    page = inspect(task="each")

    assert 'data-target-path="[&#34;tasks&#34;, &#34;each&#34;, &#34;on_success&#34;]"' in page.text


def test_a_problem_stands_at_its_field(inspect):
    page = inspect(task="each")

    assert words(page).count("publishes a variable") == 1
    assert "publishes a variable" in unescape(field(page, "input-message")["html"])


def test_a_problem_of_a_folded_transition_is_said_above_too(inspect):
    page = inspect(TEXT.replace("result().status_code == 200", "resul().status"), task="build")

    assert "1 problem" in words(page)
    assert "has a problem" in words(page)


def test_children_of_a_parallel_task_are_listed_and_have_no_transitions(inspect):
    assert 'data-select="left"' in inspect(task="both").text
    child = inspect(task="left")
    assert "Then" not in words(child)
    assert 'id="in-join"' not in child.text


def test_names_are_offered_where_they_exist(inspect):
    offered = names(inspect(task="each"))

    assert "run" in offered["item"]["at"] and "start" not in offered["item"]["at"]
    assert offered["vars.seen"]["certain"]
    assert "end" in offered["succeeded()"]["at"]
    assert "task.build.status_code" in offered, "the action declares it"


def test_the_key_under_the_cursor_is_explained_inputs_in_the_words_of_the_action(inspect):
    assert "Extra attempts" in words(inspect(task="build", line=13, column=14))
    assert "At the cursor: method HTTP method" in words(inspect(task="build", line=11))
    assert "The inputs. They are checked" in words(inspect(line=3))


def test_a_past_run_tells_what_each_expression_was(inspect, run, finished):
    ran = finished(run("examples.items"))

    page = inspect(ITEMS, task="greet", ref="examples.items")

    assert f"run {ran}: 3 items, Ada" in words(page)
    assert "1. Hello Ada" in unescape(field(page, "input-values")["html"])


def test_changed_expressions_are_evaluated_in_the_past_run_without_running_anything(inspect, run, finished):
    ran = finished(run("examples.items"))
    changed = ITEMS.replace("Hello {{ item }}", "Bye {{ item | upper }} {{ parameters.people | length }}")
    assert changed != ITEMS

    page = inspect(changed, task="greet", run=ran)

    assert "1. Bye ADA 3" in unescape(field(page, "input-values")["html"])


def test_variables_are_as_they_were_when_the_task_started(inspect, run, finished):
    by = auth.check_password("alice", PASSWORD)
    workflows.create(body={"ref": "examples.over_time", "pack_ref": "examples", "text": OVER_TIME}, by=by)
    ran = finished(run("examples.over_time"))

    page = inspect(OVER_TIME.replace("{{ vars.n }}", "n was {{ vars.n }}"), task="look", run=ran)

    assert f"run {ran}: n was 1" in words(page)
    assert "run " + str(ran) + ": 2" in words(inspect(OVER_TIME, task="last", run=ran)), "the one it publishes"


def test_what_the_past_run_cannot_tell_is_said(inspect, run, finished):
    ran = finished(run("examples.items"))

    wrong = inspect(ITEMS.replace("{{ item }}", "{{ item.name.first }}"), task="greet", run=ran)
    keys = inspect(ITEMS.replace("{{ item }}", "{{ kv.get('a') }}"), task="greet", run=ran)

    assert 'class="was no"' in wrong.text
    assert "the datastore is not read for this" in words(keys)


def test_secrets_stay_masked_however_an_expression_turns_them(inspect, run, finished):
    ran = finished(run("examples.secrets", token="s3cret-token-value"))
    spy = '  - name: spy\n    action: core.echo\n    input: {message: "{{ parameters.token[0:4] }}-{{ parameters.token | length }}"}\n'
    text = SECRETS.replace("\noutput_map", f"\n{spy}\noutput_map")

    page = inspect(text, task="spy", run=ran)

    assert "***-3" in unescape(field(page, "input-message")["html"])
    assert "s3cr" not in page.text


def test_runs_of_others_tell_nothing(inspect, browser_of, run, finished):
    ran = finished(run("examples.items"))

    page = inspect(ITEMS, by=browser_of("mallory"), task="greet", run=ran)

    assert "Hello Ada" not in page.text
    assert f"run {ran}:" not in words(page)


def test_no_run_is_an_answer(inspect, run, finished):
    finished(run("examples.items"))

    assert 'class="was' not in inspect(ITEMS, task="greet", ref="examples.items", run=0).text


def test_a_broken_text_still_shows_what_can_be_read(inspect):
    page = inspect(TEXT.replace("on_success: both", "on_success: [both"), task="build")

    assert field(page, "retry-count")["value"] == "5"


def test_nothing_selected_and_nothing_readable_are_told_apart(inspect):
    assert "The workflow as a whole" in words(inspect())
    assert "No tasks yet" in words(inspect("version: 1.0.0\ntasks: []\n"))
    assert "can’t be read yet" in words(inspect("- just\n- a list\n"))


def test_without_a_task_the_workflow_itself_is_a_form(inspect):
    page = inspect()

    assert field(page, "parameters-env-required")["value"] == "true"
    assert field(page, "vars-slots") | {"html": ""} == {
        "path": ["vars", "slots"], "kind": "any", "mode": "literal", "moment": "vars", "value": "[1, 2]", "html": "",
    }  # fmt: skip
    assert names(page)["task.build.result"]["at"] == ["output"]
    assert set(names(page)["parameters.env"]["at"]) == {"vars", "output"}


def test_it_takes_json_a_form_token_and_somebody_signed_in(inspect, alice, visitor):
    token = alice.token()

    assert alice.client.post("/workflows/inspect", data="x", headers={"X-CSRFToken": token}).status_code == 400
    assert alice.client.post("/workflows/inspect", json={"text": TEXT}).status_code == 400
    assert inspect_as(visitor).status_code == 401
    assert alice.client.post("/workflows/inspect", json={"text": "x" * 1_100_000}, headers={"X-CSRFToken": token}).status_code == 413


def inspect_as(visitor):
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/login").text)[1]
    headers = {"X-CSRFToken": token, "HX-Request": "true"}
    return visitor.post("/workflows/inspect", json={"text": TEXT}, headers=headers)
