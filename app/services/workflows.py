"""Use cases of workflows: save, check, switch on and off, delete, and what a run is pinned to.

Source: api.md 7; language.md 11 "Saving". How files look is in workflow_files.py, rows in workflow_saving.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Invalid, NotFound
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.models import WorkflowDefinition
from app.persistence.repositories import packs, workflows
from app.persistence.session import Transaction
from app.services import pack_store, ports
from app.services.actions import check_ref_in_pack, refuse_taken
from app.services.drafts import kept_on_conflict, saved
from app.services.edit_conflicts import check_seen
from app.services.fields import Field, read_fields
from app.services.pack_rights import existing_pack, require
from app.services.workflow_bodies import NAME, PACK, REF, as_sent, checked_content, read_body
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import answer, check_definition, check_text
from app.services.workflow_files import FileNotWritten, FileWrites, check_files, write_files, written
from app.services.workflow_revisions import current_revision, current_revision_in, load_spec
from app.services.workflow_saving import body_of, save

__all__ = [
    "Saved",
    "create",
    "create_in_pack",
    "current_revision",
    "current_revision_in",
    "delete",
    "load_spec",
    "restore",
    "save_changes",
    "save_file",
    "set_enabled",
    "update",
    "update_file",
    "validate",
    "validate_stored",
]


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved workflow. `unwritten`: why the file it lives in does not say so, in words for a person; else None."""

    row: WorkflowDefinition
    unwritten: str | None = None


def create(*, body: Any, by: Caller, draft: bool = False) -> WorkflowDefinition:
    """A new workflow from `definition` and the keys around it, or from `text`, a YAML that says everything.

    Raises:
        Invalid: the body, or the definition unless `draft`; details list every problem with its place.
        Forbidden; Conflict (ref taken by a workflow or an action); NotFound (pack).
    """
    values = read_body(body, (REF, PACK))
    require(by, "actions", "create", pack_ref=values["pack_ref"], ref=values["ref"])
    with session.transaction() as tx:
        return _create(tx, values, by=by, draft=draft)


def update(
    *, ref: str, body: Any, by: Caller, draft: bool = False, if_match: str | None = None
) -> WorkflowDefinition:
    """As save_changes; the row alone."""
    return save_changes(ref=ref, body=body, by=by, draft=draft, if_match=if_match).row


def save_changes(
    *,
    ref: str,
    body: Any,
    by: Caller,
    draft: bool = False,
    if_match: str | None = None,
    file_seen: str | None = None,
    note: str | None = None,
) -> Saved:
    """Change the keys that are sent; running executions keep their revision.

    A text is also written to the file of its pack that the workflow was loaded from, byte for byte. When the file
    can't be written the rows have it all the same, and the answer says why.

    Args:
        if_match: id of the revision it was made from, or the `updated` that was seen; None: over whatever is there.
        file_seen: hash of the file, as an earlier EditConflict showed it: write over that.
        note: what the author says about the new revision.

    Raises:
        Invalid, NotFound, Forbidden. EditConflict: somebody else saved meanwhile, or changed the file; the text is
        then the caller's draft. Conflict: changed since `updated`.
    """
    values = read_body(body, (), partial=True)
    text = values.get("text")
    with kept_on_conflict(ref=ref, text=text, by=by), written() as writes, session.transaction() as tx:
        row = _checked_row(tx, ref, by, if_match, text)
        if text is None or row.source_path is None:
            return Saved(_update(tx, row, values, by=by, draft=draft, note=note))
        pack = existing_pack(tx, row.pack_ref)
        check_files(tx, pack, row, seen=file_seen, yours=text)
        return _through(tx, writes, _update(tx, row, values, by=by, draft=draft, note=note))


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


def validate(*, body: Any, by: Caller) -> dict[str, Any]:
    """Check `{definition}` or `{yaml}` with optional `param_schema`, `pack_ref`; writes nothing (api.md 7).

    Actions that the caller may not read are unknown to the answer.
    """
    known = (Field("yaml", "text"), Field("definition", "map"), Field("param_schema", "map", nullable=True))
    values = read_fields(body, (*known, Field("pack_ref", "text", nullable=True)))
    with session.reading() as tx:
        catalog = StoredCatalog(tx, scope=action_scope(by))
        if "yaml" in values:
            return answer(check_text(values["yaml"], ref=None, catalog=catalog))
        if "definition" not in values:
            message = "Send the workflow as 'definition' or as 'yaml'"
            raise Invalid(message, details=[{"path": "definition", "message": message}])
        outer = {key: values[key] for key in ("param_schema",) if values.get(key) is not None}
        return answer(check_definition(values["definition"], outer=outer, catalog=catalog))


def validate_stored(*, ref: str, by: Caller) -> dict[str, Any]:
    """The same answer for the definition as it is stored, against the actions there are now. NotFound."""
    with session.reading() as tx:
        row = _existing(tx, ref)
        revision = workflows.revision(tx, row.revision or 0)
        document = revision.document if revision else row.definition
        return answer(check_definition(document, outer={}, catalog=StoredCatalog(tx, scope=action_scope(by))))


def save_file(*, pack_ref: str, body: Any, by: Caller, draft: bool = False) -> WorkflowDefinition:
    """As create, with `name` instead of `ref`, also written to the files of the pack (api.md 7)."""
    values = _named(pack_ref, body, by)
    with written() as writes, session.transaction() as tx:
        return _to_files(tx, writes, _create(tx, values, by=by, draft=draft))


