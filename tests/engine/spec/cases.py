"""What the tables of findings share: a catalog, and a text whose findings are read as short tuples."""

from __future__ import annotations

from textwrap import dedent

from app.engine.spec.catalog import ActionInfo, ActionList
from app.engine.spec.problems import Problem
from app.engine.spec.validate import Checked, check_text

CATALOG = ActionList(
    [
        ActionInfo(
            "core.noop", {"message": {"type": "string"}, "exit_code": {"type": "integer", "default": 0}}
        ),
        ActionInfo("core.echo", {"message": {"type": "string", "required": True}}),
        ActionInfo("core.set", {"values": {"type": "object"}}),
        ActionInfo("core.ask", None),
        ActionInfo("demo.child", {"n": {"type": "integer", "required": True}}, is_workflow=True),
    ]
)


def checked(text: str, *, strict: bool = False) -> Checked:
    """The text as a whole workflow; `version` is put before it when it has none."""
    text = dedent(text).lstrip("\n")
    return check_text(
        text if "version" in text else f"version: 1.0.0\n{text}", catalog=CATALOG, strict=strict
    )


def places(text: str) -> list[tuple[str, str, int | None, int | None]]:
    """`(code, path, line, column)` of every finding."""
    return [(p.code, p.path, p.line, p.column) for p in checked(text).problems]


def one(text: str, code: str) -> Problem:
    """The only finding with this code."""
    [problem] = [p for p in checked(text).problems if p.code == code]
    return problem


def codes(text: str) -> list[str]:
    return [p.code for p in checked(text).problems]
