"""An independent client of the REST contract: it knows addresses and shapes, nothing of the server's code."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx

from tests.contract import shapes

_numbers = count(1)


def fresh(stem: str) -> str:
    """A name nobody has used yet in this server."""
    return f"{stem}{next(_numbers)}"


class Person:
    """Somebody who talks to the server, with or without a token."""

    def __init__(self, address: str, login: str = "", identity: int = 0) -> None:
        self.http = httpx.Client(base_url=address, timeout=30)
        self.login, self.id, self.tokens = login, identity, {}

    def sign_in(self, password: str) -> Person:
        self.take(self.data("POST", "/auth/login", json={"login": self.login, "password": password}))
        return self

    def take(self, tokens: dict[str, Any]) -> None:
        self.tokens, self.id, self.login = tokens, tokens["user"]["id"], tokens["user"]["login"]
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        address = path if path.startswith(("/auth", "/health", "/api", "/docs", "/ws")) else f"/api/v1{path}"
        return self.http.request(method, address, **more)

    def json(self, method: str, path: str, *, status: int = 200, **more: Any) -> Any:
        """The JSON of an answer with that status."""
        answer = self.call(method, path, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:600]}"
        return answer.json()

    def data(self, method: str, path: str, *, status: int = 200, shape: Any = shapes.ANY, **more: Any) -> Any:
        """What lies in the `data` envelope, held against a shape."""
        document = self.json(method, path, status=status, **more)
        assert set(document) <= {"data", "message"} and "data" in document, f"{method} {path}: {document}"
        fits(document["data"], shape)
        return document["data"]

    def page(self, path: str, *, shape: Any = shapes.ANY, totals: bool = True, **params: Any) -> dict[str, Any]:
        """A whole list answer: items and pagination, both held against their shapes."""
        document = self.json("GET", path, params=params)
        envelope = {"items": [shape], "pagination": shapes.TOTALS if totals else shapes.PAGINATION}
        fits(document, envelope)
        return document

    def items(self, path: str, **more: Any) -> list[Any]:
        return self.page(path, **more)["items"]

    def refused(self, method: str, path: str, status: int, **more: Any) -> dict[str, Any]:
        """The body of an error, which always has the one form."""
        document = self.json(method, path, status=status, **more)
        fits(document, shapes.ERROR)
        assert document["code"] == CODES[status]
        assert document["error"] == document["message"] != ""
        return document

    def done(self, method: str, path: str, **more: Any) -> None:
        """A call that answers {"success": true, "message": text}."""
        fits(self.json(method, path, **more), {"success": {True}, "message": str})

    # what most tests do

    def action(self, script: str, *, pack: str = "core", **more: Any) -> str:
        """A new ad-hoc action with an inline script; its ref."""
        ref = f"{pack}.{fresh('script')}"
        body = {"ref": ref, "pack_ref": pack, "label": ref, "entrypoint": script, "runtime_ref": "core.shell", **more}
        return str(self.data("POST", "/actions", status=201, json=body, shape=shapes.ACTION)["ref"])

    def workflow(self, tasks: list[dict[str, Any]], *, pack: str = "core", **definition: Any) -> str:
        """A new workflow of these tasks; its ref."""
        ref = f"{pack}.{fresh('flow')}"
        body = {"ref": ref, "pack_ref": pack, "label": ref, "version": "1.0.0"}
        outer = {key: definition.pop(key) for key in ("param_schema", "out_schema", "tags") if key in definition}
        body |= {"definition": {"tasks": tasks, **definition}, **outer}
        return str(self.data("POST", "/workflows", status=201, json=body, shape=shapes.WORKFLOW)["ref"])

    def start(self, ref: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        body = {"action_ref": ref, "parameters": parameters or {}, **more}
        return self.data("POST", "/executions/execute", status=201, json=body, shape=shapes.EXECUTION)

    def run(self, ref: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Start and wait for the end."""
        return self.ended(self.start(ref, parameters, **more)["id"])

    def ended(self, execution: int) -> dict[str, Any]:
        return self.until(
            lambda: self.data("GET", f"/executions/{execution}", shape=shapes.EXECUTION),
            lambda found: found["status"] in shapes.TERMINAL,
        )

    def until(self, read: Callable[[], Any], holds: Callable[[Any], Any], timeout_s: float = 20) -> Any:
        """Poll until a condition holds; the value for which it does."""
        deadline = time.monotonic() + timeout_s
        while not holds(found := read()):
            assert time.monotonic() < deadline, f"did not happen within {timeout_s} s; last: {found}"
            time.sleep(0.05)
        return found

    def children(self, execution: int) -> list[dict[str, Any]]:
        return self.items(f"/executions/{execution}/children", shape=shapes.EXECUTION_SUMMARY, totals=False)

    def pending(self, execution: int) -> dict[str, Any]:
        """The one pending inquiry of a run started as `execution`."""
        asked = self.until(lambda: self.children(execution), lambda rows: rows and rows[0]["status"] == "running")
        [question] = self.items(f"/executions/{asked[0]['id']}/inquiries", shape=shapes.INQUIRY_SUMMARY)
        return self.data("GET", f"/inquiries/{question['id']}", shape=shapes.INQUIRY)


CODES = {
    400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT",
    422: "VALIDATION_ERROR", 429: "TOO_MANY_REQUESTS", 501: "NOT_IMPLEMENTED", 500: "INTERNAL_SERVER_ERROR",
}  # fmt: skip


def fits(value: Any, shape: Any) -> None:
    found = shapes.differences(value, shape)
    assert not found, "\n".join(found)


def archive(files: dict[str, str]) -> bytes:
    """A tar.gz of texts."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o755
            tar.addfile(entry, io.BytesIO(text.encode()))
    return held.getvalue()
