"""What changed between two versions of a workflow, as people would say it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from app.engine.changes.words import changes_in_words, meaning
from app.engine.spec.document import load
from app.engine.spec.model import PublishEntry, RetrySpec, TaskSpec, TransitionSpec, WorkflowSpec
from app.engine.spec.parse import parse_workflow
from tests.properties.strategies import workflows

ROOT = Path(__file__).resolve().parents[3]
TEXT = """\
version: 1.0.0
parameters:
  env: {type: string, default: staging}
vars:
  - tries: 0
tasks:
  - name: build
    action: core.echo
    input: {message: "Build {{ parameters.env }}", flags: [a, b]}
    next:
      - when: "{{ succeeded() }}"
        do: [scan, smoke]
      - when: "{{ failed() }}"
        do: fail
  - name: scan
    action: scans.run
    retry: {count: 3, delay: 5}
    next:
      - when: "{{ result().clean }}"
        publish:
          - report: "{{ result().url }}"
        do: deploy
  - name: smoke
    action: core.http_request
    timeout: 60
  - name: deploy
    action: core.echo
    input: {message: "{{ task.build.stdout }}"}
output_map:
  url: "{{ vars.report }}"
"""


def spec(text: str) -> WorkflowSpec:
    found = parse_workflow(load(text), ref="shop.release").spec
    assert found is not None
    return found


def words(old: str, new: str) -> list[str]:
    assert old != new
    return changes_in_words(spec(old), spec(new))


DEPLOY = "  - name: deploy\n    action: core.echo\n    input: {message: \"{{ task.build.stdout }}\"}\n"
CHANGES: dict[str, tuple[tuple[str, str], list[str]]] = {
    "a time-out": (("timeout: 60", "timeout: 90"), ["task smoke: timeout 60 → 90"]),
    "a time-out that goes": (("    timeout: 60\n", ""), ["task smoke: timeout removed, was 60"]),
    "an action": (("scans.run", "scans.fast"), ["task scan: action “scans.run” → “scans.fast”"]),
    "an input": (("Build {{", "Make {{"), ["task build: input message “Build {{ parameters.env }}” → “Make {{ parameters.env }}”"]),
    "an input that comes": (("flags:", "force: true, flags:"), ["task build: input force added: true"]),
    "text instead of a truth": (("[a, b]", "[a, 'true']"), ['task build: input flags ["a", "b"] → ["a", "true"]']),
    "a retry": (("count: 3, delay: 5", "count: 5, delay: 5"), ["task scan: retry count 3 → 5"]),
    "a retry that goes": (("    retry: {count: 3, delay: 5}\n", ""), ["task scan: retry removed, was 3 times, 5 s apart"]),
    "a retry that comes": (
        ("    timeout: 60\n", "    timeout: 60\n    retry: {count: 1, delay: 2, backoff: linear}\n"),
        ["task smoke: retry added: once, 2 s apart, linear"],
    ),
    "a join": (("    timeout: 60\n", "    timeout: 60\n    join: all\n"), ["task smoke: join any → all"]),
    "items": (
        ("    timeout: 60\n", "    timeout: 60\n    with_items: '{{ vars.hosts }}'\n"),
        ["task smoke: with_items “{{ vars.hosts }}” added"],
    ),
    "another way": (("do: [scan, smoke]", "do: [scan, smoke, deploy]"), ["task deploy now runs after build"]),
    "a way less": (("do: [scan, smoke]", "do: [scan]"), ["task smoke now runs at the start instead of after build"]),
    "a condition": (
        ("{{ result().clean }}", "{{ result().score > 7 }}"),
        [
            "task deploy now runs after scan, if result().score > 7 instead of after scan, if result().clean",
            "task scan: publish if result().clean report removed",
            "task scan: publish if result().score > 7 report added: “{{ result().url }}”",
        ],
    ),
    "an outcome": (('when: "{{ failed() }}"', 'when: "{{ timed_out() }}"'), ["the workflow now fails on purpose when build times out instead of when build fails"]),
    "what is published": (("result().url", "result().link"), ["task scan: publish if result().clean report “{{ result().url }}” → “{{ result().link }}”"]),
    "a parameter": (("default: staging", "default: live"), ["parameter env default “staging” → “live”"]),
    "a parameter that comes": (("vars:", "  dry: {type: boolean}\nvars:"), ['parameter dry added: {"type": "boolean"}']),
    "a variable": (("tries: 0", "tries: 1"), ["variable tries 0 → 1"]),
    "the result": (("{{ vars.report }}", "{{ vars.url }}"), ["result url “{{ vars.report }}” → “{{ vars.url }}”"]),
    "the version": (("version: 1.0.0", "version: 1.1.0"), ["version “1.0.0” → “1.1.0”"]),
    "a task that goes": ((DEPLOY, ""), ["task deploy removed"]),
    "a task that comes": (
        (DEPLOY, DEPLOY + "  - name: tell\n    action: core.noop\n"),
        ["task tell added: core.noop"],
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_each_change_has_its_sentence(change: tuple[str, str], expected: list[str]) -> None:
    assert words(TEXT, TEXT.replace(*change)) == expected


def test_a_task_put_in_between_is_told_by_what_runs_after_what() -> None:
    new = TEXT.replace("do: deploy", "do: approve").replace(
        DEPLOY, "  - name: approve\n    action: core.ask\n    on_success: deploy\n" + DEPLOY
    )

    assert words(TEXT, new) == [
        "task approve added: core.ask, runs after scan, if result().clean",
        "task deploy now runs after approve instead of after scan, if result().clean",
    ]


def test_a_renamed_task_is_told_once_and_what_refers_to_it_not_at_all() -> None:
    assert words(TEXT, TEXT.replace("build", "compile")) == ["task build is now called compile"]


def test_a_task_that_was_renamed_and_changed_is_still_the_same_task() -> None:
    new = TEXT.replace("name: smoke", "name: check").replace("smoke", "check").replace("timeout: 60", "timeout: 90")

    assert words(TEXT, new) == ["task smoke is now called check", "task check: timeout 60 → 90"]


def test_another_action_in_the_place_of_a_task_is_another_task() -> None:
    new = TEXT.replace("name: smoke\n    action: core.http_request\n    timeout: 60", "name: wait\n    action: core.sleep").replace("smoke", "wait")

    assert words(TEXT, new) == ["task smoke removed", "task wait added: core.sleep, runs after build"]


def test_order_in_the_file_is_said_and_comments_are_not() -> None:
    smoke = "  - name: smoke\n    action: core.http_request\n    timeout: 60\n"

    assert words(TEXT, TEXT.replace(smoke, "") .replace(DEPLOY, DEPLOY + smoke)) == ["the tasks are in another order in the file"]
    assert words(TEXT, "# about\n" + TEXT.replace("timeout: 60", "timeout: 60.0  # s")) == []


def test_the_other_dialect_with_the_same_meaning_is_said_to_be_that() -> None:
    classic = TEXT.replace('    next:\n      - when: "{{ succeeded() }}"\n        do: [scan, smoke]\n      - when: "{{ failed() }}"\n        do: fail\n', "    on_success: [scan, smoke]\n    on_failure: fail\n")

    assert words(TEXT, classic) == ["it is written differently, and means the same"]


def test_long_texts_show_where_they_part() -> None:
    script = "echo " + "x" * 100
    old, new = (TEXT.replace("Build {{ parameters.env }}", f"{script}{end}") for end in (" one", " two"))

    assert words(old, new) == ["task build: input message changed at “…xxxxxxxxxxxxxx one” → “…xxxxxxxxxxxxxx two”"]


OTHER: dict[str, Any] = {
    "name": "renamed", "type": "workflow", "action": "p.other", "input": {"n": 1}, "when": "x", "with_items": [1],
    "batch_size": 2, "batch_mode": "list", "concurrency": 2, "delay_s": 1.0, "retry": RetrySpec(2), "timeout_s": 3.0, "join": 2,
    "max_visits": 2, "publish": (PublishEntry("v", 1),), "children": (TaskSpec("child", container="a"),), "wait_for": "{{ 1 }}",
    "container": "b", "transitions": (TransitionSpec("always", None, "always", (), ("b",)),),
}  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in fields(TaskSpec) if f.name != "path"])
def test_every_field_of_a_task_has_words_of_its_own(name: str) -> None:
    task = TaskSpec("a", action="core.noop")
    old = WorkflowSpec("p.w", "1", (task, TaskSpec("b", action="core.echo")))
    new = replace(old, tasks=(replace(task, **{name: OTHER[name]}), old.tasks[1]))

    assert changes_in_words(old, new)[0].startswith("task ")


WHOLE: dict[str, Any] = {
    "ref": "p.x", "version": "2", "tasks": (TaskSpec("z"),), "label": "L", "description": "D", "tags": ("t",),
    "parameters": {"p": {}}, "output": {"o": {}}, "vars": (("v", 1),), "output_map": (("o", 1),),
    "cancellation_policy": "cancel_running", "timeout_s": 1.0, "fail_fast": True,
}  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in fields(WorkflowSpec)])
def test_every_field_of_a_workflow_has_words_of_its_own(name: str) -> None:
    old = WorkflowSpec("p.w", "1", (TaskSpec("a"),))

    found = changes_in_words(old, replace(old, **{name: WHOLE[name]}))

    assert found and "differently" not in found[0]


@given(old=workflows(), new=workflows())
@settings(max_examples=150)
def test_there_are_words_exactly_when_something_differs(old: WorkflowSpec, new: WorkflowSpec) -> None:
    forth, back = changes_in_words(old, new), changes_in_words(new, old)

    assert (forth == []) == (back == []) == (meaning(old) == meaning(new))
    assert all(word and "\n" not in word for word in forth)
    assert changes_in_words(old, old) == []


@pytest.mark.parametrize("path", sorted((ROOT / "packs").glob("*/workflows/*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_workflow_differs_from_itself_in_nothing(path: Path) -> None:
    text = path.read_text()

    assert changes_in_words(spec(text), spec("# a comment\n" + text)) == []
