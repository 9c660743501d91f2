"""What a request to save a workflow may say, and the content it becomes. Source: api.md 7; language.md 11 "Saving"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.errors import Invalid
from app.engine.spec.model import WorkflowSpec
from app.persistence.models import WorkflowDefinition
from app.persistence.session import Transaction
from app.services.fields import Field, read_fields
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import check_definition, check_text, problem_json, refuse_errors
from app.services.workflow_saving import WorkflowContent, content_of

REF = Field("ref", "text", required=True, lengths=(1, 255), pattern=r"[a-z][a-z0-9_-]*\.[a-z0-9_][a-z0-9_-]*")
NAME = Field("name", "text", required=True, lengths=(1, 200), pattern=r"[a-z0-9_][a-z0-9_-]*")
PACK = Field("pack_ref", "text", required=True, lengths=(1, 255))
CONTENT = (
    Field("label", "text", required=True, lengths=(1, 255)),
    Field("version", "text", required=True, lengths=(1, 50)),
    Field("definition", "map", required=True),
    Field("description", "text", nullable=True),
    Field("param_schema", "map", nullable=True),
    Field("out_schema", "map", nullable=True),
    Field("tags", "list"),
    Field("enabled", "bool"),
)
TEXT = (Field("text", "text", required=True), Field("enabled", "bool"))


def read_body(body: Any, names: tuple[Field, ...], *, partial: bool = False) -> dict[str, Any]:
    """The fields of a save; with `text` the YAML says everything and the other keys are not looked at."""
    is_text = isinstance(body, Mapping) and body.get("text") is not None
    return read_fields(body, (*names, *(TEXT if is_text else CONTENT)), partial=partial)


def as_sent(row: WorkflowDefinition) -> dict[str, Any]:
    """The row as the body that would make it."""
    names = ("label", "version", "definition", "description", "param_schema", "out_schema", "tags")
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def checked_content(
    tx: Transaction, values: dict[str, Any], *, ref: str, draft: bool, **more: Any
) -> WorkflowContent:
    """What the fields of a save say, checked; `more` as attributes of WorkflowContent.

    Raises: Invalid with every problem, unless it is a `draft`; Invalid when a text says another ref.
    """
    catalog = StoredCatalog(tx)
    if "text" in values:
        checked = check_text(values["text"], ref=ref, catalog=catalog)
        definition = checked.document.value if isinstance(checked.document.value, dict) else {}
    else:
        definition = values["definition"]
        checked = check_definition(definition, outer={**values, "ref": ref}, catalog=catalog)
    refuse_errors(checked, draft=draft)
    spec = checked.spec or WorkflowSpec(ref=ref, version="", tasks=())
    _refuse_other_ref(spec, ref)
    more.setdefault("enabled", values.get("enabled", True))
    return content_of(
        spec,
        definition,
        text=values.get("text"),
        draft=bool(checked.refusals),
        warnings=tuple(problem_json(p) for p in checked.problems),
        **more,
    )


def _refuse_other_ref(spec: WorkflowSpec, ref: str) -> None:
    if spec.ref != ref:
        message = f"The text says ref: {spec.ref}, but this is '{ref}'. A ref never changes; save it as a new workflow."
        raise Invalid(message, details=[{"path": "ref", "message": message}])
