"""What ATTUNE_FAULTS takes, and that the list of points is what stands in the code and in the docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def off() -> Iterator[None]:
    yield
    faults.arm("")


def test_a_fault_happens_at_its_passage_and_at_no_other() -> None:
    faults.arm("send=raise@2")
    faults.point("send")
    with pytest.raises(faults.FaultRaised, match="'send'"):
        faults.point("send")
    faults.point("send")
    faults.point("sent")


def test_always_is_each_passage() -> None:
    faults.arm("send=raise@always; sent=sleep:0")
    for _ in range(2):
        with pytest.raises(faults.FaultRaised):
            faults.point("send")
    faults.point("sent")


def test_nothing_is_armed_without_being_asked_for() -> None:
    faults.arm("send=raise")
    faults.arm("")
    assert not faults.armed()
    faults.point("send")


@pytest.mark.parametrize(
    ("text", "named"),
    [("nowhere=kill", "'nowhere'"), ("send=explode", "'explode'"), ("send=sleep", "'sleep'"), ("send=kill:3", "'kill:3'"), ("send=raise@soon", "'raise@soon'"), ("send", "''")],
)
def test_what_makes_no_sense_is_refused_and_named(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)):
        faults.arm(text)
    assert not faults.armed()


def test_the_list_names_each_point_of_the_code_once() -> None:
    code = [file.read_text() for folder in ("app", "workers") for file in (ROOT / folder).rglob("*.py")]
    steps = [name for text in code for name in re.findall(r'\btransaction\("(\w+)"\)', text)]
    between = [name for text in code for name in re.findall(r'\bfaults\.point\("(\w+)"\)', text)]
    assert sorted(steps) == sorted(faults.STEPS)
    assert sorted(between) == sorted(faults.BETWEEN)


def test_the_docs_list_the_points() -> None:
    rows = re.findall(r"^\| (`\S+`(?:, `\S+`)?) \| (.+) \|$", (ROOT / "docs/reference/fault-points.md").read_text(), re.MULTILINE)
    listed = dict(rows)
    meant = {f"`{step}.commit`, `{step}.committed`": text for step, text in faults.STEPS.items()}
    meant |= {f"`{name}`": text for name, text in faults.BETWEEN.items()}
    assert {name: text for name, text in listed.items() if name in meant or "." in name} == meant
