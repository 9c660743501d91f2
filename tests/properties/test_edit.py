"""Edits keep the promises of api.md 7.1, whatever the text looks like."""

from __future__ import annotations

import copy
import re
from typing import Any

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from app.engine.edit import Edited, edit
from app.engine.edit.steps import same
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow
from tests.properties.edit_texts import LINES, WORDS, texts

thorough = settings(max_examples=50, deadline=None)
values = (
    st.sampled_from([*WORDS, *LINES, None, True, 3, 0.5, [], {}, ["a", 1], {"k": "v", "l": [1, {"m": None}]}, [{"n": "{{ x }}"}]])
)  # fmt: skip


@thorough
@given(st.data())
def test_renaming_follows_every_reference_and_back_again(data):
    text = data.draw(texts())
    before = load(text).value
    name = data.draw(st.sampled_from(_names(before)))
    new = data.draw(st.sampled_from(["renamed", "renamed_too", "été2"]))

    edited = _edit(text, op="rename_task", name=name, to=new)

    assert same(load(edited.text).value, _renamed(before, name, new))
    assert edited.selection == new
    if name.isidentifier():
        assert _edit(edited.text, op="rename_task", name=new, to=name).text == text


@thorough
@given(st.data())
def test_setting_a_field_changes_only_it_and_back_again(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from(_scalar_paths(before)))
    value = data.draw(values)

    edited = _edit(text, op="set_field", path=_by_name(before, path), value=value)

    after = copy.deepcopy(before)
    _at(after, path[:-1])[path[-1]] = value
    assert same(load(edited.text).value, after)


@thorough
@given(st.data())
def test_a_number_set_and_set_back_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from([*_scalar_paths(before, int), *_scalar_paths(before, bool)] or [()]))
    assume(path)
    named = _by_name(before, path)

    edited = _edit(text, op="set_field", path=named, value=data.draw(st.sampled_from([12, "word", "{{ x }}", True])))

    assert _edit(edited.text, op="set_field", path=named, value=_at(before, path)).text == text


@thorough
@given(st.data())
def test_an_added_field_taken_away_again_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from([path for path in _paths(before) if isinstance(_at(before, path), dict) and _at(before, path)]))
    value = data.draw(values)
    named = [*_by_name(before, path), "new key"]

    edited = _edit(text, op="set_field", path=named, value=value)

    after = copy.deepcopy(before)
    _at(after, path)["new key"] = value
    assert same(load(edited.text).value, after)
    assert _edit(edited.text, op="unset_field", path=named).text == text


@thorough
@given(st.data())
def test_unsetting_a_field_takes_only_it(data):
    text = data.draw(texts())
    before = load(text).value
    path = data.draw(st.sampled_from([p for p in _paths(before) if p and not (len(p) == 2 and p[0] == "tasks")]))
    assume(path != ("tasks",))

    edited = _edit(text, op="unset_field", path=_by_name(before, path))

    after = copy.deepcopy(before)
    del _at(after, path[:-1])[path[-1]]
    assert same(load(edited.text).value, after)


@thorough
@given(st.data())
def test_an_added_task_removed_again_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    after_task = data.draw(st.none() | st.sampled_from(_top_names(before)))
    source = data.draw(st.none() | st.sampled_from(_top_names(before)))
    kind = data.draw(st.sampled_from(["succeeded", "failed", "timed_out", "always"]))
    operation = {"op": "add_task", "action": "core.echo", "name": "fresh", "after": after_task, "from": source, "kind": kind, "task": {"input": {"message": data.draw(values)}}}  # fmt: skip

    edited = _edit(text, **operation)

    place = after_task or source
    index = _top_names(before).index(place) + 1 if place else len(before["tasks"])
    found = load(edited.text).value
    assert found["tasks"][index] == {"name": "fresh", "action": "core.echo", "input": operation["task"]["input"]}
    if source:
        assert (source, kind, "fresh") in _edges(edited.text)
    assert _edges(edited.text) - ({(source, kind, "fresh")} if source else set()) == _edges(text)
    back = _edit(edited.text, op="remove_task", name="fresh")
    assert same(load(back.text).value, _bare_lists(before, load(back.text).value))
    if same(load(back.text).value, before):
        assert back.text == text


@thorough
@given(st.data())
def test_removing_a_task_takes_its_block_and_what_led_to_it(data):
    text = data.draw(texts())
    before = load(text).value
    assume(len(before["tasks"]) > 1)
    name = data.draw(st.sampled_from(_top_names(before)))

    edited = _edit(text, op="remove_task", name=name)

    after = load(edited.text).value
    assert [task["name"] for task in after["tasks"]] == [n for n in _top_names(before) if n != name]
    assert _edges(edited.text) == {edge for edge in _edges(text) if name not in (edge[0], edge[2])}
    for old, new in zip([t for t in before["tasks"] if t["name"] != name], after["tasks"], strict=True):
        assert {k: v for k, v in new.items() if k not in _WAYS} == {k: v for k, v in old.items() if k not in _WAYS}


@thorough
@given(st.data())
def test_removing_with_a_bridge_leads_past_the_task(data):
    text = data.draw(texts())
    before = load(text).value
    assume(len(before["tasks"]) > 1)
    name = data.draw(st.sampled_from(_top_names(before)))
    edges = _edges(text)

    edited = _edit(text, op="remove_task", name=name, bridge=True)

    onwards = {to for source, kind, to in edges if source == name and kind in ("succeeded", "always", "custom")} - {name, "noop"}
    kept = {edge for edge in edges if name not in (edge[0], edge[2])}
    bridged = {(source, kind, to) for source, kind, gone in edges if gone == name and source != name for to in onwards}
    assert _edges(edited.text) == kept | bridged


