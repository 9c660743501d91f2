"""Connecting, disconnecting and retargeting tasks in both dialects, before and after (api.md 7.1)."""

from __future__ import annotations

import pytest

from tests.engine.edit.cases import CLASSIC, NEXT, edited, refusal


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        ({"kind": "succeeded", "target": "load"}, "do: sail", "do: [sail, load]"),
        ({"kind": "failed", "target": "fail"}, "        do: sail\n", "        do: sail\n      - when: failed()\n        do: fail\n"),
        ({"kind": "always", "target": "load"}, "        do: sail\n", "        do: sail\n      - do: load\n"),
        ({"kind": "custom", "when": "vars.n > 1", "target": "load"}, "        do: sail\n", "        do: sail\n      - when: vars.n > 1\n        do: load\n"),
    ],
)  # fmt: skip
def test_connect_in_the_ordered_dialect(keys, before, after):
    text = edited(NEXT, "connect", source="load", **keys)

    assert text == NEXT.replace(before, after)
    assert edited(text, "disconnect", source="load", target=keys["target"], kind=keys["kind"]) == NEXT


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        ({"kind": "succeeded", "target": "unload"}, "on_success: sail", "on_success: [sail, unload]"),
        ({"kind": "failed", "target": "load"}, "[unload, fail]", "[unload, fail, load]"),
        ({"kind": "timed_out", "target": "sail"}, "[unload, fail]\n", "[unload, fail]\n  on_timeout: sail\n"),
        ({"kind": "custom", "when": "vars.n > 1", "target": "sail"}, "[unload, fail]\n", "[unload, fail]\n  decision:\n  - when: vars.n > 1\n    next: sail\n"),
    ],
)  # fmt: skip
def test_connect_in_the_classic_dialect(keys, before, after):
    text = edited(CLASSIC, "connect", source="load", **keys)

    assert text == CLASSIC.replace(before, after)
    assert edited(text, "disconnect", source="load", target=keys["target"], kind=keys["kind"]) == CLASSIC


def test_a_branch_goes_before_the_default():
    assert edited(CLASSIC, "connect", source="sail", target="sail", kind="custom", when="vars.n > 1") == CLASSIC.replace(
        "  - default: unload\n", "  - when: vars.n > 1\n    next: sail\n  - default: unload\n"
    )


def test_a_task_without_ways_follows_the_file():
    assert edited(NEXT, "connect", source="sail", target="load", kind="failed") == (
        NEXT + "    next:\n      - when: failed()\n        do: load\n"
    )
    assert edited(CLASSIC, "connect", source="unload", target="load", kind="failed") == CLASSIC + "  on_failure: load\n"


def test_conditions_stand_in_braces_where_the_file_has_them_so():
    wrapped = NEXT.replace("succeeded()", '"{{ succeeded() }}"')
    assert edited(wrapped, "connect", source="load", target="load", kind="failed") == wrapped.replace(
        "        do: sail\n", '        do: sail\n      - when: "{{ failed() }}"\n        do: load\n'
    )


def test_a_way_is_found_by_its_condition_with_braces_or_without():
    wrapped = NEXT.replace("succeeded()", '"{{ succeeded() }}"')
    keys = {"source": "sail", "target": "load", "kind": "custom", "when": "vars.n > 1"}
    there = edited(wrapped, "connect", **keys)
    assert 'when: "{{ vars.n > 1 }}"' in there
    assert edited(there, "disconnect", **keys) == wrapped
    assert edited(there, "disconnect", **keys | {"when": "{{vars.n > 1}}"}) == wrapped


def test_the_last_target_takes_its_transition_along_but_not_what_it_publishes():
    assert edited(NEXT, "disconnect", source="load", target="sail", kind="succeeded") == NEXT.replace(
        "    next:\n      - when: succeeded()\n        do: sail\n", ""
    )
    publishing = NEXT.replace("        do: sail", "        publish: [{n: 1}]\n        do: sail")
    assert edited(publishing, "disconnect", source="load", target="sail", kind="succeeded") == publishing.replace(
        "        do: sail\n", ""
    )


def test_a_list_in_brackets_left_with_one_target_becomes_the_bare_name():
    assert edited(CLASSIC, "disconnect", source="load", target="unload", kind="failed") == CLASSIC.replace("[unload, fail]", "fail")


def test_retarget_needs_no_old_target_so_that_a_misspelt_one_can_be_mended():
    broken = CLASSIC.replace("on_success: sail", "on_success: sial")
    assert edited(broken, "retarget", source="load", target="sial", new_to="sail") == CLASSIC


def test_retarget_to_what_is_led_to_already_leaves_it_once():
    assert edited(CLASSIC, "retarget", source="load", target="unload", new_to="fail") == CLASSIC.replace("[unload, fail]", "fail")


@pytest.mark.parametrize(
    ("op", "keys", "reason"),
    [
        ("connect", {"source": "load", "target": "nowhere", "kind": "failed"}, "There is no task 'nowhere'."),
        ("connect", {"source": "load", "target": "sail", "kind": "succeeded"}, "'load' leads to 'sail' already."),
        ("connect", {"source": "load", "target": "sail", "kind": "maybe"}, "'maybe' is no kind of transition"),
        ("connect", {"source": "load", "target": "sail", "kind": "custom"}, "needs 'when'"),
        ("disconnect", {"source": "load", "target": "sail", "kind": "failed"}, "'load' does not lead to 'sail' when it has failed."),
        ("retarget", {"source": "load", "target": "sail", "new_to": "nowhere"}, "There is no task 'nowhere'."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(op, keys, reason):
    assert reason in refusal(NEXT, op, **keys)
