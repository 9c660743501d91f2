"""What the validator finds beyond structure: graph, actions, templates (language.md 10)."""

from __future__ import annotations

import time

import pytest

from app.engine.spec.validate import check_definition
from tests.engine.spec.cases import CATALOG, checked, codes, one, places

TASK = "tasks:\n- name: a\n  action: core.noop\n"
B = "- name: b\n  action: core.noop\n"


@pytest.mark.parametrize(
    ("text", "severity", "code", "path", "line", "column"),
    [
        # graph
        (TASK + "  on_success: b\n" + B + "  on_success: a", "error", "no_entry", "tasks", 2, 1),
        (TASK + B + "  on_success: c\n- {name: c, action: core.noop, on_success: b, max_visits: 2}", "warning", "unreachable", "tasks[1].name", 5, 9),
        (TASK + "  on_success: b\n" + B + "  on_success: b", "error", "unbounded_cycle", "tasks[1].on_success", 8, 15),
        (TASK + "  on_success: b\n" + B + "  join: 2", "error", "impossible_join", "tasks[1].join", 8, 9),
        (TASK + "  join: all", "warning", "no_effect", "tasks[0].join", 5, 9),
        # actions
        (TASK + "- {name: b, action: core.ecko}", "warning", "unknown_action", "tasks[1].action", 5, 21),
        (TASK + "- {name: b, action: other.thing}", "warning", "unknown_action", "tasks[1].action", 5, 21),
        (TASK + "- {name: b, action: noop}", "warning", "unknown_action", "tasks[1].action", 5, 21),
        (TASK + "  input: {mesage: x}", "warning", "unknown_input", "tasks[0].input.mesage", 5, 11),
        (TASK + "  input: {exit_code: x}", "error", "bad_input", "tasks[0].input.exit_code", 5, 22),
        (TASK + "- {name: b, action: core.echo}", "error", "missing_input", "tasks[1]", 5, 3),
        (TASK + "- {name: b, action: core.ask, retry: {count: 1}}", "error", "retried_question", "tasks[1].retry", 5, 31),
        (TASK + "- {name: b, action: core.ask, input: {response_schema: {ok: {type: bool}}}}", "error", "bad_schema", "tasks[1].input.response_schema.ok.type", 5, 68),
        (TASK + "- {name: b, action: core.ask, input: {response_schema: {ok: {type: boolean}}, default_response: {ok: maybe}}}", "error", "bad_default_response", "tasks[1].input.default_response", 5, 79),
        # templates
        (TASK + "  input: {message: '{{ 1 + }}'}", "error", "bad_template", "tasks[0].input.message", 5, 28),
        (TASK + "  when: 'x {{ true }}'", "error", "bad_template", "tasks[0].when", 5, 9),
        (TASK + "  when: '{{ true }} {{ true }}'", "error", "bad_template", "tasks[0].when", 5, 9),
        (TASK + "  input: {message: '{{ nothing }}'}", "error", "unknown_name", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ vars.n }}'}", "error", "unknown_variable", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ parameters.n }}'}", "warning", "undeclared_parameter", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ parameters.n }}'}\nparameters: {m: {type: string}}", "error", "unknown_parameter", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ m }}'}\nparameters: {m: {type: string}}", "error", "bare_parameter", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ b }}'}\n" + B, "error", "bare_task", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ task.x }}'}", "error", "unknown_task", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ tasks.x.result }}'}", "error", "unknown_task", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ inquiry.x.id }}'}", "error", "unknown_task", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ system.time }}'}", "error", "unknown_name", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ system.identity.name }}'}", "error", "unknown_name", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ pack.name }}'}", "error", "unknown_name", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ result() }}'}", "error", "misplaced_helper", "tasks[0].input.message", 5, 24),
        (TASK + "  when: succeeded()", "error", "misplaced_helper", "tasks[0].when", 5, 9),
        (TASK + "  input: {message: '{{ item }}'}", "error", "no_item", "tasks[0].input.message", 5, 24),
        (TASK + "  with_items: [1]\n  when: item > 1", "error", "no_item", "tasks[0].when", 6, 9),
        (TASK + "  with_items: [1]\n  input: {message: '{{ batch }}'}", "error", "no_item", "tasks[0].input.message", 6, 24),
        (TASK + "  with_items: [1]\n  publish: {x: '{{ item }}'}", "error", "no_item", "tasks[0].publish.x", 6, 20),
        (TASK + "  with_items: vars.x", "error", "bad_items", "tasks[0].with_items", 5, 15),
        (TASK + "  input: {message: '{{ task.a.x }}'}", "error", "not_run_before", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ task.b.x }}'}\n  on_success: b\n" + B, "error", "not_run_before", "tasks[0].input.message", 5, 24),
        (TASK + "  input: {message: '{{ task.b.x }}'}\n" + B, "warning", "maybe_not_run", "tasks[0].input.message", 5, 24),
        (TASK + "vars: {x: '{{ task.a.x }}'}", "error", "too_early", "vars.x", 5, 15),
        (TASK + "vars:\n- x: '{{ vars.y }}'\n- y: 1", "error", "later_variable", "vars[0].x", 6, 10),
        (TASK + "output_map: {x: '{{ vars.y }}'}", "error", "unknown_variable", "output_map.x", 5, 21),
        (TASK + "  input: {message: '<% $.x %>'}", "warning", "foreign_template", "tasks[0].input.message", 5, 20),
        (TASK + "  publish: {x: 1}\n" + B + "  publish: {x: 2}", "warning", "concurrent_publish", "tasks[1].publish", 8, 3),
    ],
)  # fmt: skip
def test_a_finding_has_its_place(text, severity, code, path, line, column):
    found = [(p.severity, p.code, p.path, p.line, p.column) for p in checked(text).problems]

    assert (severity, code, path, line, column) in found


