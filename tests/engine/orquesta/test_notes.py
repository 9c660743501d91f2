"""What a person is told, with its place in the file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.orquesta.convert import carry_over
from app.engine.orquesta.yaml_text import Block, yaml_text
from app.engine.spec.document import load
from app.engine.spec.validate import check_text
from tests.engine.orquesta.catalog import CATALOG

SOURCE = """\
version: 1.0
input:
  - action
  - wait: 5
tasks:
  a:
    action: <% ctx().action %>
    delay: <% ctx().wait %>
    next:
      - when: <% succeeded() %>
        publish: x=<% random() %>
        do: b, nowhere
  b:
    action: core.sendmail to=x
  lost:
    next: [{do: lost}]
"""


def notes_of(text, **more):
    return carry_over(text, pack_ref="ops", **more).notes


@pytest.mark.parametrize(
    ("line", "severity", "said"),
    [
        (3, "info", "'action' has no default"),
        (7, "error", "chosen at run time"),
        (8, "warning", "default of its input was written: 5"),
        (11, "error", "'random()'"),
        (12, "error", "There is no task 'nowhere'"),
        (14, "warning", "There is no 'core.sendmail' here"),
        (15, "warning", "never runs in Orquesta"),
    ],
)
def test_each_note_has_the_line_severity_and_advice(line, severity, said):
    found = [note for note in notes_of(SOURCE) if note.line == line and said in note.message]

    assert [note.severity for note in found] == [severity]
    assert found[0].column and found[0].advice


def test_the_text_still_parses_with_everything_that_could_not_be_carried_over():
    made = carry_over(SOURCE, pack_ref="ops", name="x")

    assert [problem.message for problem in check_text(made.text, catalog=CATALOG).errors] == []
    assert "# TODO: The action is chosen at run time." in made.text


def test_metadata_gives_name_types_and_what_may_be_left_out():
    metadata = """\
name: Deploy-All
pack: shop
runner_type: orquesta
description: Deploys.
parameters:
  region: {type: string, required: true, enum: [eu, us], position: 0}
  note: {type: string}
  token: {type: string, secret: true, immutable: true, default: "{{ config_context.token }}"}
tags: [{name: team, value: ops}]
"""
    source = "version: 1.0\ninput: [region, note, token]\ntasks:\n  a: {action: core.echo message=<% ctx().note %>}\n"
    made = carry_over(source, metadata=metadata, pack_ref="ops")
    spec = check_text(made.text, catalog=CATALOG).spec

    assert made.ref == "ops.deploy-all"
    assert spec.tags == ("ops",)
    assert spec.parameters["region"] == {"type": "string", "required": True, "enum": ["eu", "us"]}
    assert spec.parameters["token"]["secret"] is True
    assert dict(spec.vars) == {"note": "{{ parameters.note | default(null) }}"}
    assert [(n.line, n.source) for n in made.notes if "immutable" in n.message] == [(8, "metadata")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "just text",
        "tasks: []",
        "tasks: {a: 3}",
        "a: [1",
        "tasks:\n  a: {next: 5, with: 3, join: x, retry: 4}",
    ],
)
def test_anything_else_is_answered_with_notes(text):
    made = carry_over(text, pack_ref="ops")

    assert [note for note in made.notes if note.severity == "error"]


def test_the_example_of_the_how_to_is_what_comes_of_it():
    page = (Path(__file__).parents[3] / "docs/howto/import-from-stackstorm.md").read_text("utf-8")
    source, made = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)

    assert carry_over(source, pack_ref="shop", name="deploy").text == made


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_TEXTS, _JSON, max_size=4), st.text(max_size=200))
def test_what_is_written_as_yaml_is_read_back_the_same(value, comment):
    block = Block({"x": value, "list": [Block({"y": value})]}, {"x": [comment]})
    read = load(yaml_text(block, [comment]))

    assert [problem.message for problem in read.problems] == []
    assert read.value == {"x": value, "list": [{"y": value}]}


@given(st.text("ctx().<>%{}'\"$=>ab 1.[]\\andortnie,", max_size=60))
def test_no_expression_breaks_the_import(expression):
    made = carry_over(
        f"tasks:\n  a:\n    action: core.echo\n    input: {{m: {('<%' + expression + '%>')!r}}}\n",
        pack_ref="ops",
    )

    assert made.text or made.notes
