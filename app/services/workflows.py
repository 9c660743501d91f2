"""Use cases of workflows: save, check, switch on and off, delete, and what a run is pinned to.

Source: api.md 7; language.md 11 "Saving". How files look is in workflow_files.py, rows in workflow_saving.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Invalid, NotFound
from app.engine.spec.model import WorkflowSpec
from app.persistence import session
from app.persistence.models import WorkflowDefinition
from app.persistence.repositories import packs, workflows
from app.persistence.session import Transaction
from app.services import pack_store, ports
from app.services.actions import check_ref_in_pack, refuse_taken
from app.services.fields import Field, check_unchanged, read_fields
from app.services.pack_rights import existing_pack, require
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import answer, check_definition, check_text, problem_json, refuse_errors
from app.services.workflow_files import FileWrites, write_files, written
from app.services.workflow_revisions import current_revision, current_revision_in, load_spec
from app.services.workflow_saving import WorkflowContent, content_of, save

__all__ = [
    "create",
    "current_revision",
    "current_revision_in",
    "delete",
    "load_spec",
    "save_file",
    "set_enabled",
    "update",
    "update_file",
    "validate",
    "validate_stored",
]

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


def create(*, body: Any, by: Caller, draft: bool = False) -> WorkflowDefinition:
    """A new workflow from `definition` and the keys around it, or from `text`, a YAML that says everything.

    Raises:
        Invalid: the body, or the definition unless `draft`; details list every problem with its place.
        Forbidden; Conflict (ref taken by a workflow or an action); NotFound (pack).
    """
    values = _read_body(body, (REF, PACK))
    check_ref_in_pack(values["ref"], values["pack_ref"])
    require(by, "actions", "create", pack_ref=values["pack_ref"], ref=values["ref"])
    with session.transaction() as tx:
        return _create(tx, values, by=by, draft=draft)


def update(
    *, ref: str, body: Any, by: Caller, draft: bool = False, if_match: str | None = None
) -> WorkflowDefinition:
    """Change the keys that are sent; running executions keep their revision.

    Raises: Invalid, NotFound, Forbidden, Conflict (changed since).
    """
    values = _read_body(body, (), partial=True)
    with session.transaction() as tx:
        return _update(tx, _checked_row(tx, ref, by, if_match), values, by=by, draft=draft)


def delete(*, ref: str, by: Caller) -> None:
    """Remove a workflow, its companion action and its file in the pack store; what it ran stays."""
    with session.transaction() as tx:
        row = _existing(tx, ref)
        require(by, "actions", "delete", pack_ref=row.pack_ref, ref=ref)
        _discard_files(tx, row)
        workflows.remove(tx, [row.id])


def set_enabled(*, ref: str, enabled: bool, by: Caller) -> WorkflowDefinition:
    """Switch a workflow on or off; what runs goes on."""
    return update(ref=ref, body={"enabled": enabled}, by=by)


def validate(*, body: Any) -> dict[str, Any]:
    """Check `{definition}` or `{yaml}` with optional `param_schema`, `pack_ref`; writes nothing (api.md 7)."""
    known = (Field("yaml", "text"), Field("definition", "map"), Field("param_schema", "map", nullable=True))
    values = read_fields(body, (*known, Field("pack_ref", "text", nullable=True)))
    with session.reading() as tx:
        catalog = StoredCatalog(tx)
        if "yaml" in values:
            return answer(check_text(values["yaml"], ref=None, catalog=catalog))
        if "definition" not in values:
            message = "Send the workflow as 'definition' or as 'yaml'"
            raise Invalid(message, details=[{"path": "definition", "message": message}])
        outer = {key: values[key] for key in ("param_schema",) if values.get(key) is not None}
        return answer(check_definition(values["definition"], outer=outer, catalog=catalog))


def validate_stored(*, ref: str) -> dict[str, Any]:
    """The same answer for the definition as it is stored, against the actions there are now. NotFound."""
    with session.reading() as tx:
        row = _existing(tx, ref)
        revision = workflows.revision(tx, row.revision or 0)
        document = revision.document if revision else row.definition
        return answer(check_definition(document, outer={}, catalog=StoredCatalog(tx)))


def save_file(*, pack_ref: str, body: Any, by: Caller, draft: bool = False) -> WorkflowDefinition:
    """As create, with `name` instead of `ref`, also written to the files of the pack (api.md 7)."""
    values = _read_body({**body, "pack_ref": pack_ref} if isinstance(body, Mapping) else body, (NAME, PACK))
    values["ref"] = f"{pack_ref}.{values.pop('name')}"
    require(by, "actions", "create", pack_ref=pack_ref, ref=values["ref"])
    with written() as writes, session.transaction() as tx:
        return _to_files(tx, writes, _create(tx, values, by=by, draft=draft))


def update_file(
    *, ref: str, body: Any, by: Caller, draft: bool = False, if_match: str | None = None
) -> WorkflowDefinition:
    """As update, also written to the files of the pack."""
    values = _read_body(body, (), partial=True)
    with written() as writes, session.transaction() as tx:
        row = _checked_row(tx, ref, by, if_match)
        return _to_files(tx, writes, _update(tx, row, values, by=by, draft=draft))


def _read_body(body: Any, names: tuple[Field, ...], *, partial: bool = False) -> dict[str, Any]:
    """The fields of a save; with `text` the YAML says everything and the other keys are not looked at."""
    is_text = isinstance(body, Mapping) and body.get("text") is not None
    return read_fields(body, (*names, *(TEXT if is_text else CONTENT)), partial=partial)


def _create(tx: Transaction, values: dict[str, Any], *, by: Caller, draft: bool) -> WorkflowDefinition:
    refuse_taken(tx, values["ref"])
    pack = existing_pack(tx, values["pack_ref"])
    content = _content(tx, values, ref=values["ref"], draft=draft)
    return save(tx, pack, content, row=None, by=by)


def _update(
    tx: Transaction, row: WorkflowDefinition, values: dict[str, Any], *, by: Caller, draft: bool
) -> WorkflowDefinition:
    if set(values) <= {"enabled"}:
        row.enabled = values.get("enabled", row.enabled)
        row.updated = ports.now()
        return row
    whole = values if "text" in values else _as_sent(row) | values
    content = _content(
        tx, whole, ref=row.ref, draft=draft, source_path=row.source_path, is_adhoc=row.is_adhoc,
        enabled=values.get("enabled", row.enabled),
    )  # fmt: skip
    return save(tx, existing_pack(tx, row.pack_ref), content, row=row, by=by)


def _content(tx: Transaction, values: dict[str, Any], *, ref: str, draft: bool, **more: Any) -> WorkflowContent:
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


def _as_sent(row: WorkflowDefinition) -> dict[str, Any]:
    """The row as the body that would make it."""
    names = ("label", "version", "definition", "description", "param_schema", "out_schema", "tags")
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _checked_row(tx: Transaction, ref: str, by: Caller, if_match: str | None) -> WorkflowDefinition:
    row = _found(workflows.locked_by_ref(tx, ref), ref)
    require(by, "actions", "update", pack_ref=row.pack_ref, ref=ref)
    check_unchanged(if_match, row)
    return row


def _to_files(tx: Transaction, writes: FileWrites, row: WorkflowDefinition) -> WorkflowDefinition:
    revision = workflows.revision(tx, row.revision or 0)
    assert revision is not None  # saved a moment ago, in this transaction
    row.source_path = write_files(writes, existing_pack(tx, row.pack_ref), row, revision)
    return row


def _existing(tx: Transaction, ref: str) -> WorkflowDefinition:
    return _found(workflows.by_ref(tx, ref), ref)


def _found(row: WorkflowDefinition | None, ref: str) -> WorkflowDefinition:
    if row is None:
        raise NotFound(f"There is no workflow '{ref}'.")
    return row


def _discard_files(tx: Transaction, row: WorkflowDefinition) -> None:
    """Remove the workflow's files from the pack store, lest the next sync brings it back."""
    pack = packs.by_ref(tx, row.pack_ref)
    if pack is None or not pack.storage_path or not row.source_path:
        return
    directory, name = Path(pack.storage_path), row.ref.rpartition(".")[2]
    files = [directory / row.source_path, *(directory / f"actions/{name}{end}" for end in (".yaml", ".yml"))]
    if pack_store.is_in_store(directory):
        tx.after_commit(lambda: pack_store.remove_files(files))
