"""The REST client of the commands: address, token, refresh, error answers in words."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx

from app import __version__
from app.cli import credentials
from app.cli.errors import CommandFailed, ServerRefused, Unreachable

DEFAULT_SERVER = "http://127.0.0.1:8000"
TIMEOUT_S = 30.0
PAGE = 1000  # the largest the API gives at once


class Api:
    """One server as one identity sees it.

    The token comes from ATTUNE_TOKEN, else from `attune login`; the latter is refreshed when it has expired.
    """

    def __init__(self, server: str | None = None) -> None:
        self.server = _address(server or os.environ.get("ATTUNE_URL") or DEFAULT_SERVER)
        self._given = os.environ.get("ATTUNE_TOKEN")
        self._kept = {} if self._given else credentials.load(self.server)
        self._http = httpx.Client(
            base_url=self.server,
            timeout=TIMEOUT_S,
            follow_redirects=False,  # a token goes to the server it is for, and nowhere else
            headers={"User-Agent": f"attune/{__version__}", "Accept": "application/json"},
        )

    @property
    def signed_in_as(self) -> str | None:
        return self._kept.get("login")

    def get(self, path: str, **query: Any) -> Any:
        """`data` of an answer, or the bare value."""
        return _data(self._send("GET", path, params=query))

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return _data(self._send("POST", path, json={} if body is None else body, **more))

    def start(self, path: str, body: Any) -> Any:
        """POST something that starts a run; a repeat after a lost answer starts nothing twice."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        try:
            return self.post(path, body, headers=headers)
        except Unreachable:
            return self.post(path, body, headers=headers)

    def upload(self, path: str, *, file: tuple[str, Any, str], fields: dict[str, str]) -> Any:
        """POST a multipart form with the file field `pack`."""
        return _data(self._send("POST", path, files={"pack": file}, data=fields, timeout=300.0))

    def delete(self, path: str) -> Any:
        return _data(self._send("DELETE", path))

    def text(self, path: str, **query: Any) -> httpx.Response:
        """An answer that is no JSON, with its headers."""
        return self._send("GET", path, params=query)

    def page(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of one page."""
        items: list[dict[str, Any]] = self._send("GET", path, params=query).json()["items"]
        return items

    def every(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Rows of all pages."""
        number, more = 1, True
        while more:
            answer = self._send("GET", path, params={**query, "page_size": PAGE, "page": number}).json()
            yield from answer["items"]
            number, more = number + 1, answer["pagination"]["has_next"]

    def sign_in(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for tokens and keep them; the user they are for."""
        tokens = _data(self._checked(self._http_call("POST", path, json=body)))
        self._keep(tokens)
        user: dict[str, Any] = tokens["user"]
        return user

    def sign_out(self) -> bool:
        """Revoke and forget the tokens of this server; whether there were any."""
        if self._kept:
            with suppress(CommandFailed):  # an expired session needs no revoking; the file is what matters here
                self.post("/auth/logout")
        with credentials.locked():
            return credentials.forget(self.server)

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self._http_call(method, path, **more)
        if answer.status_code == 401 and self._refresh():
            answer = self._http_call(method, path, **more)
        return self._checked(answer)

    def _http_call(self, method: str, path: str, **more: Any) -> httpx.Response:
        token = self._given or self._kept.get("access_token")
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        if "params" in more:
            more["params"] = {name: _text(v) for name, v in more["params"].items() if v is not None}
        try:
            return self._http.request(method, _below(path), headers=headers, **more)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.TransportError) -> Unreachable:
        why = "it did not answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__
        hint = "Start one with `attune up`, or name it with --server or ATTUNE_URL."
        return Unreachable(f"The server {self.server} can't be reached: {why}.", hint=hint)

    def _refresh(self) -> bool:
        """Get new tokens for an expired one; whether that worked."""
        used = self._kept.get("refresh_token")
        if not used:
            return False
        with credentials.locked():
            kept = credentials.load(self.server)
            if kept.get("refresh_token") not in (None, used):
                self._kept = kept  # another process was faster
                return True
            answer = self._http_call("POST", "/auth/refresh", json={"refresh_token": used})
            if answer.status_code != 200:
                return False
            self._store(_data(answer))
        return True

    def _keep(self, tokens: dict[str, Any]) -> None:
        with credentials.locked():
            self._store(tokens)

    def _store(self, tokens: dict[str, Any]) -> None:
        kept = {name: tokens[name] for name in ("access_token", "refresh_token")}
        self._kept = {"login": tokens["user"]["login"], **kept}
        credentials.save(self.server, self._kept)

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code < 300:
            return answer
        raise self._refusal(answer)

    def _refusal(self, answer: httpx.Response) -> ServerRefused:
        try:
            said = answer.json()
            message, details = str(said["error"]), said.get("details")
        except (ValueError, KeyError, TypeError):
            message = f"{self.server} answered {answer.status_code} {answer.reason_phrase}; is that an Attune server?"
            details = None
        return ServerRefused(message, status=answer.status_code, hint=self._way_out(answer.status_code), details=details)

    def _way_out(self, status: int) -> str | None:
        if status == 401:
            given = "The token in ATTUNE_TOKEN is not good (any more)." if self._given else "Sign in with `attune login`."
            return f"{given} Server: {self.server}"
        if status == 403 and self.signed_in_as:
            return f"You are signed in as {self.signed_in_as}; `attune login` changes that."
        return None


def ref(text: str) -> str:
    """A ref as one segment of a path."""
    return quote(text, safe="")


def _address(text: str) -> str:
    address = text.rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise CommandFailed(f"'{text}' is no server address.", hint="It looks like http://127.0.0.1:8000.")
    return address


def _below(path: str) -> str:
    return path if path.startswith(("/auth", "/health")) else f"/api/v1{path}"


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _data(answer: httpx.Response) -> Any:
    said = answer.json() if answer.content else {}
    return said["data"] if isinstance(said, dict) and "data" in said else said
