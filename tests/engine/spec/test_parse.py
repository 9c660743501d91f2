"""Both dialects become one normal form, and every structural mistake has a place."""

from __future__ import annotations

import pytest

from app.engine.edit import edit
from app.engine.spec.document import Document, load
from app.engine.spec.model import PublishEntry, RetrySpec, TransitionSpec
from app.engine.spec.parse import parse_workflow
from tests.engine.spec.cases import checked, one, places


def parse_task(text: str):
    """The first task of a workflow in which `b`, `c` and `d` exist too."""
    lines = "\n".join("    " + line for line in text.strip().splitlines())
    others = "".join(f"  - {{name: {name}, action: core.noop}}\n" for name in "bcd")
    parsed = parse_workflow(
        load(f"version: '1'\ntasks:\n  - name: a\n    action: core.noop\n{lines}\n{others}")
    )
    assert [p for p in parsed.problems if p.severity == "error"] == []
    return parsed.spec.tasks[0]


def test_classic_keys_become_transitions_in_document_order():
    task = parse_task("on_success: [b, c]\non_failure: fail\non_timeout: c\non_complete: d")

    assert task.transitions == (
        TransitionSpec("succeeded", None, "succeeded", (), ("b", "c"), path="tasks[0].on_success"),
        TransitionSpec("failed", None, "failed", (), ("fail",), path="tasks[0].on_failure"),
        TransitionSpec("timed_out", None, "timed_out", (), ("c",), path="tasks[0].on_timeout"),
        TransitionSpec("always", None, "always", (), ("d",), path="tasks[0].on_complete"),
    )


def test_the_ordered_style_keeps_order_publish_and_label():
    task = parse_task(
        "next:\n- when: '{{ succeeded() }}'\n  publish: [{x: 1}, {y: '{{ x }}'}]\n  do: b\n  label: go\n- do: [c, noop]"
    )

    assert task.transitions == (
        TransitionSpec(
            "always", "{{ succeeded() }}", "succeeded", (PublishEntry("x", 1), PublishEntry("y", "{{ x }}")), ("b",), "go",
            path="tasks[0].next[0]",
        ),
        TransitionSpec("always", None, "always", (), ("c", "noop"), path="tasks[0].next[1]"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        ("succeeded()", "succeeded"), ("'{{ failed() }}'", "failed"), ("'{{timed_out()}}'", "timed_out"), ("true", "always"),
        ("succeeded() and vars.x", "custom"), ("not failed()", "custom"),
    ],
)  # fmt: skip
def test_the_kind_of_an_edge_is_read_from_the_exact_text(when, kind):
    assert parse_task(f"next: [{{when: {when}, do: b}}]").transitions[0].kind == kind


def test_decision_branches_exclude_one_another_and_the_default_comes_last():
    task = parse_task(
        "decision:\n- default: d\n- when: '{{ vars.n > 1 }}'\n  next: b\n- when: vars.n > 0\n  next: [c]"
    )

    assert [(t.when, t.targets, t.group, t.guard) for t in task.transitions] == [
        ("{{ vars.n > 1 }}", ("b",), 0, "succeeded"),
        ("vars.n > 0", ("c",), 0, "succeeded"),
        (None, ("d",), 0, "succeeded"),
    ]


def test_a_default_may_be_a_flag_beside_next():
    task = parse_task("decision:\n- {when: vars.n, next: b}\n- {default: true, next: c}")

    assert task.transitions[1].targets == ("c",)


@pytest.mark.parametrize(
    ("publish", "entries"),
    [
        ("publish: x", (PublishEntry("x", bare=True),)),
        ("publish: {x: 1, y: 2}", (PublishEntry("x", 1), PublishEntry("y", 2))),
        (
            "publish: [x, {y: 2, z: 3}]",
            (PublishEntry("x", bare=True), PublishEntry("y", 2), PublishEntry("z", 3)),
        ),
        ("publish:", ()),
    ],
)
def test_publish_has_three_forms(publish, entries):
    assert parse_task(publish).publish == entries


def test_retry_is_read_with_its_units():
    task = parse_task(
        "retry: {count: 3, delay: 0.5, backoff: exponential, max_delay: 10, jitter: 0.1, on_error: x, when: y}"
    )

    assert task.retry == RetrySpec(3, 0.5, "exponential", 10.0, 0.1, "x", "y")


def test_null_means_absent():
    task = parse_task("input:\nretry:\nnext:\nwhen:\njoin:\non_success: null")

    assert (task.input, task.retry, task.transitions, task.when, task.join) == ({}, None, (), None, "any")


