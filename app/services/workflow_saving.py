"""Write a workflow to its rows: the definition, an immutable revision of what it says, and the companion action.

Both the API and the loader of packs save through here, so that the three never fall out of step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.access import Caller
from app.engine.spec.model import WorkflowSpec
from app.persistence.models import Action, Pack, WorkflowDefinition, WorkflowRevision
from app.persistence.repositories import actions, workflows
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import ports

# What a request or an action file says about a definition; a revision has one place for each.
IDENTITY_KEYS = ("ref", "label", "description", "version", "tags", "parameters", "output")
_BODY_NAMES = {"parameters": "param_schema", "output": "out_schema"}
_OTHER_NAMES = ("pack_ref", "enabled", "param_schema", "out_schema", "output_schema")


@dataclass(frozen=True, slots=True)
class WorkflowContent:
    """Everything one saved version says.

    Attributes:
        definition: the graph document exactly as it came.
        text: its YAML, when it came as text that says everything (not for the linked layout).
        source_path: file of the graph, relative to the pack's directory; None when there is none.
        source_hash: of its files as they were read (app/services/workflow_files.py); None: not known.
        warnings: problems as JSON that stay with the workflow; errors too, for a draft.
    """

    ref: str
    label: str
    description: str | None
    version: str
    tags: tuple[str, ...]
    param_schema: dict[str, Any] | None
    out_schema: dict[str, Any] | None
    definition: dict[str, Any]
    text: str | None = None
    source_path: str | None = None
    source_hash: str | None = None
    enabled: bool = True
    draft: bool = False
    is_adhoc: bool = True
    task_count: int = 0
    warnings: tuple[dict[str, Any], ...] = field(default_factory=tuple)

    def document(self) -> dict[str, Any]:
        """One self-contained document: what a run is pinned to (app.engine.spec.parse reads it alone)."""
        taken = {*IDENTITY_KEYS, *_OTHER_NAMES}
        graph = {key: value for key, value in self.definition.items() if key not in taken}
        said = {
            "ref": self.ref,
            "label": self.label,
            "description": self.description,
            "version": self.version,
            "tags": list(self.tags),
            "parameters": self.param_schema,
            "output": self.out_schema,
        }
        return {key: value for key, value in said.items() if value is not None} | graph

    def content_hash(self) -> str:
        """SHA-256 of the document and the text; the order of keys counts, since `vars` are evaluated in order."""
        return hashlib.sha256(json.dumps([self.document(), self.text]).encode()).hexdigest()


def body_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """A revision's document as the body of a request that would save it; the other way round of `document()`."""
    said = {_BODY_NAMES.get(key, key): document[key] for key in IDENTITY_KEYS if key in document and key != "ref"}
    return said | {"definition": {key: value for key, value in document.items() if key not in IDENTITY_KEYS}}


def content_of(spec: WorkflowSpec, definition: dict[str, Any], **more: Any) -> WorkflowContent:
    """What a parsed workflow says, around the definition it was parsed from."""
    return WorkflowContent(
        ref=spec.ref,
        label=spec.label or spec.ref.rpartition(".")[2].replace("_", " ").title(),
        description=spec.description or None,
        version=spec.version,
        tags=spec.tags,
        param_schema=spec.parameters,
        out_schema=spec.output,
        definition=definition,
        task_count=len(spec.all_tasks()),
        **more,
    )


def save(
    tx: Transaction,
    pack: Pack,
    content: WorkflowContent,
    *,
    row: WorkflowDefinition | None,
    by: Caller,
    note: str | None = None,
) -> WorkflowDefinition:
    """Write the content to a new or the existing row. Conflict when somebody else takes the ref meanwhile.

    `note` is kept with the revision, when there is a new one.
    """
    new = row is None
    row = row or WorkflowDefinition(ref=content.ref, created=ports.now())
    for key, value in _columns(content, pack).items():
        setattr(row, key, value)
    row.updated = ports.now()
    if new:
        add_new(tx, row, what=f"a workflow '{content.ref}'")
    row.revision = _revision(tx, row, content, by, note).id
    keep_companion(tx, row)
    return row


def keep_companion(tx: Transaction, row: WorkflowDefinition) -> None:
    """Make the action of the same ref say what the workflow says (api.md 7)."""
    action = actions.by_ref(tx, row.ref)
    new = action is None
    action = action or Action(ref=row.ref, created=ports.now())
    for key in ("pack", "pack_ref", "label", "description", "param_schema", "out_schema", "tags", "is_adhoc"):
        setattr(action, key, getattr(row, key))
    action.workflow_def, action.is_workflow = row.id, True
    action.entrypoint, action.runtime, action.runtime_ref = "workflow", None, None
    action.updated = ports.now()
    if new:
        add_new(tx, action, what=f"an action '{row.ref}'")


def _columns(content: WorkflowContent, pack: Pack) -> dict[str, Any]:
    names = (
        "label", "description", "version", "param_schema", "out_schema", "definition", "source_path", "source_hash",
        "enabled", "draft", "is_adhoc", "task_count",
    )  # fmt: skip
    lists = {"tags": list(content.tags), "warnings": list(content.warnings)}
    return {name: getattr(content, name) for name in names} | lists | {"pack": pack.id, "pack_ref": pack.ref}


def _revision(
    tx: Transaction, row: WorkflowDefinition, content: WorkflowContent, by: Caller, note: str | None
) -> WorkflowRevision:
    """The present revision when it says this already, else a new one: what was once said is said again."""
    content_hash = content.content_hash()
    present = workflows.revision(tx, row.revision) if row.revision else None
    if present is not None and present.content_hash == content_hash:
        return present
    revision = WorkflowRevision(
        workflow_def=row.id,
        workflow_ref=row.ref,
        number=workflows.next_number(tx, row.id),
        content_hash=content_hash,
        text=content.text,
        document=content.document(),
        note=note,
        created_by=by.identity_id or None,
        created=ports.now(),
    )
    add_new(tx, revision, what=f"this revision of '{row.ref}'")
    return revision
