"""Check a workflow against what this server knows, and say what is wrong in the words of the API.

Structure decides whether a workflow can be saved; what may be fixed later is a warning (api.md 7 "Saving").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.engine.errors import Invalid
from app.engine.spec.document import Document, load
from app.engine.spec.limits import SpecLimits
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import Problem, errors_of
from app.services import ports
from app.services.workflow_catalog import StoredCatalog

# Keys a problem shows in answers that list findings (api.md 7, "validate").
_SHOWN = ("path", "message", "task", "line", "column", "severity", "fix")


def limits() -> SpecLimits:
    """The limits of the settings for one definition."""
    settings = ports.settings()
    return SpecLimits(
        max_text=settings.max_definition,
        max_tasks=settings.max_tasks,
        max_nesting=settings.max_nesting,
        max_items=settings.max_items,
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition with everything found about it. `spec` is None when nothing of it could be read."""

    spec: WorkflowSpec | None
    problems: list[Problem]
    document: Document


def check_definition(definition: Any, *, outer: Mapping[str, Any], catalog: StoredCatalog) -> Checked:
    """Check a JSON definition with the keys of the request around it."""
    document = Document.from_value(definition)
    parsed = parse_workflow(document, outer=outer)
    return Checked(parsed.spec, parsed.problems, document)


def check_text(text: str, *, ref: str | None, catalog: StoredCatalog, action_text: str | None = None) -> Checked:
    """Check a YAML text; `action_text` is the action file of the linked layout."""
    document = load(text, limits=limits())
    action = None if action_text is None else load(action_text, limits=limits())
    parsed = parse_workflow(document, ref=ref, action_document=action)
    return Checked(parsed.spec, [*document.problems, *parsed.problems], document)


def refuse_errors(problems: list[Problem], *, draft: bool) -> None:
    """Invalid with every error, unless a draft may have them."""
    errors = errors_of(problems)
    if errors and not draft:
        more = f" ({len(errors)} problems)" if len(errors) > 1 else ""
        raise Invalid(f"The workflow can't be saved: {errors[0].message}{more}", details=[problem_json(p) for p in errors])


def problem_json(problem: Problem) -> dict[str, Any]:
    """{path, message, task, line, column, severity, fix}."""
    whole = asdict(problem)
    return {key: whole[key] for key in _SHOWN}


def answer(problems: list[Problem]) -> dict[str, Any]:
    """{valid, errors, warnings}: the answer of POST /workflows/validate."""
    errors = errors_of(problems)
    others = [p for p in problems if p.severity != "error"]
    return {
        "valid": not errors,
        "errors": [problem_json(p) for p in errors],
        "warnings": [problem_json(p) for p in others],
    }
