"""Live updates as server-sent events (api.md 15)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from flask import Response

from app.api.event_streams import Event, stream
from app.api.requests import Id, Query
from app.api.routes import Raw, Routes
from app.api.v1.execution_logs import ReadLog
from app.engine.access import Caller
from app.queries import logs
from app.queries.changes import ExecutionChanges, RunChanges

routes = Routes("streams")

EVENTS = Raw("text/event-stream")


class WatchExecutions(Query):
    execution_id: Id | None = None


@routes.get("/executions/stream", access="executions:read", answer=EVENTS, token_in_query=True)
def watch_executions(query: WatchExecutions, caller: Caller) -> Response:
    """Every change of status of the executions the caller may read, or of one."""
    changes = ExecutionChanges(by=caller, execution_id=query.execution_id)
    return stream(lambda: [Event(change) for change in changes.look()])


@routes.get("/workflow-executions/{id}/stream", access="executions:read", answer=EVENTS, token_in_query=True)
def watch_run(id: int, caller: Caller) -> Response:
    """Everything about one run: its status, tasks, executions and inquiries."""
    changes = RunChanges(workflow_execution_id=id, by=caller)
    return stream(lambda: [Event(change) for change in changes.look()])


@routes.get("/executions/{id}/logs/{stream_name}/stream", access="executions:read", answer=EVENTS, token_in_query=True)
def watch_log(id: int, stream_name: str, query: ReadLog, caller: Caller) -> Response:
    """Output as it comes: `waiting`, then `content`, `append` …, `done` at the end."""
    log = LogWatch(execution_id=id, stream=stream_name, offset=query.offset, by=caller)
    return stream(log.look)


class LogWatch:
    """Reads one stream of an execution from an offset on.

    Data of `content` and `append`: {content, offset, next_offset}, offsets in bytes; of `waiting` and `done`:
    {offset}. A character is never cut in two.
    """

    def __init__(self, *, execution_id: int, stream: str, offset: int, by: Caller) -> None:
        self._execution, self._stream, self._by = execution_id, stream, by
        self._offset = offset
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._said = ""
        self._read()  # refuses at once what may not be read

    def look(self) -> Iterator[Event]:
        part = self._read()
        while part.content:
            yield self._content(part)
            part = self._read()
        if part.ended:
            yield Event({"offset": self._offset}, "done", last=True)
        elif not self._said:
            self._said = "waiting"
            yield Event({"offset": self._offset}, "waiting")

    def _content(self, part: logs.LogPart) -> Event:
        name = "append" if self._said in ("content", "append") else "content"
        self._said, self._offset = name, part.next_offset
        text = self._decoder.decode(part.content)
        return Event({"content": text, "offset": part.offset, "next_offset": part.next_offset}, name)

    def _read(self) -> logs.LogPart:
        return logs.log_part(execution_id=self._execution, stream=self._stream, by=self._by, offset=self._offset)
