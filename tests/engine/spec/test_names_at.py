"""Which names the editor offers at which place, and that the validator takes every one of them."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from app.engine.graph.inspect import Shape
from app.engine.spec.document import load
from app.engine.spec.known_names import KnownNames
from app.engine.spec.names_at import names_at
from app.engine.spec.parse import parse_workflow
from app.engine.spec.validate import check_definition
from tests.engine.spec.cases import CATALOG

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted([*ROOT.glob("packs/examples/workflows/*.yaml"), *ROOT.glob("packs/release/workflows/*.yaml")])
FLOW = """
version: 1.0.0
parameters: {env: {type: string, required: true}, note: {type: string}}
vars: {slots: []}
tasks:
  - {name: build, action: core.noop, publish: {wheel: x}, on_success: [scan, pack it]}
  - {name: scan, action: core.noop, next: [{when: failed(), publish: [finding: y], do: report}, {when: succeeded(), do: report}]}
  - {name: pack it, action: core.noop, on_success: report}
  - {name: report, action: core.noop, join: any}
  - {name: each, action: core.noop, with_items: "{{ vars.slots }}", batch_size: 2}
  - {name: both, type: parallel, tasks: [{name: left, action: core.noop}, {name: right, action: core.noop}]}
  - {name: ask, action: core.ask, input: {prompt: x}, on_success: after}
  - {name: after, action: core.noop}
"""


def _names(text, task, moment, catalog=None):
    spec = parse_workflow(load(text)).spec
    names = KnownNames(Shape.of(spec))
    return {name.text: name for name in names_at(names, names.tasks.get(task), moment, catalog=catalog)}


def test_parameters_and_variables_are_offered_with_their_origin():
    found = _names(FLOW, "build", "run")

    assert found["parameters.env"].about == "string, an input"
    assert found["parameters.env"].certain
    assert not found["parameters.note"].certain, "nobody has to give it"
    assert found["vars.slots"].certain
    assert found["vars.wheel"].about == "published by build"


def test_a_variable_is_certain_only_behind_every_path_that_publishes_it():
    found = _names(FLOW, "report", "run")

    assert found["vars.wheel"].certain
    assert not found["vars.finding"].certain


def test_only_tasks_that_can_have_ended_are_offered_and_those_on_every_path_are_certain():
    found = _names(FLOW, "report", "run")

    assert found["task.build.result"].certain
    assert not found["task.scan.result"].certain, "the other branch may have come first"
    assert not any(text.startswith(("task.report", "task.each")) for text in found)
    assert "task['pack it'].result" in found
    assert "task.build.result" not in _names(FLOW, "build", "run")


def test_at_its_end_a_task_speaks_of_itself():
    found = _names(FLOW, "build", "end")

    assert {"succeeded()", "result()", "error().message", "task.build.result"} <= set(found)
    assert "succeeded()" not in _names(FLOW, "build", "run")


def test_items_have_their_names_where_an_item_is_run():
    assert {"item", "index", "batch", "batch_index"} <= set(_names(FLOW, "each", "run"))
    assert "item" not in _names(FLOW, "each", "end")
    assert "item" not in _names(FLOW, "build", "run")


def test_children_are_offered_behind_their_container_and_in_its_result():
    found = _names(FLOW, "both", "end")

    assert {"result().left", "task.left.result", "task.both.left"} <= set(found)


def test_the_declared_output_of_an_action_gives_the_fields_of_its_result():
    found = _names(FLOW, "after", "run", CATALOG)

    assert "task.ask.result" in found
    assert "inquiry.ask.response" in found


def test_in_vars_there_are_no_tasks_and_only_what_is_declared_above():
    names = KnownNames(Shape.of(parse_workflow(load(FLOW)).spec))

    found = {name.text for name in names_at(names, None, "vars", variables_above=frozenset())}

    assert "parameters.env" in found
    assert not any(text.startswith(("task", "vars.")) for text in found)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_validator_takes_every_name_that_is_offered(path):
    value = yaml.safe_load(path.read_text())
    spec = check_definition(value, catalog=CATALOG).spec
    names = KnownNames(Shape.of(spec))

    refused = []
    for task in (one for one in spec.tasks if one.type != "parallel"):
        for moment in ("start", "run", "end"):
            offered = names_at(names, task, moment, catalog=CATALOG)
            found = _problems_with(value, task.name, moment, [name.text for name in offered])
            vague = {name.text for name in offered if not name.certain}
            refused += [p.message for p in found if p.severity == "error" or not any(_says(p, text) for text in vague)]
    assert refused == []


def _says(problem, name):
    return repr(name.split(".")[1]) in problem.message


def _problems_with(value, task, moment, texts):
    """What the validator says about names when this task uses all of these."""
    changed = copy.deepcopy(value)
    entry = next(one for one in changed["tasks"] if one["name"] == task)
    if moment == "start":
        entry["when"] = f"[{', '.join(texts)}] is not none"
    elif moment == "run":
        entry["input"] = {**entry.get("input", {}), "x_probe": ["{{ " + text + " }}" for text in texts]}
    else:
        publish = entry.get("publish") or []
        before = publish if isinstance(publish, list) else [publish]
        entry["publish"] = [*before, {"x_probe": ["{{ " + text + " }}" for text in texts]}]
    return [p for p in check_definition(changed, catalog=CATALOG).problems if p.task == task and p.code in CODES]


CODES = frozenset(
    {
        "unknown_name", "unknown_parameter", "unknown_variable", "unknown_task", "bare_parameter", "bare_task", "no_item",
        "misplaced_helper", "not_run_before", "too_early", "later_variable", "maybe_unpublished", "maybe_not_run", "bad_template",
    }
)  # fmt: skip
