"""What is kept of what was computed lately."""

from __future__ import annotations

from app.engine.recent import Recent


def test_the_oldest_goes_when_the_bound_is_passed():
    recent: Recent[str, int] = Recent(10)
    for number, key in enumerate("abc"):
        recent.put(key, number, weight=4)

    assert [recent.get(key) for key in "abc"] == [None, 1, 2]


def test_what_was_asked_for_counts_as_new():
    recent: Recent[str, int] = Recent(10)
    recent.put("a", 1, weight=4)
    recent.put("b", 2, weight=4)
    recent.get("a")
    recent.put("c", 3, weight=4)

    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_a_value_above_the_bound_is_not_kept_and_drives_nothing_out():
    recent: Recent[str, int] = Recent(10)
    recent.put("a", 1, weight=4)

    assert recent.put("b", 2, weight=11) == 2
    assert (recent.get("a"), recent.get("b"), len(recent)) == (1, None, 1)


def test_putting_a_key_again_replaces_its_value_and_its_weight():
    recent: Recent[str, int] = Recent(10)
    for value in range(5):
        recent.put("a", value, weight=6)
    recent.put("b", 1, weight=4)

    assert (recent.get("a"), recent.get("b")) == (4, 1)
