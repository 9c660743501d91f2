"""Differences of lines and three-way merges, for any texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.changes import lines as line_changes
from app.engine.changes.lines import hunks, lines_of, shared_blocks
from app.engine.changes.merging import has_marks, merge

LINE_ENDS = st.sampled_from(["\n", "\r\n"])
LINES = st.lists(st.sampled_from(["a", "b", "c", "- name: d", "", "\u2028", "é"]), max_size=9)
TEXTS = st.builds(lambda lines, end, last: end.join([*lines, last]), LINES, LINE_ENDS, st.sampled_from(["", "z"]))


@given(text=TEXTS)
def test_the_lines_of_a_text_put_together_are_the_text(text: str) -> None:
    assert "".join(lines_of(text)) == text
    assert all(line.endswith("\n") for line in lines_of(text)[:-1])


@given(a=LINES, b=LINES)
@settings(max_examples=400)
def test_shared_lines_are_equal_in_order_and_as_many_as_there_can_be(a: list[str], b: list[str]) -> None:
    blocks = shared_blocks(a, b)

    x = y = 0
    for block in blocks:
        assert block.size > 0 and block.a >= x and block.b >= y
        assert a[block.a : block.a + block.size] == b[block.b : block.b + block.size]
        x, y = block.a + block.size, block.b + block.size
    assert sum(block.size for block in blocks) == _longest_common(a, b)


def _longest_common(a: list[str], b: list[str]) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_texts_that_have_too_little_in_common_count_as_replaced_and_the_work_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(line_changes, "WORK", 100)
    a, b = ["same", *(f"a{n}" for n in range(500)), "end"], ["same", *(f"b{n}" for n in range(500)), "end"]

    assert shared_blocks(a, b) == [(0, 0, 1), (501, 501, 1)]


@given(old=TEXTS, new=TEXTS)
def test_hunks_lead_from_the_one_text_to_the_other(old: str, new: str) -> None:
    a, b = lines_of(old), lines_of(new)
    found = [line for hunk in hunks(a, b) for line in hunk]

    assert bool(found) == (old != new)
    assert {line.old: line.text for line in found if line.old}.items() <= dict(enumerate(a, 1)).items()
    assert {line.new: line.text for line in found if line.new}.items() <= dict(enumerate(b, 1)).items()
    rest = [text for number, text in enumerate(a, 1) if number not in {line.old for line in found}]
    assert rest == [text for number, text in enumerate(b, 1) if number not in {line.new for line in found}]


@given(base=TEXTS, yours=TEXTS, theirs=TEXTS)
@settings(max_examples=400)
def test_a_merge_holds_all_three_texts_and_takes_no_side(base: str, yours: str, theirs: str) -> None:
    found = merge(base=base, yours=yours, theirs=theirs)
    turned = merge(base=base, yours=theirs, theirs=yours)

    for side, text in (("base", base), ("yours", yours), ("theirs", theirs)):
        assert "".join(getattr(region, side) for region in found.regions) == text
    assert turned.text == found.text
    assert has_marks(found.marked_text()) == bool(found.conflicts)
    for region in found.regions:
        if region.kind == "conflict":
            assert region.yours != region.theirs and region.base not in (region.yours, region.theirs)


@given(base=TEXTS, changed=TEXTS)
def test_who_changed_alone_gets_all_of_it(base: str, changed: str) -> None:
    assert merge(base=base, yours=changed, theirs=base).text == changed
    assert merge(base=base, yours=base, theirs=changed).text == changed
    assert merge(base=base, yours=changed, theirs=changed).text == changed


def test_changes_in_different_places_are_both_in_the_merge() -> None:
    found = merge(base="a\nb\nc\n", yours="A\nb\nc\n", theirs="a\nb\nC\n")

    assert found.text == "A\nb\nC\n"
    assert [region.kind for region in found.regions] == ["yours", "unchanged", "theirs"]


def test_both_sides_of_a_conflict_stand_between_the_marks() -> None:
    found = merge(base="a\nb\n", yours="a\nx", theirs="a\ny\n")

    assert found.text is None
    assert found.marked_text(theirs="revision 4") == "a\n<<<<<<< yours\nx\n=======\ny\n>>>>>>> revision 4\n"


def test_an_inserted_entry_is_shown_from_its_own_first_line() -> None:
    old = lines_of("tasks:\n  - name: a\n    do: x\n  - name: b\n    do: x\n")
    new = lines_of("tasks:\n  - name: a\n    do: x\n  - name: n\n    do: x\n  - name: b\n    do: x\n")

    added = [line.text for hunk in hunks(old, new) for line in hunk if line.kind == "added"]
    removed = [line.text for hunk in hunks(new, old) for line in hunk if line.kind == "removed"]

    assert added == removed == ["  - name: n\n", "    do: x\n"]
