"""Prompts where nothing draws Markdown."""

from __future__ import annotations

import pytest

from app.engine.inquiries.prompts import plain_text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Deploy **2.8** to _production_?", "Deploy 2.8 to production?"),
        ("# Go?\n\n- one\n- *two*\n", "Go?\n\n- one\n- two"),
        ("See [the plan](https://a.example/p) first", "See the plan (https://a.example/p) first"),
        ("![shot](https://a.example/s.png)", "shot (https://a.example/s.png)"),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ("Run `make it`, ~~or not~~", "Run make it, or not"),
        ("```sh\nrm -rf *.tmp\n```\nSure?", "rm -rf *.tmp\nSure?"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        (r"\*not bold\*", "*not bold*"),
        ("", ""),
    ],
)
def test_signs_go_and_words_stay(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text


def test_hostile_markdown_is_read_in_time_that_grows_with_its_length() -> None:
    hostile = ["*" * 10_000, "[" * 10_000, "_a" * 5000, "`" * 9999, "[a](" * 2500, "#" * 10_000]

    assert all(isinstance(plain_text(text), str) for text in hostile)
