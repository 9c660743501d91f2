"""api.md sections 5 and 6: actions, what an entrypoint means, what reaches the process and what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract import shapes
from tests.contract.client import Person, archive, fits, fresh


def body_of(**more: Any) -> dict[str, Any]:
    ref = f"core.{fresh('act')}"
    return {"ref": ref, "pack_ref": "core", "label": "L", "entrypoint": "echo hi", "runtime_ref": "core.shell", **more}


def test_create_read_change_delete(admin: Person) -> None:
    body = body_of(description="D", param_schema={"a": {"type": "string"}}, timeout_seconds=5)
    made = admin.data("POST", "/actions", status=201, json=body, shape=shapes.ACTION)
    assert made["is_adhoc"] is True and made["output_format"] == "text" and made["required_worker_runtimes"] == {}
    assert (made["param_schema"], made["out_schema"], made["workflow_def"]) == ({"a": {"type": "string"}}, None, None)
    assert (made["runtime_ref"], made["timeout_seconds"]) == ("core.shell", 5)
    admin.refused("POST", "/actions", 409, json=body)
    admin.refused("POST", "/actions", 404, json=body_of(runtime_ref="core.nowhere"))
    admin.refused("POST", "/actions", 404, json=body_of(runtime_ref=None, runtime=999999))
    ref = fresh("nowhere")
    admin.refused("POST", "/actions", 404, json=body_of(pack_ref=ref, ref=f"{ref}.x"))
    admin.refused("POST", "/actions", 404, json=body_of(pack_ref=ref))
    for bad in (
        {"entrypoint": ""}, {"entrypoint": "x" * 65537}, {"label": ""}, {"label": "x" * 256}, {"param_schema": []},
        {"param_schema": "x"}, {"output_format": "xml"}, {"timeout_seconds": "5"}, {"ref": ""}, {"label": None},
    ):  # fmt: skip
        admin.refused("POST", "/actions", 422, json=body_of(**bad))
    for key in ("ref", "pack_ref", "label", "entrypoint"):
        admin.refused("POST", "/actions", 422, json={k: v for k, v in body_of().items() if k != key})
    changed = admin.data("PUT", f"/actions/{made['ref']}", json={"label": "M", "param_schema": None}, shape=shapes.ACTION)
    assert (changed["label"], changed["description"], changed["param_schema"]) == ("M", "D", None)
    [row] = [one for one in admin.items("/actions", search=made["ref"]) if one["ref"] == made["ref"]]
    assert not {"param_schema", "out_schema"} & set(row)
    ended = admin.run(made["ref"])
    admin.done("DELETE", f"/actions/{made['ref']}")
    admin.refused("GET", f"/actions/{made['ref']}", 404)
    kept = admin.data("GET", f"/executions/{ended['id']}")
    assert (kept["action"], kept["action_ref"]) == (None, made["ref"])


def test_the_longest_entrypoint_is_taken(admin: Person) -> None:
    admin.data("POST", "/actions", status=201, json=body_of(entrypoint="#" * 65536))


def test_filters_and_search(admin: Person) -> None:
    flow = admin.workflow([{"name": "a", "action": "core.noop"}])
    workflows = admin.items("/actions", is_workflow="true", limit=1000)
    assert flow in {row["ref"] for row in workflows} and all(row["is_workflow"] for row in workflows)
    assert flow not in {row["ref"] for row in admin.items("/actions", is_workflow="false", limit=1000)}
    assert {row["pack_ref"] for row in admin.items("/actions", pack_ref="examples")} == {"examples"}
    hits = admin.data("GET", "/actions/search?q=echo&packs=core,examples")
    fits(hits, [shapes.ACTION_HIT])
    assert "core.echo" in {hit["ref"] for hit in hits}
    assert admin.data("GET", "/actions/search", params={"q": "zzzz-none"}) == []


def test_a_companion_action_is_kept_by_its_workflow(admin: Person) -> None:
    ref = admin.workflow([{"name": "a", "action": "core.noop"}], param_schema={"p": {"type": "string"}})
    action = admin.data("GET", f"/actions/{ref}", shape=shapes.ACTION)
    flow = admin.data("GET", f"/workflows/{ref}")
    assert (action["workflow_def"], action["runtime"], action["entrypoint"]) == (flow["id"], None, "workflow")
    assert (action["label"], action["param_schema"]) == (flow["label"], flow["param_schema"])
    admin.refused("DELETE", f"/actions/{ref}", 409)
    admin.data("PUT", f"/workflows/{ref}", json={"label": "New", "description": "D"})
    action = admin.data("GET", f"/actions/{ref}")
    assert (action["label"], action["description"]) == ("New", "D")
    admin.done("DELETE", f"/workflows/{ref}")
    admin.refused("GET", f"/actions/{ref}", 404)


def test_nobody_grants_sets_they_do_not_hold(editor: Person, admin: Person) -> None:
    editor.refused("POST", "/actions", 403, json=body_of(default_execution_permission_set_refs=["core.admin"]))
    made = admin.data("POST", "/actions", status=201, json=body_of(default_execution_permission_set_refs=["core.viewer"]))
    assert made["default_execution_permission_set_refs"] == ["core.viewer"]


def stdout(person: Person, script: str, parameters: dict[str, Any] | None = None, **more: Any) -> str:
    ended = person.run(person.action(script), parameters, **more)
    assert ended["status"] == "completed", ended
    return str(ended["result"].get("stdout", ""))


def test_success_has_the_keys_of_a_result(admin: Person) -> None:
    ended = admin.run(admin.action("echo out; echo err >&2"))
    shape = {"succeeded": {True}, "exit_code": {0}, "duration_ms": int, "stdout": {"out\n"}, "stderr": {"err\n"}}
    fits(ended["result"], shape)
    assert ended["error"] is None and "data" not in ended["result"]


def test_failure_has_exit_code_and_reason(admin: Person) -> None:
    ended = admin.run(admin.action("echo before; exit 3"))
    assert ended["status"] == "failed"
    fits(ended["result"], {"succeeded": {False}, "exit_code": {3}, "duration_ms": int, "error": str, "stdout": {"before\n"}})
    assert ended["result"]["error"] and "timed out" not in ended["result"]["error"]
    assert ended["error"]


def test_scripts_run_with_set_e(admin: Person) -> None:
    ended = admin.run(admin.action("false\necho reached"))
    assert ended["status"] == "failed" and "reached" not in ended["result"].get("stdout", "")


def test_parameters_come_on_stdin_as_one_line_with_id_first(admin: Person) -> None:
    sent = {"zeta": 1, "nested": {"b": 2, "id": 9, "a": "x\ny"}, "id": 7, "alpha": [1, {"k": 1, "id": 2}]}
    text = stdout(admin, "cat", sent)
    assert text.count("\n") == 1 and text.endswith("\n")
    assert list(json.loads(text)) == ["id", "zeta", "nested", "alpha"]
    assert list(json.loads(text)["nested"]) == ["id", "b", "a"]
    assert list(json.loads(text)["alpha"][1]) == ["id", "k"]
    assert json.loads(text) == sent


def test_no_parameters_are_an_empty_object(admin: Person) -> None:
    assert stdout(admin, "cat") == "{}\n"


VARIABLES = {
    "name": "a 'b' $c \"d\" `e` \\ \n second", "count": 3, "ratio": 1.5, "flag": True, "items": [1, {"a": None}],
    "map": {"k": "v"}, "nothing": None, "mixedCase": "M", "with-dash": "D", "empty": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name", VARIABLES["name"]), ("PARAM_NAME", VARIABLES["name"]), ("count", "3"), ("ratio", "1.5"),
        ("flag", "true"), ("items", '[1,{"a":null}]'), ("map", '{"k":"v"}'), ("mixedCase", "M"),
        ("PARAM_MIXEDCASE", "M"), ("with_dash", "D"), ("PARAM_WITH_DASH", "D"), ("empty", ""),
    ],
)  # fmt: skip
def test_parameters_are_shell_variables(admin: Person, name: str, expected: str) -> None:
    assert stdout(admin, f'printf "%s" "${name}"', VARIABLES) == expected


def test_null_leaves_the_variable_unset_and_nothing_is_exported(admin: Person) -> None:
    assert stdout(admin, 'echo "${nothing-unset}${PARAM_NOTHING-unset}"', VARIABLES) == "unsetunset\n"
    environment = stdout(admin, "env", VARIABLES)
    assert "PARAM_" not in environment and "mixedCase" not in environment and "second" not in environment


def test_the_environment(admin: Person) -> None:
    ref = admin.action("env; pwd")
    ended = admin.run(ref, {"secretish": "p4rameter-value"}, env_vars={"EXTRA": "more"})
    lines = ended["result"]["stdout"].splitlines()
    env = dict(line.split("=", 1) for line in lines if "=" in line)
    assert env["ATTUNE_EXEC_ID"] == str(ended["id"])
    assert (env["ATTUNE_ACTION"], env["ATTUNE_PACK_REF"], env["EXTRA"]) == (ref, "core", "more")
    assert env["ATTUNE_API_URL"].startswith("http") and env["ATTUNE_ARTIFACTS_DIR"] and env["ATTUNE_RUNTIME_ENVS_DIR"]
    assert "ATTUNE_API_TOKEN" not in env and "ATTUNE_RULE" not in env
    assert "p4rameter-value" not in "\n".join(lines)
    assert not [name for name in env if "SECRET" in name or "PASSWORD" in name or "ENCRYPTION" in name]
    assert lines[-1].endswith("core")
    assert ended["env_vars"] == {"EXTRA": "more"}


def test_the_artifacts_directory_is_the_same_for_everyone_and_tmp_is_writable(admin: Person) -> None:
    mark = fresh("mark")
    stdout(admin, f'echo hi > "$ATTUNE_ARTIFACTS_DIR/{mark}"; touch /tmp/attune-{mark}; rm /tmp/attune-{mark}')
    assert stdout(admin, f'cat "$ATTUNE_ARTIFACTS_DIR/{mark}"') == "hi\n"
    assert stdout(admin, "command -v bash sh sed curl python3 | wc -l") == "5\n"


def test_a_token_is_there_only_with_permission_sets_and_works(admin: Person) -> None:
    script = 'curl -s -H "Authorization: Bearer $ATTUNE_API_TOKEN" "$ATTUNE_API_URL/auth/me"'
    ended = admin.run(admin.action(script), permission_set_refs=["core.viewer"])
    me = json.loads(ended["result"]["stdout"])["data"]
    assert me["id"] == admin.id, me
    assert ended["permission_set_refs"] == ["core.viewer"]


@pytest.mark.parametrize(
    ("output_format", "script", "data"),
    [
        ("json", 'echo \'{"a": 1}\'', {"a": 1}), ("json", 'echo noise; echo \'{"a": 1}\'', {"a": 1}),
        ("json", "echo '[1, 2]'", [1, 2]), ("yaml", 'printf "a: 1\\nb: [x]\\n"', {"a": 1, "b": ["x"]}),
        ("jsonl", 'printf \'{"a":1}\\n{"a":2}\\n\'', [{"a": 1}, {"a": 2}]),
    ],
)  # fmt: skip
def test_output_is_parsed_by_its_format(admin: Person, output_format: str, script: str, data: Any) -> None:
    ended = admin.run(admin.action(script, output_format=output_format))
    assert ended["status"] == "completed", ended
    assert ended["result"]["data"] == data
    assert ended["result"]["stdout"]


def test_a_queue_ack_is_copied_to_the_top(admin: Person) -> None:
    ended = admin.run(admin.action('echo \'{"queue_ack": {"items": []}}\'', output_format="json"))
    assert ended["result"]["queue_ack"] == {"items": []}


def test_large_output_is_cut_with_a_notice(admin: Person) -> None:
    ended = admin.run(admin.action("head -c 11000000 /dev/zero | tr '\\0' x"))
    assert ended["status"] == "completed"
    assert ended["result"]["stdout_truncated"] is True and ended["result"]["stdout_bytes_truncated"] > 0


def test_bytes_that_are_no_text_are_replaced(admin: Person) -> None:
    assert "\ufffd" in stdout(admin, "printf 'a\\xffb'")


def test_a_timeout_is_a_failure_that_says_so(admin: Person) -> None:
    ended = admin.run(admin.action("echo begun; sleep 30", timeout_seconds=1))
    assert ended["status"] == "failed" and "timed out" in ended["result"]["error"], ended
    assert ended["result"]["stdout"] == "begun\n" and ended["result"]["succeeded"] is False


def test_python_sources_run_inline(admin: Person) -> None:
    source = "import json, sys\np = json.load(sys.stdin)\nprint(json.dumps({'sum': p['a'] + p['b']}))\n"
    ref = admin.action(source, runtime_ref="core.python", output_format="json")
    assert admin.run(ref, {"a": 2, "b": 3})["result"]["data"] == {"sum": 5}
    failing = admin.run(admin.action("import sys\nsys.exit(4)\n", runtime_ref="core.python"))
    assert (failing["status"], failing["result"]["exit_code"]) == ("failed", 4)


def test_an_action_without_anything_to_run_fails_with_the_reason(admin: Person) -> None:
    ref = admin.action("missing_file.py", runtime_ref="core.python")
    ended = admin.run(ref)
    assert ended["status"] == "failed"
    assert ended["result"]["error"].startswith(f"No executable content found for action '{ref}'")


def test_core_actions(admin: Person) -> None:
    assert admin.run("core.echo", {"message": "hello"})["result"]["stdout"] == "hello\n"
    assert admin.run("core.set", {"values": {"a": 1}})["result"]["data"] == {"a": 1}
    failed = admin.run("core.fail", {"message": "on purpose"})
    assert failed["status"] == "failed" and "on purpose" in failed["result"]["error"]
    odd = admin.run("core.noop", {"exit_code": 2})
    assert (odd["status"], odd["result"]["exit_code"]) == ("failed", 2)
    assert admin.run("core.sleep", {"seconds": 0})["status"] == "completed"


def test_http_request(admin: Person, address: str) -> None:
    good = admin.run("core.http_request", {"url": f"{address}/health"})
    shape = {"status_code": {200}, "headers": dict, "body": str, "json": dict, "elapsed_ms": (int, float), "url": str, "success": {True}}
    fits(good["result"]["data"], shape)
    missing = admin.run("core.http_request", {"url": f"{address}/api/v1/nowhere"})
    assert missing["status"] == "completed" and missing["result"]["data"]["success"] is False
    dead = admin.run("core.http_request", {"url": "http://127.0.0.1:1/"})
    assert dead["status"] == "failed"


def test_keys_of_the_pack_are_like_parameters_and_never_in_the_environment(admin: Person) -> None:
    ref = fresh("keyed")
    admin.data("POST", "/packs", status=201, json={"ref": ref, "label": "x", "version": "1"})
    key = {"ref": f"{ref}.api_word", "name": "api_word", "value": "k3y-value-word", "owner_type": "pack", "owner_pack_ref": ref}
    admin.data("POST", "/keys", status=201, json=key)
    ended = admin.run(admin.action('echo "${#api_word}"; env; cat', pack=ref), {"p": 1})
    lines = ended["result"]["stdout"].splitlines()
    assert lines[0] == "14"
    assert "api_word" not in "\n".join(lines[1:]).lower()
    assert lines[-1] == '{"p":1}' or json.loads(lines[-1]) == {"p": 1}


def test_files_of_a_pack_get_other_text_forms(admin: Person) -> None:
    ref = fresh("forms")
    files = {
        "pack.yaml": f"ref: {ref}\nlabel: x\nversion: '1'\n", "actions/show.sh": "cat\n",
        "actions/env.yaml": "name: env\nrunner_type: sh\nentry_point: actions/show.sh\nparameter_format: dotenv\n",
        "actions/yml.yaml": "name: yml\nrunner_type: BASH\nentry_point: show.sh\nparameter_format: yaml\n",
        "actions/py.yaml": "name: py\nrunner_type: python3\nentry_point: py.py\noutput: {s: {type: string}}\noutput_format: json\n",
        "actions/py.py": "import json,sys\nprint(json.dumps({'s': json.load(sys.stdin)['a']}))\n",
        "actions/js.yaml": "name: js\nrunner_type: node\nentry_point: js.js\n", "actions/js.js": "console.log(1)\n",
    }  # fmt: skip
    admin.data("POST", "/packs/upload", status=201, files={"pack": ("p.tgz", archive(files))})
    assert "a=" in admin.run(f"{ref}.env", {"a": "x y"})["result"]["stdout"]
    assert admin.run(f"{ref}.yml", {"a": [1]})["result"]["stdout"].startswith("a:")
    assert admin.run(f"{ref}.py", {"a": "q"})["result"]["data"] == {"s": "q"}
    assert admin.data("GET", f"/actions/{ref}.py")["out_schema"] == {"s": {"type": "string"}}
    assert admin.data("GET", f"/actions/{ref}.js")["runtime_ref"] == "core.nodejs"


def test_rules_of_an_action_are_a_list(admin: Person) -> None:
    admin.page("/actions/core.echo/rules")
