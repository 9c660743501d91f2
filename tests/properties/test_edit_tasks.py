"""Edits of whole tasks keep the promises of api.md 7.1: insert between, duplicate, move, paste."""

from __future__ import annotations

import copy

from hypothesis import assume, given
from hypothesis import strategies as st

from app.engine.edit.steps import same
from app.engine.spec.document import load
from tests.properties.edit_models import (
    apply_edit,
    edges_of,
    names_of,
    renamed,
    tasks_of,
    thorough,
    top_names,
    with_bare_lists,
)
from tests.properties.edit_texts import pastes, texts


@thorough
@given(st.data())
def test_inserting_between_puts_a_task_on_the_way_and_a_bridge_takes_it_off(data):
    text = data.draw(texts())
    before = load(text).value
    edges = edges_of(text)
    assume(edges)
    source, _, target = data.draw(st.sampled_from(sorted(edges)))
    between = {"from": source, "to": target, "action": "core.echo", "name": "fresh"}

    edited = apply_edit(text, op="insert_between", **between)

    led = {(a, kind, "fresh" if (a, b) == (source, target) else b) for a, kind, b in edges}
    assert edges_of(edited.text) == led | {("fresh", "succeeded", target)}
    after = load(edited.text).value
    assert top_names(after).index("fresh") == top_names(before).index(source) + 1
    back = apply_edit(edited.text, op="remove_task", name="fresh", bridge=True)
    if target in (source, "noop"):  # a way back to the task itself, or to the end, is no way on
        return
    assert edges_of(back.text) == edges
    assert back.text == text or same(load(back.text).value, with_bare_lists(before, load(back.text).value))


@thorough
@given(st.data())
def test_a_duplicate_stands_right_behind_its_task_and_goes_without_a_trace(data):
    text = data.draw(texts())
    before = load(text).value
    name = data.draw(st.sampled_from(top_names(before)))

    edited = apply_edit(text, op="duplicate_task", name=name, to="fresh")

    index = top_names(before).index(name)
    copied = copy.deepcopy(before["tasks"][index])
    taken = set(names_of(before))
    for own in names_of({"tasks": [copied]}):
        new = "fresh" if own == name else _free(f"{own}_copy", taken)
        copied = renamed({"tasks": [copied]}, own, new)["tasks"][0]
    before["tasks"].insert(index + 1, copied)
    assert same(load(edited.text).value, before)
    assert edited.selection == "fresh"
    assert apply_edit(edited.text, op="remove_task", name="fresh").text == text


@thorough
@given(st.data())
def test_a_task_moved_and_moved_back_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    names = top_names(before)
    assume(len(names) > 1)
    name = data.draw(st.sampled_from(names))
    other = data.draw(st.sampled_from([n for n in names if n != name]))
    where = data.draw(st.sampled_from(["before", "after"]))

    edited = apply_edit(text, op="move_task", name=name, **{where: other})

    after = [task for task in before["tasks"] if task["name"] != name]
    place = [task["name"] for task in after].index(other) + (where == "after")
    after.insert(place, before["tasks"][names.index(name)])
    assert same(load(edited.text).value, before | {"tasks": after})
    index = names.index(name)
    home = {"after": names[index - 1]} if index else {"before": names[1]}
    assert apply_edit(edited.text, op="move_task", name=name, **home).text == text


@thorough
@given(st.data())
def test_pasted_tasks_arrive_as_they_are_under_free_names(data):
    text = data.draw(texts())
    before = load(text).value
    pasted, tasks = data.draw(pastes())
    after = data.draw(st.none() | st.sampled_from(top_names(before)))

    edited = apply_edit(text, op="paste", tasks=pasted, after=after)

    new = {"tasks": copy.deepcopy(tasks)}
    taken = set(names_of(before))
    own = set(names_of(new))
    for name in sorted(own & taken):
        new = renamed(new, name, _free(name, taken | own))
    index = top_names(before).index(after) + 1 if after else len(before["tasks"])
    before["tasks"][index:index] = new["tasks"]
    assert same(load(edited.text).value, before)
    assert edited.selection == new["tasks"][0]["name"]


@thorough
@given(st.data())
def test_a_pasted_task_removed_again_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    pasted, tasks = data.draw(pastes(most=1))
    after = data.draw(st.none() | st.sampled_from(top_names(before)))
    assume(not any(tasks[0].get(key) for key in ("next", "decision", "on_success", "on_failure", "on_complete")))

    edited = apply_edit(text, op="paste", tasks=pasted, after=after)

    assert apply_edit(edited.text, op="remove_task", name=edited.selection).text == text


@thorough
@given(st.data())
def test_a_whole_list_copied_into_another_text_says_the_same(data):
    text, source = data.draw(texts()), data.draw(texts())
    before = load(text).value

    edited = apply_edit(text, op="paste", tasks=source)

    after = load(edited.text).value
    assert same(after["tasks"][: len(before["tasks"])], before["tasks"])
    assert len(tasks_of(after)) == len(tasks_of(before)) + len(tasks_of(load(source).value))
    assert len(set(names_of(after))) == len(names_of(after))


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else next(f"{name}_{n}" for n in range(2, 99) if f"{name}_{n}" not in taken)