def test_children_belong_to_their_container():
    spec = checked(
        """
        tasks:
          - name: both
            type: parallel
            tasks:
              - {name: left, action: core.noop}
              - {name: right, action: core.noop}
            on_success: last
          - {name: last, action: core.noop}
        """
    ).spec

    assert [(t.name, t.container) for t in spec.all_tasks()] == [
        ("both", None),
        ("left", "both"),
        ("right", "both"),
        ("last", None),
    ]


def test_a_version_that_looks_like_a_number_is_kept_as_written():
    assert checked("version: 1.10\ntasks: [{name: a, action: core.noop}]").spec.version == "1.10"


def test_the_action_file_wins_in_the_linked_layout():
    graph = load("version: 2.0.0\nlabel: graph\ntags: [g]\ntasks: [{name: a, action: core.noop}]")
    action = load(
        "ref: demo.linked\nlabel: action\nparameters: {n: {type: integer}}\nworkflow_file: workflows/x.yaml"
    )

    parsed = parse_workflow(graph, action_document=action)

    assert parsed.problems == []
    assert (parsed.spec.ref, parsed.spec.label, parsed.spec.version) == ("demo.linked", "action", "2.0.0")
    assert parsed.spec.parameters == {"n": {"type": "integer"}}
    assert parsed.spec.tags == ("g",)


def test_what_stands_around_a_definition_wins_with_a_warning_when_it_hides_parameters():
    definition = {"parameters": {"a": {"type": "string"}}, "tasks": [{"name": "a", "action": "core.noop"}]}
    outer = {"ref": "demo.x", "version": "3", "param_schema": {"b": {"type": "string"}}}

    parsed = parse_workflow(Document.from_value(definition), outer=outer)

    assert (parsed.spec.ref, parsed.spec.version, list(parsed.spec.parameters)) == ("demo.x", "3", ["b"])
    assert [(p.severity, p.code, p.path, p.line) for p in parsed.problems] == [
        ("warning", "hidden", "parameters", None)
    ]


def test_a_definition_without_version_is_fine_when_it_is_no_text():
    parsed = parse_workflow(Document.from_value({"tasks": [{"name": "a", "action": "core.noop"}]}))

    assert parsed.problems == []


def test_a_ref_without_its_pack_gets_the_pack_of_the_file():
    parsed = parse_workflow(
        load("ref: x\nversion: '1'\ntasks: [{name: a, action: core.noop}]"), ref="demo.file"
    )

    assert parsed.spec.ref == "demo.x"


TASK = "tasks:\n- name: a\n  action: core.noop\n"


