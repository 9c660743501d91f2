"""POST /workflows/complete: what fits at a place of a text. `^` marks the place."""

from __future__ import annotations

import pytest

from app.persistence import session
from app.persistence.models import Action, Pack

TEXT = """\
ref: examples.completed
label: Completed
version: 1.0.0
parameters:
  env: {type: string, required: true}
vars:
  tries: 3
tasks:
  - name: build
    action: core.echo
    input:
      message: "hello {{ parameters.env }}"
    next:
      - when: succeeded()
        publish:
          said: "{{ result() }}"
        do: ship
  - name: ship
    action: ship.load
    input:
      crates: 3
"""


@pytest.fixture(autouse=True)
def installed(app, alice):
    alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"})
    schema = {"crates": {"type": "integer", "required": True}, "fragile": {"type": "boolean"}}
    with session.transaction() as tx:
        pack = tx.session.query(Pack).filter_by(ref="ship").one()
        tx.session.add(Action(ref="ship.load", pack=pack.id, pack_ref="ship", label="Load crates", description="", entrypoint="x.py", param_schema=schema))


@pytest.fixture
def complete(alice):
    def ask(text, **more):
        place = len(text[: text.index("^")].encode("utf-16-le")) // 2
        return alice.post("/workflows/complete", json={"text": text.replace("^", "", 1), "offset": place, **more})

    return ask


def labels(answer):
    assert answer.status_code == 200, answer.json
    return [item["label"] for item in answer.json["data"]["items"]]


def test_keys_of_a_task_but_for_those_it_has(complete):
    found = labels(complete(TEXT + "    ^"))

    assert {"retry", "timeout", "with_items", "next"} <= set(found)
    assert not {"name", "action", "input"} & set(found)


def test_actions_with_their_labels(complete):
    answer = complete(TEXT + "  - name: third\n    action: ship.lo^\n")

    assert labels(answer) == ["ship.load"]
    assert answer.json["data"]["items"][0]["docs"] == "Load crates"


def test_parameters_of_the_action_that_are_not_there_yet(complete):
    found = labels(complete(TEXT + "      ^"))

    assert found == ["fragile"]
    assert labels(complete(TEXT + "      fragile: ^"))[:2] == ["true", "false"]


def test_tasks_as_targets(complete):
    assert labels(complete(TEXT.replace("do: ship", "do: ^"))) == ["ship", "fail", "noop"]


def test_names_that_exist_there(complete):
    found = labels(complete(TEXT.replace("crates: 3", 'crates: "{{ ^')))

    assert {"vars.tries", "vars.said", "parameters.env", "task.build.result", "length"} <= set(found)
    assert "task.ship.result" not in found
    assert labels(complete(TEXT.replace("crates: 3", 'crates: "{{ vars.sa^'))) == ["vars.said"]


def test_filters_after_a_bar(complete):
    found = labels(complete(TEXT.replace("crates: 3", 'crates: "{{ vars.said | up^ }}"')))

    assert found == ["upper", "groupby"]


def test_words_of_the_language(complete):
    assert labels(complete(TEXT + "    retry:\n      backoff: ^")) == ["constant", "linear", "exponential"]


def test_from_and_to_count_utf16_units(complete):
    answer = complete("label: 🚀🚀\ntasks:\n  - name: a\n    tim^\n")
    data = answer.json["data"]

    assert data["to"] - data["from"] == 3
    assert data["from"] == len("label: 🚀🚀\ntasks:\n  - name: a\n    ".encode("utf-16-le")) // 2


def test_the_key_under_the_pointer_is_explained(complete):
    about = complete(TEXT.replace("publish:", "pub^lish:")).json["data"]["about"]

    assert about["title"] == "publish" and "variables" in about["docs"]
    assert TEXT[about["from"] : about["to"]] == "publish"


def test_a_text_that_does_not_parse_still_gets_offers(complete):
    broken = TEXT.replace("action: core.echo", "action: [core.echo") + "    ti^"

    assert "timeout" in labels(complete(broken))


def test_an_offset_outside_of_the_text_is_refused(alice):
    answer = alice.post("/workflows/complete", json={"text": "a: 1", "offset": 5})

    assert answer.status_code == 400 and "offset" in answer.json["error"]
