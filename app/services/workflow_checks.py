"""Check a workflow against what this server knows, and say what is wrong in the words of the API.

What keeps a definition from being saved and what is only a warning is decided in app.engine.spec.validate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.engine.errors import Invalid
from app.engine.spec import validate
from app.engine.spec.catalog import Catalog
from app.engine.spec.limits import SpecLimits
from app.engine.spec.problems import Problem
from app.engine.spec.validate import Checked
from app.services import ports

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


def check_definition(definition: Any, *, outer: Mapping[str, Any], catalog: Catalog) -> Checked:
    """Check a JSON definition with the keys of the request around it."""
    return validate.check_definition(definition, outer=outer, catalog=catalog, limits=limits())


def check_text(text: str, *, ref: str | None, catalog: Catalog, action_text: str | None = None) -> Checked:
    """Check a YAML text; `action_text` is the action file of the linked layout."""
    return validate.check_text(text, ref=ref, action_text=action_text, catalog=catalog, limits=limits())


def refuse_errors(checked: Checked, *, draft: bool) -> None:
    """Invalid with everything that keeps the definition from being saved; a draft may have errors."""
    wrong = checked.refusals
    if wrong and not draft:
        more = f" ({len(wrong)} problems)" if len(wrong) > 1 else ""
        message = f"The workflow can't be saved: {wrong[0].message}{more}"
        raise Invalid(message, details=[problem_json(p) for p in wrong])


def problem_json(problem: Problem) -> dict[str, Any]:
    """{path, message, task, line, column, severity, fix}."""
    whole = asdict(problem)
    return {key: whole[key] for key in _SHOWN}


def answer(checked: Checked) -> dict[str, Any]:
    """{valid, errors, warnings}: the answer of POST /workflows/validate."""
    return {
        "valid": not checked.errors,
        "errors": [problem_json(p) for p in checked.errors],
        "warnings": [problem_json(p) for p in checked.warnings],
    }
