"""Rehearse a workflow text: what would happen, told by the engine's own step. Nothing runs and nothing is stored.

Source: api.md 7.1. Secrets of the datastore and of the server's configuration are out of reach here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from app.engine import schemas
from app.engine.access import Caller, Target
from app.engine.conductor.bounds import Bounds
from app.engine.conductor.plan import Plan, PlanLimits, build_plan
from app.engine.conductor.rehearse import Rehearsal, Step, drive
from app.engine.errors import Invalid, TooLarge
from app.engine.expressions.masking import mask
from app.engine.graph.build import build_graph
from app.engine.graph.drawings import drawing_of
from app.engine.graph.looks import View
from app.engine.graph.placed import placed_json
from app.engine.graph.svg import svg
from app.engine.rehearsals.coverage import coverage_of
from app.engine.rehearsals.pictures import looks_of, with_states
from app.engine.spec.catalog import Catalog
from app.engine.spec.model import WorkflowSpec
from app.engine.times import iso
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.repositories import packs
from app.persistence.session import Transaction
from app.services import ports
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import check_text, problem_json
from app.services.workflow_texts import MAX_EDGES, MAX_TEXT

_STEP_KEYS = tuple(key.name for key in fields(Step))

@dataclass(frozen=True, slots=True)
class Setting:
    """What a rehearsal is told beside the workflow.

    Attributes:
        parameters: None: an example of each that is required.
        script: mappings with the keys of `conductor.script.Answer`.
        until: stops before this task starts.
        now: simulated start, aware UTC.
        keys: what `kv` gives; the datastore is not read.
        config: of the pack, over the defaults of its schema.
    """

    now: datetime
    parameters: Mapping[str, Any] | None = None
    script: Sequence[Mapping[str, Any]] = ()
    until: str | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)


def rehearse(text: str, setting: Setting, *, pack_ref: str | None = None, by: Caller) -> dict[str, Any]:
    """The answer of POST /workflows/rehearse.

    Raises:
        TooLarge: the text is above 1 MiB.
        Invalid: the text has errors; details list every problem with its place.
        InvalidValue: the script or `until` names what the workflow does not have.
        LimitExceeded: the rehearsal is beyond the limits of the settings.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_TEXT:
        raise TooLarge(f"The text has {size:,} bytes, at most {MAX_TEXT:,} are taken.")
    with session.reading() as tx:
        catalog = StoredCatalog(tx, scope=action_scope(by))
        spec = _checked_spec(text, catalog, pack_ref)
        defaults = _config_of(tx, spec.ref.partition(".")[0], by)
        played = play(spec, setting, catalog=catalog, config=defaults, login=by.login)
    config = {**defaults, **setting.config} if _names_config(text) else {}
    return {**rehearsal_json(played), "config": mask(config, played.state.secrets)}


def play(
    spec: WorkflowSpec | Plan, setting: Setting, *, catalog: Catalog, config: Mapping[str, Any], login: str
) -> Rehearsal:
    """Rehearse a workflow within the limits of the settings; a plan must be built with `plan_limits`.

    Raises: ExpressionFailed, InvalidDefinition, InvalidValue, LimitExceeded.
    """
    plan = spec if isinstance(spec, Plan) else build_plan(spec, limits=plan_limits())
    context = {
        "execution_id": 0,
        "workflow_execution_id": 0,
        "workflow_start": setting.now.timestamp(),
        "identity": {"login": login},
        "workflow": {"ref": plan.spec.ref, "version": plan.spec.version},
    }
    return drive(
        plan,
        setting.script,
        parameters=setting.parameters,
        now=setting.now,
        until=setting.until,
        catalog=catalog,
        context=context,
        config={**config, **setting.config},
        keys=setting.keys,
        bounds=_bounds(),
    )


def rehearsal_json(played: Rehearsal) -> dict[str, Any]:
    """api.md 7.1 with more keys: `parameters`, `error`, `warnings`, `coverage`, `now`; secrets are masked."""
    answer = {
        "status": played.status,
        "parameters": played.state.parameters,
        "steps": [_step_json(step) for step in played.steps],
        "vars": played.variables,
        "output": played.output,
        "error": played.output.get("error") if played.output and not played.output["succeeded"] else None,
        "waiting": [{**row, "until": iso(row["until"])} for row in played.waiting],
        "warnings": played.warnings,
        "now": iso(played.now),
        "coverage": coverage_of(played).as_json(played.state.plan.spec),
    }
    masked: dict[str, Any] = mask(answer, played.state.secrets)
    return {**masked, "graph": _graph_json(played)}


def default_config(conf_schema: Mapping[str, Any] | None, config: Mapping[str, Any] | None) -> dict[str, Any]:
    """A pack's configuration as a rehearsal sees it: defaults filled in, secrets masked."""
    schema = dict(conf_schema or {})
    filled = schemas.fill_defaults(dict(config or {}), schema) if schema else dict(config or {})
    masked: dict[str, Any] = schemas.mask_secrets(filled, schema)
    return masked


def plan_limits() -> PlanLimits:
    """The limits of the settings for a plan."""
    settings = ports.settings()
    return PlanLimits(
        items_window=settings.items_window, max_items=settings.max_items, max_nesting=settings.max_nesting
    )


def _step_json(step: Step) -> dict[str, Any]:
    # not asdict, which would copy every result
    return {name: getattr(step, name) for name in _STEP_KEYS} | {"at": iso(step.at)}


def _checked_spec(text: str, catalog: Catalog, pack_ref: str | None) -> WorkflowSpec:
    checked = check_text(text, ref=f"{pack_ref}.untitled" if pack_ref else None, catalog=catalog)
    wrong = checked.refusals
    if checked.spec is None or wrong:
        more = f" ({len(wrong)} problems)" if len(wrong) > 1 else ""
        first = wrong[0].message if wrong else "it has no tasks."
        message = f"The workflow can't be rehearsed: {first}{more}"
        raise Invalid(message, details=[problem_json(problem) for problem in wrong])
    return checked.spec


def _names_config(text: str) -> bool:
    """Whether a workflow may look at `pack.config`; one that doesn't needs none to be played the same again."""
    return "pack" in text and "config" in text


def _config_of(tx: Transaction, pack_ref: str, by: Caller) -> dict[str, Any]:
    """The stored configuration, for those who may read the pack."""
    row = packs.by_ref(tx, pack_ref) if pack_ref else None
    if row is None:
        return {}
    target = Target(id=row.id, ref=row.ref, pack_ref=row.ref, owner=row.installed_by, standard=row.is_standard)
    config = row.config if by.allows("packs", "read", target) else {}
    return default_config(row.conf_schema, config)


def _bounds() -> Bounds:
    settings = ports.settings()
    return Bounds(settings.rehearsal_steps, settings.rehearsal_seconds, settings.rehearsal_size)


def _graph_json(played: Rehearsal) -> dict[str, Any]:
    """The graph with places and picture; `svg` is null for one that is too large to be drawn."""
    spec = played.state.plan.spec
    graph = build_graph(spec)
    if len(graph.edges) > MAX_EDGES:
        return {**with_states(graph.as_json(), played, graph), "svg": None}
    drawing, view = drawing_of(graph), View(looks_of(played, graph), editing=True)
    picture = svg(drawing, graph, view, title=f"Rehearsal of {spec.label or spec.ref or 'the workflow'}")
    return {**with_states(placed_json(graph, drawing), played, graph), "svg": str(picture)}
