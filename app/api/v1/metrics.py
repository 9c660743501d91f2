"""GET /metrics for Prometheus: numbers of the whole system, whichever process is asked.

No label has a value that grows with use: no names, no ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app import __version__
from app.api.routes import Raw, Routes
from app.queries.metrics import Metrics, read_metrics
from app.services import ports
from app.services.counters import NAMES

routes = Routes("metrics", prefix="")

# metric -> (attribute of Metrics, what it says)
GAUGES = {
    "attune_queue_size": ("queued", "Executions that wait for a worker"),
    "attune_queue_age_seconds": ("queue_age_s", "How long the first of them has waited"),
    "attune_outbox_size": ("outbox", "Messages between runs that nobody has read"),
    "attune_outbox_age_seconds": ("outbox_age_s", "How long the first of them has waited"),
    "attune_inquiries_pending": ("questions", "Questions that wait for people"),
    "attune_inquiries_age_seconds": ("questions_age_s", "How long the first of them has waited"),
    "attune_timer_lag_seconds": ("timer_lag_s", "How late the alarm is that is due first"),
    "attune_runs_stuck": ("stuck", "Runs that go on with nothing to wait for: always 0, or ask `attune doctor`"),
    "attune_workers": ("workers", "Workers with a heartbeat"),
    "attune_worker_threads": ("worker_threads", "Actions they can run at once"),
    "attune_worker_threads_busy": ("worker_threads_busy", "Actions they ran at their last heartbeat"),
}


@routes.get("/metrics", access="workers:read", answer=Raw("text/plain"))
def metrics() -> Response:
    """Numbers for Prometheus; an integration token is what a scraper needs."""
    now = ports.now()
    found = read_metrics(now=now, alive_since=now - timedelta(seconds=ports.settings().reclaim_after_s))
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Found(Collector):
    """Numbers that were read, in the words of Prometheus."""

    def __init__(self, found: Metrics) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("attune_up", "Attune answers and reaches its database", value=1)
        version = GaugeMetricFamily("attune_info", "The version that answers", labels=["version"])
        version.add_metric([__version__], 1)
        yield version
        for name, (attribute, text) in GAUGES.items():
            yield GaugeMetricFamily(name, text, value=getattr(self._found, attribute))
        live = GaugeMetricFamily("attune_executions", "Executions that have not ended", labels=["status"])
        for status, number in self._found.live.items():
            live.add_metric([status], number)
        yield live
        for name, text in NAMES.items():
            yield CounterMetricFamily(f"attune_{name}", text, value=self._found.counters.get(name, 0))