def create_in_pack(*, pack_ref: str, body: Any, by: Caller, draft: bool = False) -> Saved:
    """As save_file; when the file can't be written the rows have the workflow all the same, and the answer says why."""
    values = _named(pack_ref, body, by)
    with written() as writes, session.transaction() as tx:
        return _through(tx, writes, _create(tx, values, by=by, draft=draft))


def update_file(
    *,
    ref: str,
    body: Any,
    by: Caller,
    draft: bool = False,
    if_match: str | None = None,
    file_seen: str | None = None,
    note: str | None = None,
) -> WorkflowDefinition:
    """As save_changes, but written to the files of the pack or not saved at all; a workflow without files gets some."""
    values = read_body(body, (), partial=True)
    text = values.get("text")
    with kept_on_conflict(ref=ref, text=text, by=by), written() as writes, session.transaction() as tx:
        row = _checked_row(tx, ref, by, if_match, text)
        check_files(tx, existing_pack(tx, row.pack_ref), row, seen=file_seen, yours=text)
        return _to_files(tx, writes, _update(tx, row, values, by=by, draft=draft, note=note))


def restore(*, ref: str, number: int, by: Caller, note: str | None = None, if_match: str | None = None) -> Saved:
    """Make what revision `number` says the newest revision; history is not rewritten.

    Raises: as save_changes. NotFound: no such revision. Invalid: it can't be saved as things are now.
    """
    with written() as writes, session.transaction() as tx:
        row = _checked_row(tx, ref, by, if_match, None)
        old = workflows.revision_by_number(tx, row.id, number)
        if old is None:
            raise NotFound(f"The workflow '{ref}' has no revision {number}.")
        values = {"text": old.text} if old.text is not None else body_of(old.document)
        check_files(tx, existing_pack(tx, row.pack_ref), row, seen=None, yours=old.text)
        _save_whole(tx, row, values, by=by, draft=False, note=note or f"Back to revision {number}")
        return _through(tx, writes, row) if row.source_path else Saved(row)


def _named(pack_ref: str, body: Any, by: Caller) -> dict[str, Any]:
    """The fields of a new workflow of a pack, whose ref is made from its name."""
    values = read_body({**body, "pack_ref": pack_ref} if isinstance(body, Mapping) else body, (NAME, PACK))
    values["ref"] = f"{pack_ref}.{values.pop('name')}"
    require(by, "actions", "create", pack_ref=pack_ref, ref=values["ref"])
    return values


def _create(tx: Transaction, values: dict[str, Any], *, by: Caller, draft: bool) -> WorkflowDefinition:
    refuse_taken(tx, values["ref"])
    pack = existing_pack(tx, values["pack_ref"])
    check_ref_in_pack(values["ref"], pack.ref)
    content = checked_content(tx, values, ref=values["ref"], draft=draft)
    row = save(tx, pack, content, row=None, by=by)
    saved(tx, row.ref, text=content.text, by=by)
    return row


def _update(
    tx: Transaction, row: WorkflowDefinition, values: dict[str, Any], *, by: Caller, draft: bool, note: str | None = None
) -> WorkflowDefinition:
    if set(values) <= {"enabled"}:
        row.enabled = values.get("enabled", row.enabled)
        row.updated = ports.now()
        return row
    whole = values if "text" in values else as_sent(row) | values
    return _save_whole(tx, row, whole, by=by, draft=draft, note=note)


def _save_whole(
    tx: Transaction, row: WorkflowDefinition, whole: dict[str, Any], *, by: Caller, draft: bool, note: str | None
) -> WorkflowDefinition:
    content = checked_content(
        tx, whole, ref=row.ref, draft=draft, source_path=row.source_path, source_hash=row.source_hash,
        is_adhoc=row.is_adhoc, enabled=whole.get("enabled", row.enabled),
    )  # fmt: skip
    found = save(tx, existing_pack(tx, row.pack_ref), content, row=row, by=by, note=note)
    saved(tx, row.ref, text=content.text, by=by)
    return found


def _checked_row(
    tx: Transaction, ref: str, by: Caller, if_match: str | None, text: str | None
) -> WorkflowDefinition:
    row = _found(workflows.locked_by_ref(tx, ref), ref)
    require(by, "actions", "update", pack_ref=row.pack_ref, ref=ref)
    check_seen(tx, row, seen=if_match, text=text)
    return row


def _through(tx: Transaction, writes: FileWrites, row: WorkflowDefinition) -> Saved:
    """Write the saved text to its file if that can be; the rows have it either way."""
    file = row.source_path
    if row.draft:
        what = f"the file '{file}' keeps what it says until they are mended" if file else "its pack gets no file of it"
        return Saved(row, f"It has errors, so {what}.")
    try:
        return Saved(_to_files(tx, writes, row))
    except FileNotWritten as error:
        writes.take_back()
        again = "; loading the pack again brings the file's text back" if file else ""
        return Saved(row, f"{error.message} The database has it, and runs use it{again}.")


def _to_files(tx: Transaction, writes: FileWrites, row: WorkflowDefinition) -> WorkflowDefinition:
    revision = workflows.revision(tx, row.revision or 0)
    assert revision is not None  # saved a moment ago, in this transaction
    write_files(writes, existing_pack(tx, row.pack_ref), row, revision)
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
