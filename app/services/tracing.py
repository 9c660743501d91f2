"""Traces: a span for each request and each action, from who asked to what ran, on whichever machine.

The context travels in the row of the execution (`execution.trace`), as all that a worker must know. Off unless the environment names a
collector; then nothing of OpenTelemetry is imported. The standard OTEL_* variables say the rest (headers, sampling, service name).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from app import __version__
from app.settings import Settings

Note = Callable[..., None]  # keyword arguments become attributes of the span; `failed=` says why it failed


class Tracer(Protocol):
    """What the seams of a process call; `on` is false where no trace is kept."""

    on: bool

    def request(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Note]: ...

    def action(self, row: Mapping[str, Any]) -> AbstractContextManager[Note]: ...

    def columns(self) -> dict[str, str]: ...


def _note(**attributes: Any) -> None:
    """Nobody listens."""


class NoTracer:
    """Keeps nothing."""

    on = False
    _nothing = nullcontext(_note)

    def request(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Note]:
        return self._nothing

    def action(self, row: Mapping[str, Any]) -> AbstractContextManager[Note]:
        return self._nothing

    def columns(self) -> dict[str, str]:
        return {}


def tracer_for(settings: Settings) -> Tracer:
    """The tracer of a process; sends in the background and what is left when the process ends."""
    if not settings.trace_endpoint:
        return NoTracer()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # the environment's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win
    resource = Resource({"service.name": "attune", "service.version": __version__}).merge(Resource.create())
    if resource.attributes.get("service.name") == "unknown_service":
        resource = resource.merge(Resource({"service.name": "attune"}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OtlpTracer(provider)


class OtlpTracer:
    """Spans for a collector that speaks OTLP over HTTP."""

    on = True

    def __init__(self, provider: Any) -> None:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self.provider = provider
        self._tracer = provider.get_tracer("attune", __version__)
        self._context = TraceContextTextMapPropagator()
        self._kinds = SpanKind

    @contextmanager
    def request(self, name: str, headers: Mapping[str, str]) -> Iterator[Note]:
        """A span for a request, below the caller's own where it sent a `traceparent`."""
        given = {"traceparent": headers.get("traceparent", ""), "tracestate": headers.get("tracestate", "")}
        with self._span(name, self._kinds.SERVER, given, {}) as note:
            yield note

    @contextmanager
    def action(self, row: Mapping[str, Any]) -> Iterator[Note]:
        """A span for one execution on this worker, below what started its run."""
        facts = {
            "attune.execution.id": row["id"], "attune.action": row["action_ref"], "attune.task": row["task_name"],
            "attune.attempt": row["attempt"], "attune.worker": row["lease_owner"],
        }  # fmt: skip
        with self._span(f"run {row['action_ref']}", self._kinds.CONSUMER, {"traceparent": row["trace"] or ""}, facts) as note:
            yield note

    def columns(self) -> dict[str, str]:
        """{trace: traceparent of the current span}, for the row of an execution that starts now."""
        carrier: dict[str, str] = {}
        self._context.inject(carrier)
        return {"trace": carrier["traceparent"]} if "traceparent" in carrier else {}

    @contextmanager
    def _span(self, name: str, kind: Any, carrier: Mapping[str, str], facts: Mapping[str, Any]) -> Iterator[Note]:
        from opentelemetry.context import Context
        from opentelemetry.trace import StatusCode

        above = self._context.extract(carrier, context=Context())
        known = {key: value for key, value in facts.items() if value is not None}
        with self._tracer.start_as_current_span(name, context=above, kind=kind, attributes=known, record_exception=False) as span:

            def note(*, failed: str | None = None, **attributes: Any) -> None:
                span.set_attributes({key.replace("__", "."): value for key, value in attributes.items()})
                if failed is not None:
                    span.set_status(StatusCode.ERROR, failed)

            yield note