@pytest.mark.parametrize(
    ("text", "code", "path", "line", "column"),
    [
        ("tasks: []", "missing_tasks", "tasks", 2, 1),
        ("label: x", "missing_tasks", "tasks", 1, 1),
        ("tasks: {a: {action: core.noop}}", "missing_tasks", "tasks", 2, 1),
        ("tasks: [x]", "wrong_type", "tasks[0]", 2, 9),
        ("tasks:\n- action: core.noop", "missing_name", "tasks[0].name", 3, 3),
        ("tasks:\n- {name: '', action: core.noop}", "missing_name", "tasks[0].name", 3, 10),
        ("tasks:\n- {name: 7, action: core.noop}", "wrong_type", "tasks[0].name", 3, 10),
        ("tasks:\n- {name: task, action: core.noop}", "reserved_name", "tasks[0].name", 3, 10),
        ("tasks:\n- {name: fail, action: core.noop}", "reserved_name", "tasks[0].name", 3, 10),
        ("tasks:\n- {name: a b, action: core.noop}", "odd_name", "tasks[0].name", 3, 10),
        ("tasks:\n- {name: " + "a" * 256 + ", action: core.noop}", "too_long", "tasks[0].name", 3, 10),
        (TASK + "- {name: a, action: core.noop}", "duplicate_name", "tasks[1].name", 5, 10),
        ("tasks:\n- name: a", "missing_action", "tasks[0]", 3, 3),
        ("tasks:\n- {name: a, action: ''}", "missing_action", "tasks[0].action", 3, 21),
        ("tasks:\n- {name: a, action: '{{ x }}'}", "template_action", "tasks[0].action", 3, 21),
        ("tasks:\n- {name: a, action: Core.Noop}", "bad_ref", "tasks[0].action", 3, 21),
        ("tasks:\n- {name: a, action: a.b.c}", "bad_ref", "tasks[0].action", 3, 21),
        (TASK + "  nmae: x", "unknown_key", "tasks[0].nmae", 5, 3),
        (TASK + "  on-success: a", "hyphenated_key", "tasks[0].on-success", 5, 3),
        (TASK + "  on_success: b", "unknown_task", "tasks[0].on_success", 5, 15),
        (TASK + "  on_success: [fail, b]", "unknown_task", "tasks[0].on_success[1]", 5, 22),
        (TASK + "  on_success: 3", "wrong_type", "tasks[0].on_success", 5, 15),
        (TASK + "  next: a", "wrong_type", "tasks[0].next", 5, 9),
        (TASK + "  next: [a]", "wrong_type", "tasks[0].next[0]", 5, 10),
        (TASK + "  next: [{do: b}]", "unknown_task", "tasks[0].next[0].do", 5, 15),
        (TASK + "  next: [{when: '', do: noop}]", "bad_condition", "tasks[0].next[0].when", 5, 17),
        (TASK + "  next: [{when: 3, do: noop}]", "wrong_type", "tasks[0].next[0].when", 5, 17),
        (TASK + "  next: [{label: x}]", "empty_transition", "tasks[0].next[0]", 5, 10),
        (TASK + "  next: [{do: noop}]\n  on_failure: fail", "both_styles", "tasks[0].on_failure", 6, 3),
        (TASK + "  decision: [{next: fail}]", "bad_condition", "tasks[0].decision[0]", 5, 14),
        (TASK + "  decision: [{when: x == 1}]", "missing_target", "tasks[0].decision[0]", 5, 14),
        (TASK + "  decision: [{default: fail}, {default: fail}]", "two_defaults", "tasks[0].decision[1].default", 5, 32),
        (TASK + "  publish: 3", "wrong_type", "tasks[0].publish", 5, 12),
        (TASK + "  publish: '{{ x }}'", "bad_variable", "tasks[0].publish", 5, 12),
        (TASK + "  publish: [[a]]", "wrong_type", "tasks[0].publish[0]", 5, 13),
        (TASK + "  join: some", "bad_value", "tasks[0].join", 5, 9),
        (TASK + "  join: 0", "bad_value", "tasks[0].join", 5, 9),
        (TASK + "  join: true", "bad_value", "tasks[0].join", 5, 9),
        (TASK + "  max_visits: 0", "out_of_range", "tasks[0].max_visits", 5, 15),
        (TASK + "  timeout: 0", "out_of_range", "tasks[0].timeout", 5, 12),
        (TASK + "  timeout: '30'", "wrong_type", "tasks[0].timeout", 5, 12),
        (TASK + "  delay: -1", "out_of_range", "tasks[0].delay", 5, 10),
        (TASK + "  retry: {delay: 1}", "missing_count", "tasks[0].retry", 5, 3),
        (TASK + "  retry: {count: 0}", "out_of_range", "tasks[0].retry.count", 5, 18),
        (TASK + "  retry: {count: 101}", "out_of_range", "tasks[0].retry.count", 5, 18),
        (TASK + "  retry: {count: 1.5}", "wrong_type", "tasks[0].retry.count", 5, 18),
        (TASK + "  retry: {count: 1, jitter: 2}", "out_of_range", "tasks[0].retry.jitter", 5, 29),
        (TASK + "  retry: {count: 1, backoff: expo}", "bad_value", "tasks[0].retry.backoff", 5, 30),
        (TASK + "  retry: 3", "wrong_type", "tasks[0].retry", 5, 10),
        (TASK + "  input: [1]", "wrong_type", "tasks[0].input", 5, 3),
        (TASK + "  concurrency: 2", "no_effect", "tasks[0].concurrency", 5, 3),
        (TASK + "  with_items: 3", "wrong_type", "tasks[0].with_items", 5, 15),
        (TASK + "  with_items: []\n  batch_mode: list", "missing_batch_size", "tasks[0].batch_mode", 6, 15),
        (TASK + "  with_items: []\n  concurrency: 0", "out_of_range", "tasks[0].concurrency", 6, 16),
        (TASK + "  tasks: []", "not_a_container", "tasks[0].tasks", 5, 3),
        (TASK + "  wait_for: {}", "bad_value", "tasks[0].wait_for", 5, 3),
        ("tasks:\n- {name: a, type: parallel}", "missing_children", "tasks[0].tasks", 3, 3),
        ("tasks:\n- {name: a, type: parallel, with_items: [1], tasks: [{name: b, action: core.noop}]}", "not_for_containers", "tasks[0].with_items", 3, 29),
        ("tasks:\n- name: a\n  type: parallel\n  tasks: [{name: b, action: core.noop, next: []}]", "not_for_children", "tasks[0].tasks[0].next", 5, 40),
        ("tasks:\n- name: a\n  type: paralel\n  action: core.noop", "bad_value", "tasks[0].type", 4, 9),
        (TASK + "- {name: c, type: parallel, tasks: [{name: b, action: core.noop}]}\n- {name: d, action: core.noop, on_success: b}", "target_in_container", "tasks[2].on_success", 6, 44),
        (TASK + "ref: Demo.x", "bad_ref", "ref", 5, 6),
        (TASK + "ref: a.b.c", "bad_ref", "ref", 5, 6),
        (TASK + "label: " + "x" * 256, "too_long", "label", 5, 8),
        (TASK + "tags: x", "wrong_type", "tags", 5, 7),
        (TASK + "cancellation_policy: stop", "bad_value", "cancellation_policy", 5, 22),
        (TASK + "fail_fast: yes", "wrong_type", "fail_fast", 5, 12),
        (TASK + "vars: 3", "wrong_type", "vars", 5, 7),
        (TASK + "parameters: {n: {type: intger}}", "bad_schema", "parameters.n.type", 5, 24),
        (TASK + "paramters: {}", "unknown_key", "paramters", 5, 1),
        ("version: ''\n" + TASK, "bad_version", "version", 1, 10),
        ("version: []\n" + TASK, "bad_version", "version", 1, 1),
    ],
)  # fmt: skip
def test_a_structural_mistake_is_found_at_its_place(text, code, path, line, column):
    assert (code, path, line, column) in places(text)


