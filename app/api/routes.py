"""The frame of every REST call: declared once, checked in one order, described in the OpenAPI document.

A noun is a file in `app/api/v1/` with one `Routes` object named `routes`; it is mounted by being there:

    routes = Routes("packs")                                   # prefix /api/v1, tag "packs"

    @routes.get("/packs/{ref}", access="packs:read", answer=One(Pack))
    def show_pack(ref: str, caller: Caller) -> Reply:
        '''One pack.'''                                        # first line: summary in the OpenAPI document
        return one(queries.packs.one(ref=ref, by=caller))

    @routes.post("/packs", access="packs:create", answer=One(Pack), status=201)
    def create_pack(body: CreatePack, caller: Caller) -> Reply: ...

What a view may ask for, by the name of its arguments:
    caller           Caller (not on PUBLIC routes)
    body             a `Body` or `Patch` subclass (annotation), read from JSON and checked: 400, 422
    query            a `Query` subclass (annotation), read from the query string: 400
    paging           Paging
    if_match         str | None: the `updated` text of an If-Match header, unquoted
    idempotency_key  str | None, of the header
    body_hash        str: sha256 of the JSON body in canonical form (for idempotency)
    <name>           a {name} of the path; annotated int: positive id, 400 when it is no integer

Access, without which a route cannot be declared:
    "resource:action"   coarse check `caller.admits(resource, action)`, 403; finer checks are the service's
    AUTHENTICATED       any identity
    PUBLIC              nobody is asked

Order of checks (api.md 1.4): 401, path and query 400, JSON 400, body 422, coarse 403, then the view
(409 before 404). A view returns a Reply (envelopes.one, page, done, bare) or a Flask Response (streams, files).
Tests: fixtures `alice` (admin), `bob` (editor), `carol` (executor), `mallory` (nothing) in tests/api/conftest.py.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_type_hints

from flask import Flask, Response, request

from app.api import errors, json_body
from app.api.authentication import caller_of
from app.api.envelopes import Reply, json_response
from app.api.paging import DEFAULT_SIZE, read_paging
from app.api.requests import LARGEST_ID, Body, Query
from app.engine.access import ACTIONS, RESOURCES, Caller
from app.engine.errors import BadRequest, Forbidden, NotFound
from app.services import ports

AUTHENTICATED = "authenticated"
PUBLIC = "public"
STRANGERS_BODY = 1024 * 1024
_PATH_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class One:
    """`{"data": model}`. `model`: a type pydantic can describe (an Answer class, list[...], Any)."""

    model: Any


@dataclass(frozen=True, slots=True)
class Page:
    """`{"items": [model], "pagination": {...}}`."""

    model: Any


@dataclass(frozen=True, slots=True)
class Done:
    """`{"success": true, "message": text}`."""


@dataclass(frozen=True, slots=True)
class Bare:
    """The model without envelope."""

    model: Any


@dataclass(frozen=True, slots=True)
class Raw:
    """Not JSON: a stream, a file, a redirect."""

    media_type: str


AnswerShape = One | Page | Done | Bare | Raw


@dataclass(frozen=True, eq=False)
class Route:
    """One declared call. `path` in the form of the contract: `/api/v1/packs/{ref}`."""

    tag: str
    method: str
    path: str
    view: Callable[..., Any]
    access: str
    answer: AnswerShape
    status: int = 200
    page_size: int = DEFAULT_SIZE
    token_in_query: bool = False
    hidden: bool = False  # an alias: served, but not in the OpenAPI document
    also: dict[int, AnswerShape] = field(default_factory=dict)  # further good answers, by status
    largest_body: int | None = None  # bytes; else ATTUNE_MAX_BODY, for PUBLIC calls 1 MiB
    form: dict[str, Any] | None = None  # JSON Schema properties of a multipart body, which the view reads itself

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What the view asks for: argument name -> annotation."""
        hints = get_type_hints(self.view)
        return {name: hints.get(name, str) for name in inspect.signature(self.view).parameters}

    @cached_property
    def path_names(self) -> list[str]:
        return _PATH_NAME.findall(self.path)

    @property
    def body_model(self) -> type[Body] | None:
        return self.arguments.get("body")

    @property
    def query_model(self) -> type[Query] | None:
        return self.arguments.get("query")

    @property
    def grant(self) -> tuple[str, str] | None:
        """(resource, action) of the access rule, None when it names none."""
        resource, _, action = self.access.partition(":")
        return (resource, action) if action else None