@thorough
@given(st.data())
def test_connecting_and_disconnecting_leaves_the_same_bytes(data):
    text = data.draw(texts())
    before = load(text).value
    source, target = (data.draw(st.sampled_from(_top_names(before))) for _ in range(2))
    kind = data.draw(st.sampled_from(["succeeded", "failed", "timed_out", "always", "custom"]))
    when = {"when": "vars.k == 'a: b'"} if kind == "custom" else {}
    assume((source, kind, target) not in _edges(text) or kind == "custom")

    edited = _edit(text, op="connect", **{"from": source, "to": target, "kind": kind, **when})

    assert _edges(edited.text) == _edges(text) | {(source, kind, target)}
    back = _edit(edited.text, op="disconnect", **{"from": source, "to": target, "kind": kind, **when})
    if same(load(back.text).value, before):
        assert back.text == text
    else:  # api.md 7.1: a flow list left with one target becomes the bare name
        assert same(load(back.text).value, _bare_lists(before, load(back.text).value))


@thorough
@given(st.data())
def test_disconnecting_takes_one_edge(data):
    text = data.draw(texts())
    edges = sorted(_edges(text))
    assume(edges)
    source, kind, target = data.draw(st.sampled_from(edges))

    edited = _edit(text, op="disconnect", **{"from": source, "to": target, "kind": kind})

    assert _edges(edited.text) == _edges(text) - {(source, kind, target)}


@thorough
@given(st.data())
def test_retargeting_moves_the_edges_and_nothing_else(data):
    text = data.draw(texts())
    edges = sorted(_edges(text))
    assume(edges)
    source, _, target = data.draw(st.sampled_from(edges))
    new = data.draw(st.sampled_from([*_top_names(load(text).value), "fail"]))

    edited = _edit(text, op="retarget", **{"from": source, "to": target, "new_to": new})

    assert _edges(edited.text) == {(a, kind, new if (a, b) == (source, target) else b) for a, kind, b in edges}


_WAYS = ("next", "on_success", "on_failure", "on_complete", "on_timeout", "decision")


def _edit(text: str, **operation: Any) -> Edited:
    """The edit; its changes lead exactly from the one text to the other."""
    note(f"{operation}\n{text}")
    edited = edit(text, operation)
    units = text.encode("utf-16-le")
    parts, at = [], 0
    for change in edited.changes:
        assert at <= change.start <= change.end <= len(units) // 2
        parts += [units[2 * at : 2 * change.start], change.insert.encode("utf-16-le")]
        at = change.end
    assert b"".join([*parts, units[2 * at :]]).decode("utf-16-le") == edited.text
    note(edited.text)
    return edited


def _names(data: Any) -> list[str]:
    return [task["name"] for task in _tasks(data)]


def _top_names(data: Any) -> list[str]:
    return [task["name"] for task in data["tasks"]]


def _tasks(data: Any) -> list[dict[str, Any]]:
    return [found for task in data["tasks"] for found in [task, *(_tasks(task) if "tasks" in task else [])]]


def _edges(text: str) -> set[tuple[str, str, str]]:
    parsed = parse_workflow(load(text)).spec
    assert parsed is not None
    return {(task.name, way.kind, target) for task in parsed.tasks for way in task.transitions for target in way.targets}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for step, inner in steps for below in _paths(inner, (*path, step)))]


def _scalar_paths(value: Any, kind: type = object) -> list[tuple[Any, ...]]:
    return [p for p in _paths(value) if p and not isinstance(_at(value, p), dict | list) and p[-1] != "name" and isinstance(_at(value, p), kind)]


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _by_name(data: Any, path: tuple[Any, ...]) -> list[Any]:
    """The path as operations name it: tasks by name."""
    if len(path) > 1 and path[0] == "tasks":
        return ["tasks", data["tasks"][path[1]]["name"], *path[2:]]
    return list(path)


def _bare_lists(before: Any, after: Any) -> Any:
    """`before`, with a list of one as the bare name wherever `after` has that."""
    if isinstance(before, list) and len(before) == 1 and isinstance(after, str):
        return before[0]
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _bare_lists(value, after.get(key)) for key, value in before.items()}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [_bare_lists(a, b) for a, b in zip(before, after, strict=True)]
    return before


def _renamed(value: Any, old: str, new: str, key: str = "", path: tuple[Any, ...] = ()) -> Any:
    """The data after a renaming, by plain patterns over the few forms the texts have."""
    if isinstance(value, dict):
        return {k: _renamed(v, old, new, k, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(v, old, new, key, (*path, i)) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    if value == old and path[0] == "tasks" and _is_place_of_a_name(path, key):
        return new
    if "{{" not in value and "{%" not in value and key != "when":
        return value
    value = re.sub(rf"(?<![\w.'])((?:tasks?|inquiry)\s*\.\s*){re.escape(old)}(?!\w)(?!' *\))", rf"\g<1>{new}", value)
    replacement = rf"\g<1>.{new}" if not old.isidentifier() else rf"\g<1>[\g<2>{new}\g<2>]"
    return re.sub(rf"(?<![\w.])(tasks?|inquiry)\[(['\"]){re.escape(old)}\2\]", replacement, value)


def _is_place_of_a_name(path: tuple[Any, ...], key: str) -> bool:
    steps = [step for step in path if isinstance(step, str) and step != "tasks"]
    return steps in ([["name"], ["next", "do"]] + [["decision", k] for k in ("next", "do", "default")]) or (
        len(steps) == 1 and key in _WAYS and key != "next"
    )
