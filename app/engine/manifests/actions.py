"""Action files: `actions/<name>.yaml`, also the half of a workflow that names it (`workflow_file`). Source: api.md 4, 6."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from app.engine.manifests.component import first_of, open_file, read_label, read_ref, read_schema, read_texts
from app.engine.spec.fields import Fields
from app.engine.spec.problems import Problem

_FORMATS = ("text", "json", "yaml", "jsonl")
_MORE_KEYS = (
    "required_worker_runtimes", "worker_selector", "worker_tolerations", "worker_affinity", "artifact_retention_policy",
    "artifact_retention_limit", "log_retention_policy", "log_retention_limit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActionManifest:
    """One action.

    Attributes:
        runtime: name, alias or ref of the runtime as written, in lower case; None for a workflow.
        entrypoint: file below `actions/`, or the script itself; "workflow" for a workflow.
        workflow_file: path of the graph file below the pack's directory, e.g. `actions/workflows/x.workflow.yaml`.
        more: other keys of api.md 6 that the file sets, as written.
    """

    ref: str
    label: str
    description: str | None
    runtime: str | None
    runtime_version_constraint: str | None
    entrypoint: str
    param_schema: dict[str, Any] | None
    out_schema: dict[str, Any] | None
    output_format: str
    parameter_delivery: str
    parameter_format: str
    timeout_seconds: int | None
    max_retries: int | None
    accesses_mcp: bool
    default_execution_permission_set_refs: tuple[str, ...]
    tags: tuple[str, ...]
    workflow_file: str | None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_workflow(self) -> bool:
        return self.workflow_file is not None


def parse_action(
    text: str | bytes, *, pack_ref: str, name: str
) -> tuple[ActionManifest | None, list[Problem]]:
    """An action file; `name` is the file's name without its ending."""
    fields, problems = open_file(text, "An action")
    return (None if fields is None else _read(fields, pack_ref, name)), problems


def _read(fields: Fields, pack_ref: str, name: str) -> ActionManifest:
    ref = read_ref(fields, pack_ref, name)
    workflow_file = _read_workflow_file(fields)
    return ActionManifest(
        ref=ref,
        label=read_label(fields, ref),
        description=fields.text("description"),
        runtime=None if workflow_file else _read_runtime(fields),
        runtime_version_constraint=fields.text(
            first_of(fields, "runtime_version_constraint", "runtime_version")
        ),
        entrypoint="workflow" if workflow_file else _read_entrypoint(fields),
        param_schema=read_schema(fields, "parameters", "param_schema"),
        out_schema=read_schema(fields, "output", "output_schema", "out_schema"),
        output_format=fields.choice("output_format", _FORMATS, "text"),
        parameter_delivery=fields.choice("parameter_delivery", ("stdin", "env", "file"), "stdin"),
        parameter_format=fields.choice("parameter_format", ("json", "dotenv", "yaml"), "json"),
        timeout_seconds=fields.whole(first_of(fields, "timeout_seconds", "timeout"), least=1),
        max_retries=fields.whole("max_retries", least=0),
        accesses_mcp=fields.boolean("accesses_mcp", False),
        default_execution_permission_set_refs=read_texts(fields, "default_execution_permission_set_refs"),
        tags=read_texts(fields, "tags"),
        workflow_file=workflow_file,
        more={key: fields.get(key) for key in _MORE_KEYS if fields.has(key)},
    )


def _read_runtime(fields: Fields) -> str | None:
    key = first_of(fields, "runner_type", "runtime_ref", "runtime")
    runtime = fields.text(key)
    if runtime is None and not fields.has(key):
        fields.error(
            "runner_type", "missing_runtime", "An action needs 'runner_type', for example shell or python."
        )
    return runtime.strip().lower() if runtime else None


def _read_entrypoint(fields: Fields) -> str:
    key = first_of(fields, "entry_point", "entrypoint")
    entrypoint = fields.text(key, max_length=65536)
    if not entrypoint:
        if not fields.has(key) or entrypoint == "":
            message = "An action needs 'entry_point': a file in 'actions/', or the script itself."
            fields.error(key, "missing_entrypoint", message)
        return ""
    return entrypoint if "\n" in entrypoint else entrypoint.removeprefix("actions/")


def _read_workflow_file(fields: Fields) -> str | None:
    """The path below the pack's directory; `workflow_file` itself is relative to `actions/`."""
    given = fields.text("workflow_file", max_length=1024)
    if given is None:
        return None
    path = posixpath.normpath(posixpath.join("actions", given))
    if (
        given.startswith("/")
        or "\\" in given
        or path.split("/")[0] in ("..", ".")
        or not path.endswith((".yaml", ".yml"))
    ):
        message = (
            f"'workflow_file' names a YAML file of this pack, relative to 'actions/'; got '{given[:80]}'."
        )
        fields.error("workflow_file", "bad_path", message)
    return path