def test_keys_of_ones_own_are_kept_and_ignored():
    assert places(TASK + "  x-color: red\n  __meta: {}\nx-owner: me") == []


def test_a_text_that_is_no_mapping_is_no_workflow():
    [problem] = parse_workflow(load("just text")).problems

    assert (
        problem.message
        == "A workflow is a mapping, got text 'just text'; it needs at least 'version' and 'tasks'."
    )


def test_an_unknown_target_comes_with_the_edit_that_corrects_it():
    problem = one(TASK + "  on_success: tset\n- {name: test, action: core.noop}", "unknown_task")

    assert problem.message == "There is no task 'tset'. Did you mean 'test'?"
    assert problem.fix["operation"] == {"op": "retarget", "from": "a", "to": "tset", "new_to": "test"}


def test_a_number_in_quotes_comes_with_the_edit_that_corrects_it():
    problem = one(TASK + "  timeout: '30'", "wrong_type")

    assert problem.message == "'timeout' takes a number, got text '30'."
    assert problem.fix["operation"] == {"op": "set_field", "path": ["tasks", "a", "timeout"], "value": 30}


@pytest.mark.parametrize(
    ("key", "path", "meant"),
    [
        ("  actoin: core.noop", ["tasks", "a", "actoin"], None),  # `action` stands there as well
        ("  on-success: a", ["tasks", "a", "on-success"], "on_success"),
        ("  retry: {cuont: 3, count: 2}", ["tasks", "a", "retry", "cuont"], None),
        ("  retry: {cuont: 3}", ["tasks", "a", "retry", "cuont"], "count"),
        ("  next: [{doo: a}]", ["tasks", "a", "next", 0, "doo"], "do"),
        ("paramters: {}", ["paramters"], "parameters"),
    ],
)
def test_a_misspelt_key_comes_with_the_edit_that_corrects_it(key, path, meant):
    text = "version: 1.0.0\n" + TASK + key
    fixes = [p.fix["operation"] for p in checked(text).problems if p.fix and p.code in ("unknown_key", "hyphenated_key")]

    assert fixes == ([{"op": "rename_key", "path": path, "to": meant}] if meant else [])
    for fix in fixes:
        assert not [p for p in checked(edit(text, fix).text).problems if p.code in ("unknown_key", "hyphenated_key")]


def test_a_misspelt_input_comes_with_the_edit_that_corrects_it():
    text = "tasks:\n- {name: a, action: core.echo, input: {mesage: hi}}"
    problem = one(text, "unknown_input")

    assert problem.fix["operation"] == {"op": "rename_key", "path": ["tasks", "a", "input", "mesage"], "to": "message"}
    assert edit(text, problem.fix["operation"]).text == text.replace("mesage", "message")


def test_a_broken_task_does_not_hide_the_rest():
    spec = checked(
        "tasks:\n- {name: a, action: core.noop, retry: 3}\n- {action: core.noop}\n- {name: b, action: core.noop}"
    ).spec

    assert [task.name for task in spec.tasks] == ["a", "b"]
