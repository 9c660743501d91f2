"""Use cases of actions: the ad-hoc ones made through the API. Those of packs come from their files.

Source: api.md 6. A workflow's companion action is kept by the workflow's own use cases.
"""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Invalid, NotFound
from app.persistence import session
from app.persistence.models import Action, Runtime
from app.persistence.repositories import actions, runtimes, workflows
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import ports
from app.services.fields import Field, check_unchanged, read_fields
from app.services.pack_rights import existing_pack, require, require_sets
from app.services.schema_checks import check_schemas

NAMES = (
    Field("ref", "text", required=True, lengths=(1, 255), pattern=r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)+"),
    Field("pack_ref", "text", required=True, lengths=(1, 255)),
)
FIELDS = (
    Field("label", "text", required=True, lengths=(1, 255)),
    Field("entrypoint", "text", required=True, lengths=(1, 65536)),
    Field("description", "text", nullable=True),
    Field("runtime_ref", "text", nullable=True, lengths=(1, 255)),
    Field("runtime", "int", nullable=True),
    Field("runtime_version_constraint", "text", nullable=True, lengths=(0, 255)),
    Field("required_worker_runtimes", "map"),
    Field("param_schema", "map", nullable=True),
    Field("out_schema", "map", nullable=True),
    Field("accesses_mcp", "bool"),
    Field("default_execution_permission_set_refs", "list"),
    Field("timeout_seconds", "number", nullable=True),
    Field("max_retries", "int", nullable=True),
    Field("output_format", "text", choices=("text", "json", "yaml", "jsonl")),
    Field("parameter_delivery", "text", choices=("stdin", "file")),
    Field("parameter_format", "text", choices=("json", "dotenv", "yaml")),
    Field("worker_selector", "map"),
    Field("worker_tolerations", "list"),
    Field("worker_affinity", "map"),
    Field("artifact_retention_policy", "text", nullable=True, lengths=(0, 50)),
    Field("artifact_retention_limit", "int", nullable=True),
    Field("log_retention_policy", "text", nullable=True, lengths=(0, 50)),
    Field("log_retention_limit", "int", nullable=True),
    Field("tags", "list"),
)


def create(*, body: Any, by: Caller) -> Action:
    """A new ad-hoc action. Invalid, Forbidden, Conflict (ref taken), NotFound (pack or runtime)."""
    values = read_fields(body, (*NAMES, *FIELDS))
    check_ref_in_pack(values["ref"], values["pack_ref"])
    _check(values)
    require(by, "actions", "create", pack_ref=values["pack_ref"], ref=values["ref"])
    require_sets(by, values.get("default_execution_permission_set_refs") or ())
    with session.transaction() as tx:
        refuse_taken(tx, values["ref"])
        pack = existing_pack(tx, values["pack_ref"])
        values |= _runtime_columns(tx, values)
        row = Action(**values, pack=pack.id, is_adhoc=True, created=ports.now(), updated=ports.now())
        add_new(tx, row, what=f"an action '{row.ref}'")
    return row


def update(*, ref: str, body: Any, by: Caller, if_match: str | None = None) -> Action:
    """Change the keys that are sent. Invalid, Forbidden, NotFound, Conflict (changed since, or a companion)."""
    values = read_fields(body, FIELDS, partial=True)
    _check(values)
    with session.transaction() as tx:
        row = _existing(tx, ref)
        require(by, "actions", "update", pack_ref=row.pack_ref, ref=ref)
        require_sets(by, values.get("default_execution_permission_set_refs") or ())
        check_unchanged(if_match, row)
        _refuse_companion(row, "changed")
        for key, value in (values | _runtime_columns(tx, values)).items():
            setattr(row, key, value)
        row.updated = ports.now()
    return row


def delete(*, ref: str, by: Caller) -> None:
    """Remove an action; what it ran stays, with `action` null. Conflict for a workflow's companion."""
    with session.transaction() as tx:
        row = _existing(tx, ref)
        require(by, "actions", "delete", pack_ref=row.pack_ref, ref=ref)
        _refuse_companion(row, "deleted")
        actions.remove(tx, [row.id])


def check_ref_in_pack(ref: str, pack_ref: str) -> None:
    """A component's ref begins with its pack's: Invalid otherwise."""
    if not ref.startswith(f"{pack_ref}."):
        message = f"The ref '{ref}' must begin with the ref of its pack: '{pack_ref}.<name>'."
        raise Invalid(message, details=[{"path": "ref", "message": message}])


def refuse_taken(tx: Transaction, ref: str) -> None:
    """Conflict when an action or a workflow has this ref already."""
    if workflows.by_ref(tx, ref):
        raise Conflict(f"There is already a workflow '{ref}'.")
    if actions.by_ref(tx, ref):
        raise Conflict(f"There is already an action '{ref}'.")


def _check(values: dict[str, Any]) -> None:
    check_schemas(values, "param_schema", "out_schema")
    timeout = values.get("timeout_seconds")
    if timeout is not None and not 0 < timeout <= 86_400 * 365:
        message = "Field 'timeout_seconds' must be above 0 and at most a year"
        raise Invalid(message, details=[{"path": "timeout_seconds", "message": message}])


def _runtime_columns(tx: Transaction, values: dict[str, Any]) -> dict[str, Any]:
    """`runtime` and `runtime_ref` for whichever of the two was given; none when neither was."""
    if not {"runtime", "runtime_ref"} & values.keys():
        return {}
    word, number = values.get("runtime_ref"), values.get("runtime")
    if word is None and number is None:
        return {"runtime": None, "runtime_ref": None}
    found = runtimes.by_word(tx, word) if word is not None else runtimes.by_id(tx, number or 0)
    return _columns_of(found, word if word is not None else number)


def _columns_of(found: Runtime | None, named: str | int | None) -> dict[str, Any]:
    if found is None:
        raise NotFound(f"There is no runtime '{named}'.")
    return {"runtime": found.id, "runtime_ref": found.ref}


def _refuse_companion(row: Action, what: str) -> None:
    if row.workflow_def is not None:
        raise Conflict(f"'{row.ref}' is a workflow; it is {what} as a workflow, not as an action.")


def _existing(tx: Transaction, ref: str) -> Action:
    row = actions.locked_by_ref(tx, ref)
    if row is None:
        raise NotFound(f"There is no action '{ref}'.")
    return row
