"""Write what the files of a pack say to rows, and remove what they say no longer. Part of one transaction.

Ad-hoc components, made through the API, are left alone. Source: api.md 4 "Rules for reading".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine.access import Caller, grants_of
from app.engine.errors import BadRequest, Invalid
from app.engine.manifests import ActionManifest
from app.persistence.models import Action, Pack, PermissionSet, Runtime
from app.persistence.repositories import actions, packs, permission_sets, runtimes, workflows
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import pack_rules, ports
from app.services.actions import FIELDS as ACTION_FIELDS
from app.services.fields import read_fields
from app.services.pack_configuration import checked_config
from app.services.pack_files import PackFiles
from app.services.pack_rights import require_grants, require_sets
from app.services.pack_rows import columns_of, ids_of, write
from app.services.pack_test_files import check_tests
from app.services.pack_workflows import loading_catalog, save_files


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pack's files came from, kept with the pack. `standard`: everybody may read it."""

    kind: str
    url: str | None = None
    standard: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """A loaded pack, and what was wrong with workflows, which were left out, and tests: [{file, path, message}]."""

    pack: Pack
    warnings: list[dict[str, Any]] = field(default_factory=list)


def register(tx: Transaction, files: PackFiles, source: Source, *, storage: Path, by: Caller) -> Registered:
    """Make the rows of the pack say what its files say.

    Raises:
        BadRequest: a runtime, trigger or action that is not there, a taken ref.
        Forbidden: rights handed out that the caller does not hold.
    """
    _check_rights(files, by)
    pack = _pack(tx, files, source, storage, by)
    _permission_sets(tx, pack, files)
    _runtimes(tx, pack, files)
    _remove_old_actions(tx, pack, files)
    pack_rules.register_triggers(tx, pack, files)
    for manifest in files.actions:
        _action(tx, pack, manifest)
    tx.session.flush()
    saved = save_files(tx, pack, files.workflows, catalog=loading_catalog(tx, files.workflows), by=by)
    warnings = pack_rules.register_rules(tx, pack, files, by=by)
    return Registered(pack, saved.warnings + _test_warnings(files, storage) + warnings)


def _test_warnings(files: PackFiles, storage: Path) -> list[dict[str, Any]]:
    """What is wrong with tests; they keep no pack from being loaded, since only `attune test` plays them."""
    names = [file.ref.partition(".")[2] for file in files.workflows]
    checked = check_tests(storage, names)
    return [{"file": file.path, "path": p.path, "message": p.message} for file, found in checked for p in found]


def _check_rights(files: PackFiles, by: Caller) -> None:
    """Nobody hands out through a file what they could not hand out by hand."""
    for manifest in files.permission_sets:
        grants = grants_of([grant.as_json() for grant in manifest.grants])
        require_grants(by, manifest.ref, grants, manifest.roles)
    for action in files.actions:
        require_sets(by, action.default_execution_permission_set_refs)
    pack_rules.check_rights(files, by)


def _pack(tx: Transaction, files: PackFiles, source: Source, storage: Path, by: Caller) -> Pack:
    row, manifest = packs.by_ref(tx, files.ref), files.manifest
    new = row is None
    row = row or Pack(ref=files.ref, config={}, installed_by=by.identity_id or None, created=ports.now())
    columns = columns_of(manifest)
    columns["config"] = checked_config({**manifest.config, **(row.config or {})}, manifest.conf_schema)
    columns["is_standard"] = source.standard or manifest.is_standard
    for key, value in columns.items():
        setattr(row, key, value)
    row.source_type, row.source_url = source.kind, source.url
    row.storage_path, row.content_hash, row.updated = str(storage), files.content_hash, ports.now()
    if new:
        add_new(tx, row, what=f"a pack '{row.ref}'")
    return row


def _permission_sets(tx: Transaction, pack: Pack, files: PackFiles) -> None:
    known = permission_sets.of_pack(tx, pack.id)
    for manifest in files.permission_sets:
        row = known.pop(manifest.ref, None) or PermissionSet(ref=manifest.ref, created=ports.now())
        grants = [grant.as_json() for grant in manifest.grants]
        values = {"label": manifest.label, "description": manifest.description, "grants": grants}
        new = row.id is None
        write(tx, row, values, pack, what=f"a permission set '{manifest.ref}'")
        if new:
            permission_sets.attach_roles(tx, row.id, manifest.roles, now=ports.now())
    permission_sets.remove(tx, ids_of(known.values()))


def _runtimes(tx: Transaction, pack: Pack, files: PackFiles) -> None:
    said = {manifest.ref for manifest in files.runtimes}
    known = runtimes.of_pack(tx, pack.id)
    for manifest in files.runtimes:
        row = known.get(manifest.ref) or Runtime(ref=manifest.ref, created=ports.now())
        write(tx, row, columns_of(manifest), pack, what=f"a runtime '{manifest.ref}'")
    runtimes.remove(tx, ids_of(row for ref, row in known.items() if ref not in said))


def _remove_old_actions(tx: Transaction, pack: Pack, files: PackFiles) -> None:
    said = {manifest.ref for manifest in files.actions}
    flows = {file.ref for file in files.workflows}
    gone = [w for w in workflows.of_pack(tx, pack.id).values() if not w.is_adhoc and w.ref not in flows]
    workflows.remove(tx, ids_of(gone))
    rows = actions.of_pack(tx, pack.id).values()
    actions.remove(tx, ids_of(a for a in rows if not a.is_adhoc and a.workflow_def is None and a.ref not in said))


def _action(tx: Transaction, pack: Pack, manifest: ActionManifest) -> None:
    row = actions.by_ref(tx, manifest.ref)
    if row is not None and row.workflow_def is not None:
        raise BadRequest(f"The action '{manifest.ref}' can't be loaded: a workflow has this ref.")
    row = row or Action(ref=manifest.ref, created=ports.now())
    values = {**columns_of(manifest), **_more(manifest), **_runtime_of(tx, manifest)}
    for key in ("workflow_file", "more"):
        del values[key]
    row.is_adhoc, row.is_workflow, row.workflow_def = False, False, None
    write(tx, row, values, pack, what=f"an action '{manifest.ref}'")


def _more(manifest: ActionManifest) -> dict[str, Any]:
    try:
        return read_fields(manifest.more, [field for field in ACTION_FIELDS if field.name in manifest.more])
    except Invalid as error:
        raise BadRequest(f"The action '{manifest.ref}' can't be loaded: {error.message}", details=error.details) from error


def _runtime_of(tx: Transaction, manifest: ActionManifest) -> dict[str, Any]:
    found = runtimes.by_word(tx, manifest.runtime or "")
    if found is None:
        raise BadRequest(f"The action '{manifest.ref}' names the runtime '{manifest.runtime}', which there is not.")
    return {"runtime": found.id, "runtime_ref": found.ref}
