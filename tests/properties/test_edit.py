"""Edits keep the promises of api.md 7.1, whatever the text looks like."""

from __future__ import annotations

import copy

from hypothesis import assume, given
from hypothesis import strategies as st

from app.engine.edit.steps import same
from app.engine.spec.document import load
from tests.properties.edit_models import (
    WAYS,
    apply_edit,
    by_name,
    edges_of,
    names_of,
    paths_of,
    renamed,
    scalar_paths,
    thorough,
    top_names,
    value_at,
    with_bare_lists,
)
from tests.properties.edit_texts import LINES, WORDS, texts

values = (
    st.sampled_from([*WORDS, *LINES, None, True, 3, 0.5, [], {}, ["a", 1], {"k": "v", "l": [1, {"m": None}]}, [{"n": "{{ x }}"}]])
)  # fmt: skip


@thorough
@given(st.data())
def test_renaming_follows_every_reference_and_back_again(data):
    text = data.draw(texts())
    before = load(text).value
    name = data.draw(st.sampled_from(names_of(before)))
    new = data.draw(st.sampled_from(["renamed", "renamed_too", "été2"]))

    edited = apply_edit(text, op="rename_task", name=name, to=new)

    assert same(load(edited.text).value, renamed(before, name, new))
    assert edited.selection == new
    if name.isidentifier():
        assert apply_edit(edited.text, op="rename_task", name=new, to=name).text == text


@thorough
@given(st.data())
def test_setting_a_field_changes_only_it_and_back_again(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from(scalar_paths(before)))
    value = data.draw(values)

    edited = apply_edit(text, op="set_field", path=by_name(before, path), value=value)

    after = copy.deepcopy(before)
    value_at(after, path[:-1])[path[-1]] = value
    assert same(load(edited.text).value, after)


@thorough
@given(st.data())
def test_a_number_set_and_set_back_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from([*scalar_paths(before, int), *scalar_paths(before, bool)] or [()]))
    assume(path)
    named = by_name(before, path)

    edited = apply_edit(text, op="set_field", path=named, value=data.draw(st.sampled_from([12, "word", "{{ x }}", True])))

    assert apply_edit(edited.text, op="set_field", path=named, value=value_at(before, path)).text == text


@thorough
@given(st.data())
def test_an_added_field_taken_away_again_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from([path for path in paths_of(before) if isinstance(value_at(before, path), dict) and value_at(before, path)]))
    value = data.draw(values)
    named = [*by_name(before, path), "new key"]

    edited = apply_edit(text, op="set_field", path=named, value=value)

    after = copy.deepcopy(before)
    value_at(after, path)["new key"] = value
    assert same(load(edited.text).value, after)
    assert apply_edit(edited.text, op="unset_field", path=named).text == text


@thorough
@given(st.data())
def test_unsetting_a_field_takes_only_it(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from([p for p in paths_of(before) if p and not (len(p) == 2 and p[0] == "tasks")]))
    assume(path != ("tasks",))

    edited = apply_edit(text, op="unset_field", path=by_name(before, path))

    after = copy.deepcopy(before)
    del value_at(after, path[:-1])[path[-1]]
    assert same(load(edited.text).value, after)


@thorough
@given(st.data())
def test_an_added_task_removed_again_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    after_task = data.draw(st.none() | st.sampled_from(top_names(before)))
    source = data.draw(st.none() | st.sampled_from(top_names(before)))
    kind = data.draw(st.sampled_from(["succeeded", "failed", "timed_out", "always"]))
    operation = {"op": "add_task", "action": "core.echo", "name": "fresh", "after": after_task, "from": source, "kind": kind, "task": {"input": {"message": data.draw(values)}}}  # fmt: skip

    edited = apply_edit(text, **operation)

    place = after_task or source
    index = top_names(before).index(place) + 1 if place else len(before["tasks"])
    found = load(edited.text).value
    assert found["tasks"][index] == {"name": "fresh", "action": "core.echo", "input": operation["task"]["input"]}
    if source:
        assert (source, kind, "fresh") in edges_of(edited.text)
    assert edges_of(edited.text) - ({(source, kind, "fresh")} if source else set()) == edges_of(text)
    back = apply_edit(edited.text, op="remove_task", name="fresh")
    assert same(load(back.text).value, with_bare_lists(before, load(back.text).value))
    if same(load(back.text).value, before):
        assert back.text == text


