"""Words, columns and foreign text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.cli.output import fitting_widths
from app.cli.words import ago, duration, harmless, harmless_output, one_line, shown

NOW = datetime(2026, 1, 27, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0 ms"), (840, "840 ms"), (1234, "1.2 s"), (185_000, "3 min 5 s"), (7_800_000, "2 h 10 min"), (None, "")],
)
def test_durations_read_as_people_say_them(ms: float | None, text: str) -> None:
    assert duration(ms) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(3, "just now"), (90, "1 min ago"), (7200, "2 h ago"), (-86_500, "in 1 d"), (-20, "in 20 s")]
)
def test_times_read_as_distance(seconds: int, text: str) -> None:
    assert ago((NOW - timedelta(seconds=seconds)).isoformat(), now=NOW) == text


def test_a_status_of_a_newer_server_is_shown_as_it_is() -> None:
    assert shown("hibernating") == "· hibernating"


@pytest.mark.parametrize("text", ["\x1b]0;title\x07", "\x1b[2J", "\x9b2J", "\r", "a\u202eb", "\x7f"])
def test_text_of_others_does_not_steer_the_terminal(text: str) -> None:
    safe = harmless(text)

    assert all(ord(c) >= 32 and not 0x7F <= ord(c) <= 0x9F and c != "\u202e" for c in safe)


def test_output_of_actions_keeps_its_colours_and_nothing_else() -> None:
    assert harmless_output("\x1b[31mred\x1b[0m \x1b[2J\n") == "\x1b[31mred\x1b[0m \\x1b[2J\n"


def test_a_cell_is_one_line() -> None:
    assert one_line("a\n  b\tc") == "a b c"
    assert one_line({"a": [1, None]}) == '{"a": [1, null]}'


def test_wide_columns_give_way_first() -> None:
    assert fitting_widths([["x" * 10, "y" * 80]], [False, True], width=60) == [10, 48]


def test_columns_that_fit_stay_as_they_are() -> None:
    assert fitting_widths([["x" * 10, "y" * 20]], [False, True], width=80) == [10, 20]