@pytest.mark.parametrize(
    "text",
    [
        TASK + "  on_success: b\n" + B + "  input: {message: '{{ task.a.result.x }} {{ tasks.a.x }} {{ task[\"a\"].y }}'}",
        TASK + "  retry: {count: 2, when: 'not result().ready', on_error: \"error().type == 'x'\"}",
        TASK + "  with_items: [1]\n  batch_size: 2\n  input: {message: '{{ item }} {{ index }} {{ batch }} {{ batch_index }}'}",
        TASK + "  publish: {x: '{{ result() }}'}\n  next: [{when: 'vars.x > 1', publish: [{y: '{{ x }}'}, {z: '{{ y }}'}], do: b}]\n" + B + "  input: {message: '{{ y }}'}",
        TASK + "  on_success: b\n" + B + "  max_visits: 3\n  on_success: b\n  input: {message: '{{ task.b.x }}'}",
        TASK + "  on_success: [b, c]\n" + B + "  publish: {x: 1}\n  on_success: d\n- {name: c, action: core.noop, on_success: d}\n- {name: d, action: core.noop, join: all, input: {message: '{{ x }}'}}",
        TASK + "  decision: [{when: '1 == 1', next: b}, {default: c}]\n  \n" + B + "  publish: {x: 1}\n- {name: c, action: core.noop, publish: {x: 2}}\noutput_map: {x: '{{ x }}'}",
        TASK + "  on_success: b\n  on_failure: c\n" + B + "  publish: {x: 1}\n- {name: c, action: core.noop, publish: {x: 2}}",
        TASK + "  input: {message: '{{ maybe | default(1) }}'}\nvars: {maybe: }",
        TASK + "  input: {message: '{% for x in [1] %}{{ x }}{{ loop.index }}{% endfor %}{{ length([1]) }}{{ null }}{{ now() }}'}",
        TASK + "  input: {message: '{{ system.identity.login }} {{ system.workflow.ref }} {{ config.a }} {{ pack.config.b }} {{ kv.get(\"a.b\") }} {{ keystore.x.y }}'}",
        "parameters: {type: object, properties: {a: {type: string}}, additionalProperties: true}\n" + TASK + "  input: {message: '{{ parameters.b }}'}",
        TASK + "  input: {message: '{{ task.b.x | default(0) }}{{ task.b is defined }}'}\n" + B,
        "vars: [{a: 1}, {b: '{{ vars.a + 1 }}'}]\n" + TASK + "  input: {message: '{{ workflow.b }}{{ variables.a }}{{ a }}'}",
    ],
)  # fmt: skip
def test_what_is_right_is_not_complained_about(text):
    assert places(text) == []


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        (TASK + "  next: [{when: succeeded(), publish: [{x: 1}], do: b}]\n" + B, True),
        (
            TASK + "  next: [{when: succeeded(), publish: [{x: 1}], do: b}, {when: failed(), do: b}]\n" + B,
            False,
        ),
        (TASK + "  publish: {x: 1}\n  on_success: b\n" + B, True),
        (TASK + "  publish: {x: 1}\n  on_complete: b\n" + B, False),
        (TASK + "  when: 1 == 2\n  publish: {x: 1}\n  on_success: b\n" + B, False),
        (TASK + "  publish: {x: 1}\n  next: [{when: 'succeeded() and result().ok', do: b}]\n" + B, True),
        (TASK + "  next: [{publish: [{x: 1}]}, {when: failed(), do: b}]\n" + B, True),
        (TASK + "- {name: c, action: core.noop, publish: {x: 1}, on_success: b}\n" + B, True),
        (
            TASK + "  on_success: b\n- {name: c, action: core.noop, publish: {x: 1}, on_success: b}\n" + B,
            False,
        ),
    ],
)
def test_a_variable_that_only_some_paths_publish_is_a_warning(text, sure):
    found = codes(text + "  input: {message: '{{ vars.x }}'}")

    assert ("maybe_unpublished" in found) is not sure


def test_a_default_makes_a_missing_variable_a_warning():
    assert one(TASK + "  input: {message: '{{ x | default(1) }}'}", "unknown_name").severity == "warning"


