"""Problems of definitions as a terminal shows them: `path:line:column: severity: message`, and the fix below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.cli.output import Output
from app.cli.words import counted
from app.engine.spec.problems import Problem

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and the file it is in; `fix` is the words of the way out, when there is a mechanical one."""

    file: str
    severity: str
    message: str
    path: str = ""
    line: int | None = None
    column: int | None = None
    task: str | None = None
    code: str = ""
    fix: str | None = None

    @classmethod
    def of_problem(cls, file: str, problem: Problem) -> Finding:
        fix = problem.fix["label"] if problem.fix else None
        p = problem
        return cls(file, p.severity, p.message, p.path, p.line, p.column, p.task, p.code, fix)

    @classmethod
    def of_answer(cls, file: str, problem: dict[str, Any]) -> Finding:
        """From the answer of POST /workflows/validate."""
        fix = problem.get("fix")
        label = fix.get("label") if isinstance(fix, dict) else None
        given: dict[str, Any] = {name: problem.get(name) for name in ("line", "column", "task")}
        return cls(file, problem["severity"], problem["message"], problem["path"], **given, fix=label)

    @property
    def place(self) -> str:
        """`file:line:column`, or `file: path` where there is no text."""
        if self.line is None:
            return f"{self.file}: {self.path}" if self.path else self.file
        return f"{self.file}:{self.line}:{self.column or 1}"


def tell(out: Output, found: Sequence[Finding], *, checked: int, document: Any = None) -> None:
    """Print every finding and the count; `document` is what programs get instead."""
    if not out.for_people:
        out.document(document if document is not None else [asdict(finding) for finding in found])
        return
    for finding in found:
        out.line(f"{finding.place}: {finding.severity}: ", finding.message)
        if finding.fix:
            out.line("    fix: ", finding.fix, style="green")
    out.note(_count(found, checked))


def _count(found: Sequence[Finding], checked: int) -> str:
    errors = sum(finding.severity == "error" for finding in found)
    warnings = sum(finding.severity == "warning" for finding in found)
    if not found:
        return f"{counted(checked, 'file')} checked, nothing to complain about."
    return f"{counted(checked, 'file')} checked: {counted(errors, 'error')}, {counted(warnings, 'warning')}."
