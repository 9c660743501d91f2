"""Native programs, Node.js files and the interpreters that packs bring."""

from __future__ import annotations

import json
import shutil

import pytest

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is an optional runtime")


def test_a_native_action_is_the_program_itself(run, pack_dir):
    program = pack_dir / "actions" / "tool"
    program.write_text('#!/bin/sh\nread -r line; echo "native $line"')
    program.chmod(0o755)

    outcome = run(str(program), runtime="native", inline=False, parameters={"a": 1})

    assert outcome.result["stdout"] == 'native {"a":1}\n'


def test_a_native_file_that_is_not_executable_says_so(run, pack_dir):
    program = pack_dir / "actions" / "tool"
    program.write_text("#!/bin/sh\n")

    outcome = run(str(program), runtime="native", inline=False)

    assert outcome.status == "failed"
    assert "not executable" in outcome.error


def test_an_interpreter_of_a_pack_gets_its_arguments_and_the_file(run, pack_dir):
    script = pack_dir / "actions" / "sum.awk"
    script.write_text('{ print "awk", $0 }')

    outcome = run(str(script), runtime="native", inline=False, interpreter={"binary": "awk", "args": ["-f"]})

    assert outcome.result["stdout"] == "awk {}\n"


@needs_node
def test_a_nodejs_action_reads_its_parameters(run, pack_dir):
    script = pack_dir / "actions" / "act.js"
    script.write_text("const p = JSON.parse(require('fs').readFileSync(0)); console.log(p.a + 1)")

    outcome = run(str(script), runtime="nodejs", inline=False, pack_dir=pack_dir, parameters={"a": 1})

    assert outcome.result["stdout"] == "2\n"


@needs_node
def test_modules_of_a_package_json_are_installed_for_the_pack(run, pack_dir, tmp_path):
    module = tmp_path / "greeting"
    module.mkdir()
    (module / "package.json").write_text('{"name": "greeting", "version": "1.0.0", "main": "index.js"}')
    (module / "index.js").write_text("exports.text = 'hello from the module'")
    (pack_dir / "package.json").write_text(json.dumps({"dependencies": {"greeting": f"file:{module}"}}))
    script = pack_dir / "actions" / "act.js"
    script.write_text("console.log(require('greeting').text)")

    outcome = run(str(script), runtime="nodejs", inline=False, pack_dir=pack_dir)

    assert outcome.result["stdout"] == "hello from the module\n"
