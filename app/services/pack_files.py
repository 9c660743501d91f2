"""Read the files of a pack: pack.yaml, its components, its workflows in every layout. Writes nothing.

An invalid component refuses the whole pack, with every problem; an invalid workflow is a warning and is left out.
Source: api.md 4 "Rules for reading"; language.md 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine import manifests
from app.engine.errors import BadRequest
from app.engine.manifests import (
    ActionManifest,
    PackManifest,
    PermissionSetManifest,
    QueueManifest,
    RuleManifest,
    RuntimeManifest,
    SensorManifest,
    TriggerManifest,
)
from app.engine.spec.document import load
from app.engine.spec.problems import Problem, errors_of
from app.services import pack_store, ports
from app.services.workflow_checks import limits

ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """One workflow of a pack.

    Attributes:
        ref: `<pack>.<name>`, as its file says or its place gives.
        path: of the graph, relative to the pack.
        text: of the graph.
        action_text: the action file of the linked layout, else None.
        missing: why the graph could not be read, else None.
    """

    ref: str
    path: str
    text: str
    action_text: str | None = None
    missing: str | None = None


@dataclass(slots=True)
class PackFiles:
    """Everything the files of one pack say. `directory` is where they were read."""

    manifest: PackManifest
    directory: Path
    content_hash: str
    permission_sets: list[PermissionSetManifest] = field(default_factory=list)
    runtimes: list[RuntimeManifest] = field(default_factory=list)
    sensors: list[SensorManifest] = field(default_factory=list)
    triggers: list[TriggerManifest] = field(default_factory=list)
    queues: list[QueueManifest] = field(default_factory=list)
    rules: list[RuleManifest] = field(default_factory=list)
    actions: list[ActionManifest] = field(default_factory=list)
    workflows: list[WorkflowFile] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return self.manifest.ref


def read(directory: Path) -> PackFiles:
    """Read the pack in this directory.

    Raises:
        BadRequest: no usable pack.yaml, or components that are wrong; details: [{file, path, message, line}].
    """
    content_hash = pack_store.content_hash(directory)
    pack = PackFiles(read_manifest(directory), directory, content_hash)
    found = _Found(directory, pack.ref)
    pack.permission_sets = found.all("permission_sets", manifests.parse_permission_set)
    pack.runtimes = found.all("runtimes", manifests.parse_runtime)
    pack.sensors = found.all("sensors", manifests.parse_sensor)
    pack.triggers = found.all("triggers", manifests.parse_trigger)
    pack.queues = found.all("queues", manifests.parse_queue)
    pack.rules = found.all("rules", manifests.parse_rule)
    actions = found.all("actions", manifests.parse_action)
    pack.actions = [action for action in actions if action.workflow_file is None]
    pack.workflows = read_workflows(directory, pack.ref)
    once = (pack.permission_sets, pack.runtimes, pack.sensors, pack.triggers, pack.queues, pack.rules, actions)
    found.refuse_doubles(once)
    found.raise_problems()
    return pack


def read_manifest(directory: Path) -> PackManifest:
    """pack.yaml alone. BadRequest when it is missing or wrong."""
    path = next((p for ending in ENDINGS if (p := directory / f"pack{ending}").is_file()), None)
    if path is None:
        raise BadRequest(f"There is no pack.yaml in '{directory.name}'.")
    manifest, problems = manifests.parse_pack(_bytes_of(path))
    errors = errors_of(problems)
    if manifest is None or errors:
        raise _bad_files([_finding(path.name, p) for p in errors])
    return manifest


def read_workflows(directory: Path, pack_ref: str) -> list[WorkflowFile]:
    """Every workflow of the pack, by ref: standalone files of `workflows/`, and actions that name a graph."""
    linked = list(_linked(directory, pack_ref))
    standalone = _standalone(directory, pack_ref, graphs={file.path for file in linked})
    taken = {file.ref for file in linked}
    return sorted([*linked, *(f for f in standalone if f.ref not in taken)], key=lambda file: file.ref)



class _Found:
    """Reads component files one folder at a time and gathers what is wrong with them."""

    def __init__(self, directory: Path, pack_ref: str) -> None:
        self.directory, self.pack_ref = directory, pack_ref
        self.findings: list[dict[str, Any]] = []

    def all(self, folder: str, parse: Callable[..., tuple[Any, list[Problem]]]) -> list[Any]:
        read = []
        for path in _yaml_files(self.directory / folder):
            manifest, problems = parse(_bytes_of(path), pack_ref=self.pack_ref, name=path.stem)
            self.findings += [_finding(f"{folder}/{path.name}", p) for p in errors_of(problems)]
            read += [manifest] if manifest is not None else []
        return read

    def refuse_doubles(self, kinds: Sequence[list[Any]]) -> None:
        for kind in kinds:
            refs = [manifest.ref for manifest in kind]
            for ref in sorted({ref for ref in refs if refs.count(ref) > 1}):
                self.findings.append({"file": "", "path": "ref", "message": f"Two files describe '{ref}'.", "line": None})

    def raise_problems(self) -> None:
        if self.findings:
            raise _bad_files(self.findings)


def _linked(directory: Path, pack_ref: str) -> Iterator[WorkflowFile]:
    for path in _yaml_files(directory / "actions"):
        action, _ = manifests.parse_action(_bytes_of(path), pack_ref=pack_ref, name=path.stem)
        if action is None or action.workflow_file is None:
            continue
        graph, shown = directory / action.workflow_file, action.workflow_file
        action_text, _ = _text_of(path)
        if graph.is_file() and _is_inside(graph, directory):
            text, unreadable = _text_of(graph)
            yield WorkflowFile(action.ref, shown, text, action_text, unreadable)
        else:
            missing = f"The graph '{action.workflow_file}' named by actions/{path.name} is not there."
            yield WorkflowFile(action.ref, shown, "", action_text, missing)


def _standalone(directory: Path, pack_ref: str, *, graphs: set[str]) -> Iterator[WorkflowFile]:
    for folder in ("workflows", "actions/workflows"):
        for path in _yaml_files(directory / folder):
            shown = f"{folder}/{path.name}"
            if shown not in graphs:
                text, unreadable = _text_of(path)
                yield WorkflowFile(_ref_of(text, path, pack_ref), shown, text, missing=unreadable)


def _bytes_of(path: Path) -> bytes:
    most = ports.settings().max_definition
    if path.stat().st_size > most:
        raise BadRequest(f"The file '{path.name}' has more than {most} bytes; ATTUNE_MAX_DEFINITION raises the limit.")
    return path.read_bytes()


def _text_of(path: Path) -> tuple[str, str | None]:
    """The text as it is, line ends too, or an empty text and why there is none."""
    try:
        return _bytes_of(path).decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", f"The file is not UTF-8 text: byte {error.start + 1} can't be read."


def _ref_of(text: str, path: Path, pack_ref: str) -> str:
    """The ref a workflow file says, or the one its place gives."""
    value = load(text, limits=limits()).value
    said = value.get("ref") if isinstance(value, dict) else None
    name = path.stem.removesuffix(".workflow")
    if not isinstance(said, str) or not said:
        return f"{pack_ref}.{name}"
    return said if "." in said else f"{pack_ref}.{said}"


def _is_inside(path: Path, directory: Path) -> bool:
    return path.resolve().is_relative_to(directory.resolve())


def _yaml_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())


def _finding(file: str, problem: Problem) -> dict[str, Any]:
    return {"file": file, "path": problem.path, "message": problem.message, "line": problem.line}


def _bad_files(findings: list[dict[str, Any]]) -> BadRequest:
    first = findings[0]
    place = f"{first['file']}, line {first['line']}: " if first["line"] else f"{first['file']}: " if first["file"] else ""
    more = f" ({len(findings)} problems)" if len(findings) > 1 else ""
    return BadRequest(f"The pack can't be loaded. {place}{first['message']}{more}", details=findings)