@thorough
@given(st.data())
def test_removing_a_task_takes_its_block_and_what_led_to_it(data):
    text = data.draw(texts())
    before = load(text).value
    assume(len(before["tasks"]) > 1)
    name = data.draw(st.sampled_from(top_names(before)))

    edited = apply_edit(text, op="remove_task", name=name)

    after = load(edited.text).value
    assert [task["name"] for task in after["tasks"]] == [n for n in top_names(before) if n != name]
    assert edges_of(edited.text) == {edge for edge in edges_of(text) if name not in (edge[0], edge[2])}
    for old, new in zip([t for t in before["tasks"] if t["name"] != name], after["tasks"], strict=True):
        assert {k: v for k, v in new.items() if k not in WAYS} == {k: v for k, v in old.items() if k not in WAYS}


@thorough
@given(st.data())
def test_removing_with_a_bridge_leads_past_the_task(data):
    text = data.draw(texts())
    before = load(text).value
    assume(len(before["tasks"]) > 1)
    name = data.draw(st.sampled_from(top_names(before)))
    edges = edges_of(text)

    edited = apply_edit(text, op="remove_task", name=name, bridge=True)

    onwards = {to for source, kind, to in edges if source == name and kind in ("succeeded", "always", "custom")} - {name, "noop"}
    kept = {edge for edge in edges if name not in (edge[0], edge[2])}
    bridged = {(source, kind, to) for source, kind, gone in edges if gone == name and source != name for to in onwards}
    assert edges_of(edited.text) == kept | bridged


@thorough
@given(st.data())
def test_connecting_and_disconnecting_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    source, target = (data.draw(st.sampled_from(top_names(before))) for _ in range(2))
    kind = data.draw(st.sampled_from(["succeeded", "failed", "timed_out", "always", "custom"]))
    when = {"when": "vars.k == 'a: b'"} if kind == "custom" else {}
    assume((source, kind, target) not in edges_of(text) or kind == "custom")

    edited = apply_edit(text, op="connect", **{"from": source, "to": target, "kind": kind, **when})

    assert edges_of(edited.text) == edges_of(text) | {(source, kind, target)}
    back = apply_edit(edited.text, op="disconnect", **{"from": source, "to": target, "kind": kind, **when})
    if same(load(back.text).value, before):
        assert back.text == text
    else:  # api.md 7.1: a flow list left with one target becomes the bare name
        assert same(load(back.text).value, with_bare_lists(before, load(back.text).value))


@thorough
@given(st.data())
def test_disconnecting_takes_one_edge(data):
    text = data.draw(texts())
    edges = sorted(edges_of(text))
    assume(edges)
    source, kind, target = data.draw(st.sampled_from(edges))

    edited = apply_edit(text, op="disconnect", **{"from": source, "to": target, "kind": kind})

    assert edges_of(edited.text) == edges_of(text) - {(source, kind, target)}


@thorough
@given(st.data())
def test_retargeting_moves_the_edges_and_nothing_else(data):
    text = data.draw(texts())
    edges = sorted(edges_of(text))
    assume(edges)
    source, _, target = data.draw(st.sampled_from(edges))
    new = data.draw(st.sampled_from([*top_names(load(text).value), "fail"]))

    edited = apply_edit(text, op="retarget", **{"from": source, "to": target, "new_to": new})

    assert edges_of(edited.text) == {(a, kind, new if (a, b) == (source, target) else b) for a, kind, b in edges}
