"""The files of a pack (api.md 4 "Rules for reading")."""

from __future__ import annotations

import pytest

from app.engine import manifests


def test_a_pack_file_is_read():
    pack, problems = manifests.parse_pack(
        "ref: demo\nversion: 1.10\nauthor: me\nconf_schema: {a: {type: string}}\ntags: [x]\n"
    )

    assert problems == []
    assert (pack.ref, pack.label, pack.version, pack.tags) == ("demo", "Demo", "1.10", ("x",))
    assert pack.meta == {"author": "me"}
    assert pack.conf_schema == {"a": {"type": "string"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("label: x\nversion: '1'", "missing_ref"),
        ("ref: Demo\nversion: '1'", "bad_ref"),
        ("ref: demo", "bad_version"),
        ("- a", "wrong_type"),
        ("", "wrong_type"),
        ("a: [", "syntax"),
    ],
)
def test_an_unusable_pack_file_says_why(text, code):
    assert [p.code for p in manifests.parse_pack(text)[1]] == [code]


def test_an_action_without_ref_and_label_gets_them_from_its_name():
    action, problems = manifests.parse_action(
        "runner_type: Shell\nentry_point: actions/send.sh", pack_ref="demo", name="send_mail"
    )

    assert problems == []
    assert (action.ref, action.label) == ("demo.send_mail", "Send Mail")
    assert (action.runtime, action.entrypoint) == ("shell", "send.sh")
    assert not action.is_workflow


@pytest.mark.parametrize("key", ["parameters", "param_schema"])
@pytest.mark.parametrize("output", ["output", "output_schema"])
def test_schemas_are_kept_as_written_under_either_name(key, output):
    text = f"runtime_ref: core.python\nentry_point: x.py\n{key}: {{n: {{type: integer}}}}\n{output}: {{type: object}}"

    action, _ = manifests.parse_action(text, pack_ref="demo", name="x")

    assert action.param_schema == {"n": {"type": "integer"}}
    assert action.out_schema == {"type": "object"}
    assert action.runtime == "core.python"


def test_a_workflow_file_makes_the_action_a_workflow():
    action, problems = manifests.parse_action(
        "ref: x\nworkflow_file: workflows/x.workflow.yaml", pack_ref="demo", name="x"
    )

    assert problems == []
    assert (action.ref, action.entrypoint, action.runtime) == ("demo.x", "workflow", None)
    assert action.workflow_file == "actions/workflows/x.workflow.yaml"


@pytest.mark.parametrize("path", ["../../x.yaml", "/etc/x.yaml", "../../../etc/passwd", "x.txt", "a\\b.yaml"])
def test_a_workflow_file_stays_inside_of_the_pack(path):
    _, problems = manifests.parse_action(f"workflow_file: '{path}'", pack_ref="demo", name="x")

    assert [p.code for p in problems] == ["bad_path"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("entry_point: x.sh", "missing_runtime"),
        ("runner_type: shell", "missing_entrypoint"),
        ("runner_type: shell\nentry_point: x\nref: other.x", "bad_ref"),
        ("runner_type: shell\nentry_point: x\nparameters: {a: {type: nope}}", "bad_schema"),
        ("runner_type: shell\nentry_point: x\noutput_format: xml", "bad_value"),
        ("runner_type: shell\nentry_point: x\ntimeout_seconds: 0", "out_of_range"),
    ],
)
def test_an_unusable_action_file_says_why(text, code):
    assert [p.code for p in manifests.parse_action(text, pack_ref="demo", name="x")[1]] == [code]


def test_a_grant_takes_one_action_or_several():
    text = "ref: x\ngrants:\n- {resource: packs, action: read}\n- {resource: keys, actions: [read, decrypt], constraints: {refs: [a]}}"

    found, problems = manifests.parse_permission_set(text, pack_ref="demo")

    assert problems == []
    assert [grant.as_json() for grant in found.grants] == [
        {"resource": "packs", "actions": ["read"]},
        {"resource": "keys", "actions": ["read", "decrypt"], "constraints": {"refs": ["a"]}},
    ]


def test_unknown_words_in_a_grant_are_found_with_what_was_meant():
    _, problems = manifests.parse_permission_set(
        "ref: x\ngrants:\n- {resource: pack, action: reed}", pack_ref="demo"
    )

    assert "Did you mean 'packs'?" in problems[0].message
    assert "Did you mean 'read'?" in problems[1].message
    assert problems[0].line == 3


def test_refs_of_a_rule_without_a_dot_belong_to_the_pack():
    rule, problems = manifests.parse_rule(
        "ref: r\ntrigger_ref: t\naction_ref: core.echo\naction_params: {a: 1}", pack_ref="demo"
    )

    assert problems == []
    assert (rule.ref, rule.trigger_ref, rule.action_ref) == ("demo.r", "demo.t", "core.echo")
    assert (rule.conditions, rule.enabled, rule.permission_set_refs) == ({}, True, None)


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ("{expression: '{{ event.payload.x }}'}", None),
        ("[{field: a, operator: contains, value: b}]", None),
        ("[]", None),
        ("{x: 1}", "bad_conditions"),
        ("[{field: a}]", "bad_conditions"),
        ("[{field: a, operator: is, value: 1}]", "bad_conditions"),
        ("3", "bad_conditions"),
    ],
)
def test_conditions_of_a_rule_are_checked(conditions, code):
    _, problems = manifests.parse_rule(
        f"ref: r\ntrigger: t\naction: a\nconditions: {conditions}", pack_ref="demo"
    )

    assert [p.code for p in problems] == ([code] if code else [])


def test_triggers_and_runtimes_are_read():
    trigger, trigger_problems = manifests.parse_trigger(
        "ref: t\nparameters: {a: {type: string}}", pack_ref="demo"
    )
    runtime, runtime_problems = manifests.parse_runtime(
        "ref: python\nname: Python\naliases: [Python3, py]\nexecution_config: {interpreter: {binary: python3}}",
        pack_ref="core",
    )

    assert trigger_problems == runtime_problems == []
    assert (trigger.ref, trigger.label, trigger.enabled) == ("demo.t", "T", True)
    assert (runtime.ref, runtime.aliases) == ("core.python", ("python3", "py"))
    assert runtime.execution_config["interpreter"]["binary"] == "python3"
