"""Adding, removing, copying, moving and pasting tasks, before and after (api.md 7.1)."""

from __future__ import annotations

from tests.engine.edit.cases import CLASSIC, NEXT, edited, refusal


def test_a_task_is_added_at_the_end_as_far_from_its_neighbour_as_the_others():
    assert edited(NEXT, "add_task", action="ship.rest") == NEXT + "\n  - name: rest\n    action: ship.rest\n"


def test_a_task_is_added_behind_another_and_connected_in_the_files_dialect():
    assert edited(NEXT, "add_task", action="ship.rest", name="rest", source="load", kind="failed") == NEXT.replace(
        "        do: sail\n",
        "        do: sail\n"
        "      - when: failed()\n"
        "        do: rest\n"
        "\n"
        "  - name: rest\n"
        "    action: ship.rest\n",
    )
    assert edited(CLASSIC, "add_task", action="ship.rest", name="rest", source="sail", kind="failed") == CLASSIC.replace(
        "  - default: unload\n",
        "  - default: unload\n  on_failure: rest\n- name: rest\n  action: ship.rest\n",
    )


def test_an_added_task_may_bring_other_keys_in_the_files_style():
    assert edited(CLASSIC, "add_task", action="core.echo", name="hail", task={"input": {"message": "a: b", "tags": ["x"]}}) == (
        CLASSIC + '- name: hail\n  action: core.echo\n  input:\n    message: "a: b"\n    tags: [x]\n'
    )


def test_a_name_that_is_taken_or_has_a_meaning_gets_a_number_or_is_refused():
    assert "- name: load_2\n" in edited(NEXT, "add_task", action="ship.load")
    assert "already a task named 'load'" in refusal(NEXT, "add_task", action="ship.load", name="load")
    assert "'item' can't name a task" in refusal(NEXT, "add_task", action="ship.load", name="item")


def test_a_task_is_put_between_two():
    assert edited(NEXT, "insert_between", source="load", target="sail", action="ship.rest") == NEXT.replace(
        "        do: sail\n",
        "        do: rest\n"
        "\n"
        "  - name: rest\n"
        "    action: ship.rest\n"
        "    next:\n"
        "      - when: succeeded()\n"
        "        do: sail\n",
    )
    assert edited(CLASSIC, "insert_between", source="load", target="unload", action="ship.rest") == CLASSIC.replace(
        "  on_failure: [unload, fail]\n",
        "  on_failure: [rest, fail]\n- name: rest\n  action: ship.rest\n  on_success: unload\n",
    )


def test_there_must_be_a_way_to_put_a_task_on():
    assert refusal(NEXT, "insert_between", source="sail", target="load", action="x.y") == "'sail' does not lead to 'load'."


def test_a_task_goes_with_its_comments_and_what_led_to_it():
    assert edited(NEXT, "remove_task", name="load") == NEXT.replace(
        NEXT[NEXT.index("  # takes") : NEXT.index("  - name: sail")], ""
    )
    assert edited(CLASSIC, "remove_task", name="unload") == (
        CLASSIC.replace("[unload, fail]", "fail").replace("  - default: unload\n", "").replace("- name: unload\n  action: core.noop\n", "")
    )


def test_a_bridge_leads_past_the_task_that_goes():
    assert edited(CLASSIC, "remove_task", name="sail", bridge=True) == (
        CLASSIC.replace("  on_success: sail\n", "  on_success: [load, unload]\n").replace(
            CLASSIC[CLASSIC.index("- name: sail") : CLASSIC.index("- name: unload")], ""
        )
    )


def test_a_duplicate_stands_right_behind_with_its_comments():
    block = NEXT[NEXT.index("  # takes") : NEXT.index("\n  - name: sail")]
    assert edited(NEXT, "duplicate_task", name="load") == NEXT.replace(
        block, block + "\n" + block.replace("name: load", "name: load_copy")
    )
    assert edited(CLASSIC, "duplicate_task", name="unload", target="moor") == CLASSIC + "- name: moor\n  action: core.noop\n"


def test_a_task_moves_with_its_comments():
    block = NEXT[NEXT.index("  # takes") : NEXT.index("\n  - name: sail")]
    moved = NEXT.replace(block + "\n", "") + "\n" + block
    assert edited(NEXT, "move_task", name="load", after="sail") == moved
    assert edited(moved, "move_task", name="load", before="sail") == NEXT


def test_pasted_tasks_keep_their_comments_and_take_the_files_indentation():
    clip = "- name: load\n  # twice\n  action: ship.load\n  next:\n    - do: rest\n- name: rest\n  action: ship.rest\n"
    assert edited(NEXT, "paste", tasks=clip, after="load") == NEXT.replace(
        "        do: sail\n",
        "        do: sail\n"
        "\n"
        "  - name: load_2\n"
        "    # twice\n"
        "    action: ship.load\n"
        "    next:\n"
        "      - do: rest\n"
        "\n"
        "  - name: rest\n"
        "    action: ship.rest\n",
    )


def test_a_pasted_task_that_ends_with_a_block_of_text_keeps_its_line_end():
    clip = "\nname: rest\naction: core.echo\ninput:\n  message: |\n    one\n    two\n"
    assert edited(CLASSIC, "paste", tasks=clip) == CLASSIC + (
        "- name: rest\n  action: core.echo\n  input:\n    message: |\n      one\n      two\n"
    )


def test_an_added_task_with_a_text_of_lines_goes_without_a_trace_where_no_line_end_is_at_the_end():
    text = CLASSIC.removesuffix("\n")
    there = edited(text, "add_task", action="core.echo", name="hail", task={"input": {"message": "one\ntwo\n"}})
    assert edited(there, "remove_task", name="hail") == text


def test_what_is_no_task_is_not_pasted():
    assert "Paste a list of tasks" in refusal(NEXT, "paste", tasks="just words")
    assert "no list of tasks" in refusal(NEXT, "paste", tasks="- name: [")
    assert "same name" in refusal(NEXT, "paste", tasks="- name: a\n- name: a\n")


def test_a_task_that_is_not_there_is_named_with_its_like():
    assert refusal(NEXT, "remove_task", name="laod") == "There is no task 'laod'. Did you mean 'load'?"
