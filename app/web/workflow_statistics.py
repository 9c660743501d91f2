"""How the last runs of a workflow went, as charts with their tables."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.queries import workflow_statistics as queries
from app.queries import workflows
from app.services import ports
from app.web import charts
from app.web.errors import covered
from app.web.signed_in import caller

bp = covered(Blueprint("workflow_statistics", __name__))


@bp.get("/workflows/<ref>/statistics")
def page(ref: str) -> str:
    by = caller()
    workflow = workflows.get_workflow(ref=ref, by=by)
    found = queries.statistics_of(ref=ref, by=by, now=ports.now())
    return render_template(
        "workflows/statistics.html",
        w=workflow,
        s=found,
        ends=charts.ends_chart(found.days),
        durations=charts.durations_chart(found.days),
        tasks=[(task, *charts.share(task, found.tasks)) for task in found.tasks],
        most_runs=queries.MOST_RUNS,
    )
