"""NAME=VALUE, NAME:=JSON and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cli.errors import CommandFailed
from app.cli.parameters import check, gather, wanted

SCHEMA = {
    "name": {"type": "string", "required": True},
    "count": {"type": "integer"},
    "on": {"type": "boolean"},
    "tags": {"type": "array"},
}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("name=007", "007"),
        ("name=a=b", "a=b"),
        ("name=", ""),
        ("count=7", 7),
        ("on=true", True),
        ('tags=["a"]', ["a"]),
        ("other=1.5", 1.5),
        ("other=text", "text"),
        ('other:={"a": 1}', {"a": 1}),
        ('name:="quoted"', "quoted"),
    ],
)
def test_a_value_is_what_the_schema_says_or_reads_as_json(pair: str, value: Any) -> None:
    assert list(gather([pair], None, SCHEMA).values()) == [value]


@pytest.mark.parametrize("pair", ["name", "=x", ":=1", "n:={"])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    with pytest.raises(CommandFailed):
        gather([pair], None, None)


def test_dates_of_a_file_are_sent_as_text(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("day: 2026-01-27\n")

    assert gather([], str(tmp_path / "p.yaml"), None) == {"day": "2026-01-27"}


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "1: x\n"])
def test_a_file_must_hold_names_and_values(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yaml").write_text(text)

    with pytest.raises(CommandFailed, match=r"p\.yaml"):
        gather([], str(tmp_path / "p.yaml"), None)


def test_every_mismatch_is_named_at_once() -> None:
    with pytest.raises(CommandFailed) as caught:
        check("demo.act", {"count": "many", "on": 5}, SCHEMA)

    for name in ("name", "count", "on"):
        assert name in caught.value.message


def test_what_an_action_takes_reads_as_a_command() -> None:
    assert wanted(SCHEMA) == "name=<string> [count=<integer>] [on=<boolean>] [tags=<array>]"
    assert wanted(None) == "no parameters"
