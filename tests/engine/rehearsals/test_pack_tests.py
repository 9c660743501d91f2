"""What a test file may say, and what is wrong with one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.engine.rehearsals.pack_tests import START, Expectation, parse_test

WHOLE = """
description: It goes well.
parameters: {amount: 3}
config: {tone: dry}
keys: {demo.key: value}
now: 2026-03-01T13:00:00+01:00
until: ship
script:
  - {task: build, error: no space}
  - {task: build, item: 2, result: {wheel: w}, took_s: 4}
  - {task: ask, answer: {approved: true}}
  - {task: ask, timed_out: true}
  - {task: ask, silent: true}
  - {task: ask, error: {type: cancelled, message: gone}}
expect:
  status: running
  path: [build, ask]
  tasks: {build: completed}
  output: {a: 1}
  vars: {b: 2}
  inputs: {build: {c: 3}}
  error: no
  waiting: [ask]
"""


def test_everything_a_file_may_say_is_read():
    test, problems = parse_test(WHOLE, workflow="flow", name="well")

    assert problems == []
    assert (test.workflow, test.name, test.description) == ("flow", "well", "It goes well.")
    assert (test.parameters, test.config, test.keys) == ({"amount": 3}, {"tone": "dry"}, {"demo.key": "value"})
    assert (test.now, test.until) == (datetime(2026, 3, 1, 12, tzinfo=UTC), "ship")
    assert test.script[0] == {"task": "build", "error": {"message": "no space"}, "timed_out": False, "silent": False}
    assert {"item": 2, "result": {"wheel": "w"}, "took_s": 4.0}.items() <= test.script[1].items()
    assert test.script[5]["error"] == {"type": "cancelled", "message": "gone"}
    assert test.expect == Expectation(
        "running", ("build", "ask"), {"build": "completed"}, {"a": 1}, {"b": 2}, {"build": {"c": 3}}, "no", ("ask",)
    )


def test_without_a_time_it_begins_at_the_same_moment_on_every_day():
    test, _ = parse_test("expect: {status: completed}", workflow="flow", name="short")

    assert (test.now, test.script, test.parameters) == (START, (), None)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("description: x", 1, "expect: {status: completed}"),
        ("expect: {}", 1, "expect: {status: completed}"),
        ("expect:\n  ouput: {a: 1}", 2, "did you mean 'output'?"),
        ("scirpt: []\nexpect: {status: failed}", 1, "did you mean 'script'?"),
        ("script:\n  - {task: a, erorr: no}\nexpect: {status: failed}", 2, "did you mean 'error'?"),
        ("script:\n  - {result: {}}\nexpect: {status: failed}", 2, "names its 'task'"),
        ("script:\n  - build\nexpect: {status: failed}", 2, "a mapping with 'task'"),
        ("script: {task: a}\nexpect: {status: failed}", 1, "takes a list of entries"),
        ("expect: {status: done}", 1, "completed, failed, cancelled, running"),
        ("expect: {path: build}", 1, "a list of task names"),
        ("expect:\n  tasks:\n    a: done", 3, "is one of"),
        ("now: tomorrow\nexpect: {status: failed}", 1, "a time with its zone"),
        ("now: 2026-03-01T13:00:00\nexpect: {status: failed}", 1, "a time with its zone"),
        ("- a list", 1, "holds a mapping"),
        ("expect: [1", 1, ""),
    ],
)
def test_what_is_wrong_is_an_error_with_its_line(text, line, said):
    _, problems = parse_test(text, workflow="flow", name="bad")

    assert [(p.severity, p.line) for p in problems][:1] == [("error", line)]
    assert said in problems[0].message


def test_keys_of_ones_own_begin_with_x():
    _, problems = parse_test("x-ticket: 12\nexpect: {status: failed}", workflow="flow", name="own")

    assert problems == []
