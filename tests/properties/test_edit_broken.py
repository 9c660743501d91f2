"""Errors elsewhere in a text don't stand in the way of an edit, and stay as they are (api.md 7.1)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.engine.edit.steps import same
from app.engine.errors import EditRefused
from app.engine.spec.document import load
from app.engine.spec.limits import DEFAULT_LIMITS
from app.engine.spec.recovery import recover
from app.engine.spec.source import Document, split_lines
from tests.properties.edit_models import (
    apply_edit,
    by_name,
    renamed,
    scalar_paths,
    thorough,
    top_names,
    value_at,
)
from tests.properties.edit_texts import broken_texts


@thorough
@given(st.data())
def test_a_field_is_set_beside_an_error(data):
    text, before = data.draw(broken_texts())
    paths = scalar_paths(before)
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    value = data.draw(st.sampled_from(["word", 7, "one\ntwo\n", {"k": ["v"]}]))

    edited = apply_edit(text, op="set_field", path=by_name(before, path), value=value)

    value_at(before, path[:-1])[path[-1]] = value
    _says(edited.text, before, like=text)


@thorough
@given(st.data())
def test_a_task_is_renamed_beside_an_error(data):
    text, before = data.draw(broken_texts())
    name = data.draw(st.sampled_from(top_names(before)))

    edited = apply_edit(text, op="rename_task", name=name, to="renamed")

    _says(edited.text, renamed(before, name, "renamed"), like=text)


@thorough
@given(st.data())
def test_a_task_is_duplicated_and_removed_beside_an_error(data):
    text, before = data.draw(broken_texts())
    name = data.draw(st.sampled_from(top_names(before)))

    edited = apply_edit(text, op="duplicate_task", name=name, to="fresh")

    _says(edited.text, None, like=text)
    assert top_names(_recovered(edited.text).value).count("fresh") == 1
    assert apply_edit(edited.text, op="remove_task", name="fresh").text == text


@thorough
@given(st.data())
def test_a_task_is_added_and_moved_beside_an_error(data):
    text, before = data.draw(broken_texts())
    names = top_names(before)
    after, other = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))

    added = apply_edit(text, op="add_task", action="core.echo", name="fresh", after=after)
    moved = apply_edit(added.text, op="move_task", name="fresh", before=other)

    intended = copy.deepcopy(before)
    intended["tasks"].insert(names.index(other), {"name": "fresh", "action": "core.echo"})
    _says(moved.text, intended, like=text)


@thorough
@given(st.data())
def test_what_the_error_hides_is_refused(data):
    text, before = data.draw(broken_texts())
    hidden = [name for name in ("broken", "broken too") if name in text]

    for name in hidden:
        with pytest.raises(EditRefused, match="can't be read"):
            apply_edit(text, op="rename_task", name=name, to="mended")
        with pytest.raises(EditRefused, match="already a task"):
            apply_edit(text, op="rename_task", name=top_names(before)[0], to=name)


def _says(text: str, intended: Any, *, like: str) -> None:
    """What can be read is as intended, and what can't is as it was."""
    found, before = _recovered(text), _recovered(like)
    if intended is not None:
        assert same(found.value, intended)
    assert _left_out(found) == _left_out(before)


def _recovered(text: str) -> Document:
    return recover(load(text), DEFAULT_LIMITS)


def _left_out(document: Document) -> list[str]:
    lines = split_lines(document.text or "")
    return [lines[n] for n in sorted(document.left_out)]
