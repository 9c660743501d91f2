"""What is being written at a place, told from lines that don't parse yet. `^` marks the place."""

from __future__ import annotations

import pytest

from app.engine.suggestions.site import site_at

BEGIN = """\
parameters:
  env: {type: string}
tasks:
  - name: build
    action: core.echo
    retry:
      count: 2
    input:
      message: hello
    next:
      - when: succeeded()
        do: ship
"""


def site(text):
    place = text.index("^")
    return site_at(text.replace("^", "", 1), place)


@pytest.mark.parametrize(
    ("typed", "kind", "path", "word"),
    [
        ("    tim^", "key", ("tasks", 0), "tim"),
        ("^", "key", (), ""),
        ("ver^", "key", (), "ver"),
        ("    action: core.^", "value", ("tasks", 0, "action"), "core."),
        ("      - wh^", "key", ("tasks", 0, "next", 0), "wh"),
        ("        lab^", "key", ("tasks", 0, "next", 0), "lab"),
        ("        do: [a, s^", "value", ("tasks", 0, "next", 0, "do"), "s"),
        ("      - when: result().o^", "name", ("tasks", 0, "next", 0, "when"), "result().o"),
        ("    with_items: \"{{ vars.^", "name", ("tasks", 0, "with_items"), "vars."),
        ("    with_items: \"{{ vars.x | so^", "filter", ("tasks", 0, "with_items"), "so"),
        ("    # a remark with k^", "nothing", (), ""),
        ("  - na^", "key", ("tasks", 0), "na"),
    ],
)  # fmt: skip
def test_it_knows_what_is_written(typed, kind, path, word):
    found = site(BEGIN + typed)

    assert (found.kind, found.path, found.word) == (kind, path, word)


def test_it_knows_keys_of_the_mapping_and_of_the_task():
    found = site(BEGIN.replace("      message: hello", "      mes^"))

    assert found.path == ("tasks", 0, "input")
    assert found.task["name"] == "build" and found.task["action"] == "core.echo"
    assert site(BEGIN + "    tim^").siblings.keys() == {"name", "action", "retry", "input", "next"}


def test_a_list_that_is_not_indented_is_read_too():
    found = site("tasks:\n- name: a\n  on_success: ^\n- name: b\n")

    assert (found.path, found.task["name"]) == (("tasks", 0, "on_success"), "a")


def test_in_a_block_of_text_only_expressions_are_offered():
    block = "tasks:\n  - name: a\n    input:\n      message: |\n        Hello {}\n"

    assert site(block.format("wor^")).kind == "nothing"
    inside = site(block.format("{{ vars.^"))
    assert (inside.kind, inside.path) == ("name", ("tasks", 0, "input", "message"))


def test_the_word_ends_where_the_key_does():
    text = "tasks:\n  - na^me: a\n"
    found = site(text)

    assert text.replace("^", "")[found.start : found.end] == "name"