class Routes:
    """The calls of one noun."""

    def __init__(self, tag: str, *, prefix: str = "/api/v1") -> None:
        self.tag = tag
        self.prefix = prefix
        self.declared: list[Route] = []

    def get(self, path: str, **declaration: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self.route("GET", path, **declaration)

    def post(self, path: str, **declaration: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self.route("POST", path, **declaration)

    def put(self, path: str, **declaration: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self.route("PUT", path, **declaration)

    def delete(self, path: str, **declaration: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self.route("DELETE", path, **declaration)

    def route(
        self, method: str, path: str, *, access: str, answer: AnswerShape, **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a call; `more` as the other fields of Route. The view itself stays a plain function."""
        _check_access(access, method, path)

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            route = Route(self.tag, method, self.prefix + path, view, access, answer, **more)
            _check_arguments(route)
            self.declared.append(route)
            return view

        return declare

    def mount(self, app: Flask) -> None:
        for route in self.declared:
            app.add_url_rule(
                _PATH_NAME.sub(r"<\1>", route.path),
                endpoint=f"api {route.method} {route.path}".replace(".", "_"),
                view_func=_view_function(route),
                methods=[route.method],
                strict_slashes=False,
            )


def _check_access(access: str, method: str, path: str) -> None:
    resource, _, action = access.partition(":")
    if access not in (AUTHENTICATED, PUBLIC) and not (resource in RESOURCES and action in ACTIONS):
        raise ValueError(f"{method} {path} declares the access rule '{access}', which is none (see app/api/routes.py)")


def _check_arguments(route: Route) -> None:
    known = {"caller", "body", "query", "paging", "if_match", "idempotency_key", "body_hash", *route.path_names}
    odd = set(route.arguments) - known
    if odd or (route.access == PUBLIC and "caller" in route.arguments):
        raise ValueError(f"The view of {route.method} {route.path} asks for {sorted(odd) or 'a caller'}, which it cannot get")


def _view_function(route: Route) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        try:
            return _answer(route, path)
        except Exception as error:
            return errors.respond(error)

    return view


def _answer(route: Route, path: dict[str, str]) -> Response:
    request.max_content_length = _body_limit(route)
    caller = None if route.access == PUBLIC else caller_of(request, token_in_query=route.token_in_query)
    values = _path_values(route, path)
    values.update(_asked_for(route))
    if caller is not None:
        _require(route, caller)
        values["caller"] = caller
    if _beyond(route, values):
        raise NotFound("There is nothing at this address.")
    reply = route.view(**{name: values[name] for name in route.arguments})
    return reply if isinstance(reply, Response) else _response(route, reply)


def _body_limit(route: Route) -> int:
    settings = ports.settings()
    if route.form:  # an upload, which the view reads itself
        return settings.max_pack_archive + 1024 * 1024
    return min(settings.max_body, route.largest_body or (STRANGERS_BODY if route.access == PUBLIC else settings.max_body))


def _require(route: Route, caller: Caller) -> None:
    if route.grant and not caller.admits(*route.grant):
        raise Forbidden(f"{caller.login} is not permitted to do this: it takes the right {route.access}.")


def _path_values(route: Route, path: dict[str, str]) -> dict[str, Any]:
    """Ids become integers; 0 stands for one that is well-formed but can exist in no table."""
    return {n: _id(n, text) if route.arguments.get(n) is int else text for n, text in path.items()}


def _id(name: str, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,400}", text, re.ASCII):
        raise BadRequest(f"'{text[:40]}' is no {name}: ids are integers.")
    number = int(text)
    return number if 1 <= number <= LARGEST_ID else 0


def _beyond(route: Route, values: dict[str, Any]) -> bool:
    return any(values[name] == 0 for name in route.path_names if route.arguments.get(name) is int)


def _asked_for(route: Route) -> dict[str, Any]:
    wanted = route.arguments
    values: dict[str, Any] = {}
    if any("\0" in str(text) for text in (request.view_args or {}).values()):
        raise NotFound("There is nothing at this address.")
    if route.query_model:
        values["query"] = route.query_model.read(request.args.to_dict())
    if "paging" in wanted:
        values["paging"] = read_paging(request.args, default_size=route.page_size)
    if route.body_model:
        document = json_body.parse(request.get_data(cache=True))
        values["body"] = route.body_model.read(document)
        values["body_hash"] = _hash(document)
    elif "body_hash" in wanted:
        values["body_hash"] = _hash(json_body.parse(request.get_data(cache=True)))
    values["if_match"] = _if_match()
    values["idempotency_key"] = _idempotency_key()
    return values


def _hash(document: Any) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _if_match() -> str | None:
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    return text if text not in ("", "*") else None


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 255:
        raise BadRequest("An Idempotency-Key has at most 255 characters.")
    return key or None


def _response(route: Route, reply: Reply) -> Response:
    return json_response(reply.body, reply.status or route.status, headers=reply.headers)
