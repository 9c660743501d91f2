"""A field set to something else and back to its old value leaves the same bytes (api.md 7.1).

What can't be known from the text in between stays out: a folded or escaped text, the spelling of a number, and how a
value was written where another kind of value has stood since.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from app.engine.edit.steps import same
from app.engine.spec.document import load
from tests.properties.edit_models import apply_edit, by_name, paths_of, scalar_paths, thorough, value_at
from tests.properties.edit_texts import LINES, WORDS, documents, texts, written


@thorough
@given(st.data())
def test_a_text_set_to_a_word_and_back(data):
    text = data.draw(texts())
    before = load(text).value
    path = _draw_one(data, [p for p in scalar_paths(before, str) if _is_plainly_written(text, p)])

    _there_and_back(text, path, "word")


@thorough
@given(st.data())
def test_a_block_of_text_with_a_line_more_and_back(data):
    document = data.draw(documents())
    document["tasks"][0]["input"] = {"script": data.draw(st.sampled_from(LINES)), "mode": 7}
    text = data.draw(written(document))
    before = load(text).value
    path = _draw_one(data, [p for p in scalar_paths(before, str) if _is_block(text, p)])

    _there_and_back(text, path, value_at(before, path).rstrip("\n") + "\nanother line\n")


@thorough
@given(st.data())
def test_a_list_with_an_item_more_and_back(data):
    text = data.draw(texts())
    before = load(text).value
    path = _draw_a(data, before, list)
    new = [*copy.deepcopy(value_at(before, path)), data.draw(st.sampled_from(["word", 7, {"k": "v"}, {"k": 1, "l": ["x"]}]))]

    _there_and_back(text, path, new)


@thorough
@given(st.data())
def test_a_list_in_another_order_and_back(data):
    text = data.draw(texts())
    before = load(text).value
    path = _draw_one(data, [p for p in paths_of(before) if p and p != ("tasks",) and _is_long(value_at(before, p))])
    new = data.draw(st.permutations(value_at(before, path)))

    _there_and_back(text, path, new)


@thorough
@given(st.data())
def test_a_list_in_another_order_with_one_item_more_or_less(data):
    text = data.draw(texts())
    before = load(text).value
    path = _draw_one(data, [p for p in paths_of(before) if p and p != ("tasks",) and _is_long(value_at(before, p))])
    new = data.draw(st.permutations(value_at(before, path)))
    new = new[1:] if data.draw(st.booleans()) else ["word", *new]
    new = data.draw(st.permutations(new))

    edited = apply_edit(text, op="set_field", path=by_name(before, path), value=new)

    assert same(value_at(load(edited.text).value, path), new)


@thorough
@given(st.data())
def test_a_mapping_with_a_key_more_and_back(data):
    text = data.draw(texts())
    before = load(text).value
    path = _draw_a(data, before, dict)
    new = copy.deepcopy(value_at(before, path)) | {"extra": data.draw(st.sampled_from(["word", 7, {"k": "v"}, ["x", {"l": 1}]]))}

    _there_and_back(text, path, new)


@thorough
@given(st.data())
def test_a_list_or_mapping_with_another_word_inside_and_back(data):
    text = data.draw(texts())
    before = load(text).value
    path = _draw_a(data, before, (list, dict))
    new = copy.deepcopy(value_at(before, path))
    place = _draw_one(data, [p for p in scalar_paths(new, str) if _is_plainly_written(text, (*path, *p))])
    value_at(new, place[:-1])[place[-1]] = data.draw(st.sampled_from(["word", *(w for w in WORDS if "\t" not in w)]))

    edited = apply_edit(text, op="set_field", path=by_name(before, path), value=new)

    assert same(value_at(load(edited.text).value, path), new)
    value_at(new, place[:-1])[place[-1]] = "word"
    _there_and_back(text, path, new)


def _there_and_back(text: str, path: tuple[Any, ...], value: Any) -> None:
    before = load(text).value
    named = by_name(before, path)
    edited = apply_edit(text, op="set_field", path=named, value=value)
    assert same(value_at(load(edited.text).value, path), value)
    assert apply_edit(edited.text, op="set_field", path=named, value=value_at(before, path)).text == text


def _is_long(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1


def _draw_a(data: st.DataObject, document: Any, kind: type | tuple[type, ...]) -> tuple[Any, ...]:
    """The path of a list or mapping that is not empty, below the tasks or beside them."""
    found = [p for p in paths_of(document) if p and p != ("tasks",) and isinstance(value_at(document, p), kind)]
    found = [p for p in found if value_at(document, p) and not (len(p) == 2 and p[0] == "tasks")]
    return _draw_one(data, found)


def _draw_one(data: st.DataObject, found: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    assume(found)
    return data.draw(st.sampled_from(found))


def _is_plainly_written(text: str, path: tuple[Any, ...]) -> bool:
    """Whether a text stands on one line, without escapes, and without what is never written plain (`{k: -}`, a tab)."""
    raw = load(text).raw(path)
    if raw is None or raw == "-" or "\t" in raw:
        return False
    return not (raw.startswith('"') and "\\" in raw) and not (raw.startswith("'") and "''" in raw[1:-1])


def _is_block(text: str, path: tuple[Any, ...]) -> bool:
    """Whether a text is written as a literal block, of more than what would fit behind its key."""
    document = load(text)
    if "\n" not in document.value_at(path):
        return False
    mark = document.marks[path]
    return document.lines()[mark.line - 1][mark.column - 1 :].startswith("|")