def test_the_closing_edge_of_a_cycle_is_named_with_the_way_and_a_fix():
    text = TASK + "  on_success: b\n" + B + "  on_success: c\n- {name: c, action: core.noop, on_success: b}"

    problem = one(text, "unbounded_cycle")

    assert problem.path == "tasks[2].on_success"
    assert "b -> c -> b" in problem.message
    assert problem.fix["operation"] == {"op": "set_field", "path": ["tasks", "b", "max_visits"], "value": 10}


def test_a_join_behind_ways_that_exclude_one_another_is_found():
    text = (
        TASK
        + "  on_success: b\n  on_failure: c\n"
        + B
        + "  on_success: d\n- {name: c, action: core.noop, on_success: d}\n- {name: d, action: core.noop, join: 2}"
    )

    assert "at most 1 can arrive" in one(text, "impossible_join").message


def test_a_wrong_name_comes_with_near_names_and_the_corrected_text():
    problem = one(
        "parameters: {url: {type: string}}\n" + TASK + "  input: {message: 'go {{ parameters.ulr }}!'}",
        "unknown_parameter",
    )

    assert problem.message == "There is no parameter 'ulr'. Did you mean 'url'?"
    assert problem.fix["operation"]["value"] == "go {{ parameters.url }}!"
    assert problem.fix["operation"]["path"] == ["tasks", "a", "input", "message"]


def test_a_place_inside_a_block_text_is_exact():
    problem = one(
        TASK + "  input:\n    message: |\n      first 😀\n      then {{ nothing }}\n", "unknown_name"
    )

    assert (problem.line, problem.column, problem.end_column) == (8, 15, 22)


def test_the_ternary_of_other_languages_gets_a_hint():
    assert "b if a else c" in one(TASK + "  input: {message: '{{ 1 ? 2 : 3 }}'}", "bad_template").message


def test_strict_turns_warnings_about_unknown_things_into_errors():
    text = TASK + "  nmae: x"

    assert checked(text).errors == []
    assert [p.code for p in checked(text, strict=True).errors] == ["unknown_key"]


def test_what_may_be_fixed_later_does_not_keep_a_definition_from_being_saved():
    found = checked(
        TASK
        + "- {name: b, action: core.echo}\n- {name: c, action: nope.nope}\n- {name: d, action: core.noop, nmae: 1}"
    )

    assert found.refusals == []
    assert {p.code for p in found.save_warnings} == {"missing_input", "unknown_action", "unknown_key"}


def test_structure_keeps_a_definition_from_being_saved():
    found = checked(
        TASK
        + "  on_success: nowhere\n  retry: {count: 0}\n  input: {message: '{{ }'}\n- {name: a, action: core.noop}"
    )

    assert {p.code for p in found.refusals} == {
        "unknown_task",
        "out_of_range",
        "bad_template",
        "duplicate_name",
    }


def test_findings_of_a_definition_have_paths_and_no_places():
    found = check_definition(
        {"tasks": [{"name": "a", "action": "core.noop", "on_success": "b"}]}, catalog=CATALOG
    )

    assert [(p.code, p.path, p.line, p.column) for p in found.problems] == [
        ("unknown_task", "tasks[0].on_success", None, None)
    ]


def test_a_syntax_error_is_the_only_finding_and_what_was_read_is_kept():
    found = checked(TASK + "- name: b\n  action: [")

    assert [p.code for p in found.problems] == ["syntax"]
    assert [task.name for task in found.spec.tasks] == ["a", "b"]


def test_findings_come_in_the_order_of_the_text():
    found = checked(
        TASK + "  input: {message: '{{ x }}'}\n  retry: {count: 0}\n- {name: a, action: core.noop}\nvars: 3"
    )

    assert [p.line for p in found.problems] == sorted(p.line for p in found.problems)


def test_the_shape_of_a_thousand_tasks_is_checked_in_a_moment():
    lines = [
        f"- {{name: t{i}, action: core.noop, on_success: [t{i + 1}], publish: {{x: 1}}}}" for i in range(999)
    ]
    text = "version: '1'\ntasks:\n" + "\n".join(lines) + "\n- {name: t999, action: core.noop, join: all}"

    started = time.process_time()
    found = checked(text)

    assert found.problems == []
    assert time.process_time() - started < 5  # under one second on a quiet machine


def test_more_tasks_than_allowed_are_refused():
    tasks = [{"name": f"t{i}", "action": "core.noop"} for i in range(1001)]

    assert [p.code for p in check_definition({"tasks": tasks}, catalog=CATALOG).problems] == [
        "too_many_tasks"
    ]


def test_containers_nest_only_so_deep():
    task: dict = {"name": "x", "action": "core.noop"}
    for depth in range(11):
        task = {"name": f"c{depth}", "type": "parallel", "tasks": [task]}

    found = check_definition({"tasks": [task]}, catalog=CATALOG)

    assert [p.code for p in found.problems] == ["nesting_limit"]
