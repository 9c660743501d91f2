"""Shell actions, mostly scripts given inline (api.md 5.2)."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.runners.delivery import shell_variables

HOSTILE = [
    "two\nlines\n",
    'it\'s "quoted" `date` $(date) $HOME \\ \\n',
    "'; rm -rf /; '",
    "-n",
    "",
    " leading and trailing ",
    "tab\tand\rreturn",
    "ünïcödé 🎉",
    "%s %d * ? [a-z] ~ ! {a,b} #x",
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_a_text_parameter_reaches_an_inline_script_unchanged(run, value):
    outcome = run(
        'printf %s "$Some_name"; printf "|"; printf %s "$PARAM_SOME_NAME"', parameters={"Some-name": value}
    )

    assert outcome.result["stdout"] == f"{value}|{value}"


TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_any_text_without_nul_reaches_the_script_as_it_is(run, texts):
    script = 'for name in "${!v_@}"; do printf "%s\\0" "${!name}"; done | tr "\\0" "\\1"'

    printed = run(script, parameters={f"v_{n:02}": text for n, text in enumerate(texts)}).result["stdout"]

    assert printed == "".join(text + "\1" for text in texts)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=30))
def test_any_name_is_harmless(run, name):
    outcome = run("echo ok", parameters={name: "$(echo broken >&2)"})

    assert (outcome.result["stdout"], outcome.result["stderr"]) == ("ok\n", "")


def test_an_exit_trap_of_an_inline_script_runs(run):
    outcome = run("trap 'echo bye' EXIT\necho hi\nexit 4")

    assert (outcome.result["stdout"], outcome.result["exit_code"]) == ("hi\nbye\n", 4)


def test_numbers_booleans_and_containers_become_json_text_and_null_stays_unset(run):
    parameters = {"n": 1.5, "b": True, "l": [1, {"a": "ü"}], "o": {"k": None}, "z": None}

    outcome = run('echo "$n $b $l $o ${z-unset} ${PARAM_Z-unset}"', parameters=parameters)

    assert outcome.result["stdout"] == '1.5 true [1,{"a":"ü"}] {"k":null} unset unset\n'


def test_variables_of_inline_scripts_are_not_exported(run):
    outcome = run(
        "env; cat /proc/self/cmdline",
        parameters={"password": "hunter2-hunter2"},
        datastore={"db.password": "stored-secret-1"},
        env_vars={"password": "from the environment"},
    )

    assert "hunter2" not in outcome.result["stdout"]
    assert "stored-secret" not in outcome.result["stdout"]
    assert "PARAM_" not in outcome.result["stdout"]


def test_datastore_keys_are_variables_but_not_in_the_input_of_inline_scripts(run):
    outcome = run('echo "$db_password"; cat', parameters={"a": 1}, datastore={"db.password": "s3"})

    assert outcome.result["stdout"] == 's3\n{"a":1}\n'


def test_stdin_is_one_line_of_json_with_id_first_and_then_ends(run):
    outcome = run("cat", parameters={"b": "x\ny", "nested": {"z": 1, "id": 9}, "id": 3})

    assert outcome.result["stdout"] == '{"id":3,"b":"x\\ny","nested":{"id":9,"z":1}}\n'


@pytest.mark.parametrize(
    "name", ["PATH", "IFS", "BASH_ENV", "LD_PRELOAD", "PS4", "UID", "SHELLOPTS", "HOME", "PWD", "_"]
)
def test_a_parameter_named_like_a_variable_of_the_shell_does_no_harm(run, name):
    outcome = run(f'echo "a b" | sed s/a/c/; echo "$PARAM_{name}"', parameters={name: "/evil"})

    assert outcome.result["stdout"] == "c b\n/evil\n"


def test_names_that_are_no_variable_names_are_made_into_some(run):
    outcome = run('echo "$PARAM_1ST $a_b_"', parameters={"1st": "x", "a.b!": "y", "$(reboot)": "z", "": "w"})

    assert outcome.result["stdout"] == "x y\n"


def test_a_value_with_nul_is_refused_with_the_name_of_the_parameter(run):
    outcome = run("echo never", parameters={"note": "a\0b"})

    assert outcome.status == "failed"
    assert "'note'" in outcome.error and "NUL" in outcome.error
    assert outcome.result == {"succeeded": False, "error": outcome.error}


def test_an_inline_script_stops_at_the_first_failing_command(run):
    outcome = run("echo before\nfalse\necho after")

    assert outcome.status == "failed"
    assert outcome.result["exit_code"] == 1
    assert outcome.result["stdout"] == "before\n"
    assert outcome.error == "Exited with code 1"


def test_an_exit_code_is_kept_and_the_error_repeats_the_last_line_of_stderr(run):
    outcome = run("echo why >&2; exit 7")

    assert outcome.result["exit_code"] == 7
    assert outcome.error == outcome.result["error"] == "Exited with code 7: why"


def test_an_ordinary_failure_never_says_timed_out(run):
    outcome = run("echo 'connection Timed Out' >&2; exit 1")

    assert "timed out" not in outcome.error.lower()
    assert outcome.result["stderr"] == "connection Timed Out\n"


def test_messages_of_bash_carry_the_line_of_the_authors_script(run):
    outcome = run("true\n\nno-such-command", parameters={"a": "1\n2\n3"})

    assert outcome.result["exit_code"] == 127
    assert "line 3: no-such-command" in outcome.error


def test_bash_features_work_in_inline_scripts(run):
    outcome = run('a=(x y); [[ ${a[1]} == y ]] && echo "${BASH_VERSION:+bash}"; cat <<EOF\nhere\nEOF\n')

    assert outcome.result["stdout"] == "bash\nhere\n"


def test_a_script_of_many_kilobytes_and_a_large_parameter_pass(run):
    outcome = run("# " + "x" * 300_000 + "\necho ${#big}; cat | wc -c", parameters={"big": "v" * 2_000_000})

    assert outcome.result["stdout"].split() == ["2000000", "2000011"]


def test_a_script_that_ignores_a_large_input_ends_well(run):
    outcome = run("exec <&-; echo done", parameters={"big": "v" * 2_000_000})

    assert outcome.status == "succeeded"
    assert outcome.result["stdout"] == "done\n"


def test_a_file_of_the_pack_gets_parameters_and_datastore_keys_on_stdin(run, pack_dir):
    script = pack_dir / "actions" / "show.sh"
    script.write_text("#!/bin/sh\npwd\ncat\n")

    outcome = run(
        str(script), inline=False, pack_dir=pack_dir, parameters={"a": 1}, datastore={"k": "v", "a": 0}
    )

    first, second = outcome.result["stdout"].splitlines()
    assert first == str(pack_dir)
    assert json.loads(second) == {"a": 1, "k": "v"}


def test_dotenv_input_can_be_sourced_by_a_shell(run, pack_dir):
    script = pack_dir / "actions" / "show.sh"
    script.write_text('. /dev/stdin\necho "$a|$l|$bad_name"\n')
    parameters = {"a": "it's $HOME\n2", "l": [1, 2], "bad name;reboot": "x", "gone": None}

    outcome = run(
        str(script), inline=False, pack_dir=pack_dir, parameters=parameters, parameter_format="dotenv"
    )

    assert outcome.result["stdout"] == "it's $HOME\n2|[1,2]|\n"


def test_yaml_input_keeps_the_order_of_keys(run, pack_dir):
    script = pack_dir / "actions" / "show.sh"
    script.write_text("cat\n")

    outcome = run(str(script), inline=False, parameters={"z": 1, "a": ["ü"]}, parameter_format="yaml")

    assert outcome.result["stdout"] == "z: 1\na:\n- ü\n"


def test_definitions_hold_no_value_outside_of_quotes(make_request):
    text = shell_variables(make_request(parameters={"x": "$(touch /tmp/owned)"}))

    assert text == "declare +x x='$(touch /tmp/owned)'\ndeclare +x PARAM_X='$(touch /tmp/owned)'\n"
