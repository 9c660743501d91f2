"""A request and the actions it set off are one trace, received by a real collector over HTTP; without one nothing is loaded."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from app.persistence import session
from app.persistence.models import Execution, PermissionAssignment, PermissionSet
from app.services import orchestration, packs, ports, tracing, work

ROOT = Path(__file__).resolve().parents[2]
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(ThreadingHTTPServer):
    """Keeps what is posted to /v1/traces."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[ExportTraceServiceRequest] = []

    @property
    def spans(self) -> dict[str, Span]:
        found = [s for sent in self.received for r in sent.resource_spans for scope in r.scope_spans for s in scope.spans]
        return {span.name: span for span in found}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def traced(app, alice, collector, tmp_path, monkeypatch):
    """Keeps traces from now on, with the core pack; the function it gives sends them."""
    monkeypatch.setattr(work.jobs, "closing", False)
    alone = tmp_path / "packs"
    alone.mkdir()
    (alone / "core").symlink_to(ROOT / "packs" / "core")
    here = ports.current()
    here.settings = replace(here.settings, packs_dirs=str(alone), trace_endpoint="set", run_ahead=0)
    _load_core_pack(alice.id)
    here.dispatcher = ports.Collected()
    here.tracer = tracing.tracer_for(here.settings)
    yield here.tracer.provider.force_flush
    here.tracer.provider.shutdown()


def _load_core_pack(administrator: int) -> None:
    """With its own permission sets in the place of those of the cast."""
    with session.transaction() as tx:
        tx.session.query(PermissionSet).delete()
    packs.load_shipped()
    with session.transaction() as tx:
        admin = tx.session.query(PermissionSet).filter_by(ref="core.admin").one()
        tx.session.add(PermissionAssignment(identity_id=administrator, permission_set_id=admin.id))


def deliver() -> None:
    hints = ports.current().dispatcher.hints
    while hints:
        hint = hints.pop(0)
        if hint.kind == "run":
            work.run_execution(execution_id=hint.execution_id, owner="here:1:1")
        elif hint.kind == "advance":
            orchestration.begin(execution_id=hint.execution_id)


def test_a_request_and_its_action_are_one_trace_below_the_caller(alice, traced, collector):
    body = {"action_ref": "core.fail", "parameters": {"message": "no"}}

    answer = alice.post("/executions/execute", json=body, headers={"traceparent": CALLER})
    deliver()
    traced()

    request, action = collector.spans["POST /api/v1/executions/execute"], collector.spans["run core.fail"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == tuple(CALLER.split("-")[1:3])
    assert (action.trace_id, action.parent_span_id) == (request.trace_id, request.span_id)
    facts = {a.key: a.value.string_value or a.value.int_value for a in (*request.attributes, *action.attributes)}
    assert facts["attune.execution.id"] == answer.json["data"]["id"]
    assert facts["attune.request_id"] == answer.headers["X-Request-Id"]
    assert (facts["http.response.status_code"], facts["attune.outcome"], facts["attune.worker"]) == (201, "failed", "here:1:1")
    assert action.status.code == Status.STATUS_CODE_ERROR


def test_the_tasks_of_a_workflow_belong_to_the_trace_of_its_start(alice, traced, collector):
    definition = {"tasks": [{"name": "first", "action": "core.noop", "on_success": "then"}, {"name": "then", "action": "core.noop"}]}
    alice.post("/packs", json={"ref": "t", "label": "T", "version": "1"})
    alice.post("/workflows", json={"ref": "t.w", "pack_ref": "t", "label": "W", "version": "1", "definition": definition})

    answer = alice.post("/executions/execute", json={"action_ref": "t.w"}, headers={"traceparent": CALLER})
    deliver()

    with session.reading() as tx:
        rows = tx.session.query(Execution).filter_by(parent=answer.json["data"]["id"]).all()
    assert [row.status for row in rows] == ["completed", "completed"]
    assert {row.trace.split("-")[1] for row in rows} == {CALLER.split("-")[1]}


def test_monitors_leave_no_spans(client, traced, collector):
    client.get("/health/ready")
    traced()

    assert collector.spans == {}


def test_without_a_collector_nothing_of_it_is_loaded_and_no_trace_is_stored():
    program = (
        "import sys, tempfile; from app import create_app; import workers.up\n"
        "from app.services import ports\n"
        "create_app(home=tempfile.mkdtemp()).test_client().get('/health')\n"
        "assert ports.current().tracer.columns() == {}\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
