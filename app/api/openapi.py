"""The OpenAPI 3.1 document, made from what the routes declare."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from app import __version__
from app.api.errors import CODES
from app.api.paging import LARGEST_SIZE
from app.api.requests import LARGEST_ID
from app.api.routes import AUTHENTICATED, PUBLIC, AnswerShape, Bare, Done, One, Page, Raw, Route

_REFS = "#/components/schemas/{model}"

_ERROR = {
    "type": "object",
    "required": ["error", "code", "message"],
    "properties": {
        "error": {"type": "string"},
        "code": {"type": "string", "enum": sorted(set(CODES.values()))},
        "message": {"type": "string"},
        "details": {},
    },
}
_PAGINATION = {
    "type": "object",
    "required": ["page", "page_size", "has_previous", "has_next"],
    "properties": {
        "page": {"type": "integer"},
        "page_size": {"type": "integer"},
        "total_items": {"type": "integer"},
        "total_pages": {"type": "integer"},
        "has_previous": {"type": "boolean"},
        "has_next": {"type": "boolean"},
    },
}
REFUSALS = (400, 401, 403, 404, 409, 413, 422, 429, 501, 503)
_DONE = {
    "type": "object",
    "required": ["success", "message"],
    "properties": {"success": {"type": "boolean"}, "message": {"type": "string"}},
}


@cache
def document(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The whole document. Aliases (`hidden`) are left out."""
    schemas: dict[str, Any] = {"Error": _ERROR, "Pagination": _PAGINATION, "Done": _DONE}
    paths: dict[str, Any] = {}
    for route in routes:
        if not route.hidden:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Attune", "version": __version__, "description": "Workflow automation over HTTP."},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "tags": [{"name": tag} for tag in sorted({route.tag for route in routes})],
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.tag}.{route.view.__name__}",
        "tags": [route.tag],
        **_texts(route),
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas), *_header_parameters(route)],
        "responses": _responses(route, schemas),
        "security": [] if route.access == PUBLIC else [{"bearer": []}],
        "x-access": route.access,
    }
    if route.form:
        form = {"type": "object", "properties": route.form}
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    if route.body_model:
        operation["requestBody"] = {
            "required": any(info.is_required() for info in route.body_model.model_fields.values()),
            "content": {"application/json": {"schema": _schema(route.body_model, schemas, mode="validation")}},
        }
    return operation


def _texts(route: Route) -> dict[str, str]:
    summary, _, rest = inspect.getdoc(route.view).partition("\n") if route.view.__doc__ else ("", "", "")
    right = {PUBLIC: "No token needed.", AUTHENTICATED: "Any identity."}.get(route.access, f"Takes `{route.access}`.")
    return {"summary": summary.strip().rstrip("."), "description": f"{rest.strip()}\n\n{right}".strip()}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    whole = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    text = {"type": "string", "minLength": 1, "pattern": "^[^/\\\\?#]+$"}
    return [
        {"name": n, "in": "path", "required": True, "schema": whole if route.arguments.get(n) is int else text}
        for n in route.path_names
    ]


def _query_parameters(route: Route, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = []
    if route.query_model:
        schema = _schema(route.query_model, schemas, mode="validation", inline=True)
        described += [{"name": name, "in": "query", "schema": s} for name, s in schema.get("properties", {}).items()]
    if "paging" in route.arguments:
        size = {"type": "integer", "maximum": LARGEST_SIZE, "default": route.page_size}
        described += [
            {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
            {"name": "page_size", "in": "query", "schema": size, "description": "Also `per_page` or `limit`."},
            {"name": "offset", "in": "query", "schema": {"type": "integer"}, "description": "Instead of `page`."},
        ]
    return described


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    headers = {"if_match": "If-Match", "idempotency_key": "Idempotency-Key"}
    text = {"type": "string", "maxLength": 255}
    return [
        {"name": header, "in": "header", "schema": text} for name, header in headers.items() if name in route.arguments
    ]


def _responses(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    good = {route.status: route.answer, **route.also}
    responses = {str(status): _answer(shape, schemas) for status, shape in good.items()}
    for status in REFUSALS:
        responses.setdefault(str(status), _refusal(status))
    return dict(sorted(responses.items()))


def _refusal(status: int) -> dict[str, Any]:
    words = CODES[status].replace("_", " ").capitalize()
    return {"description": words, "content": {"application/json": {"schema": {"$ref": _REFS.format(model="Error")}}}}


def _answer(shape: AnswerShape, schemas: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, Raw):
        return {"description": "OK", "content": {shape.media_type: {"schema": {"type": "string"}}}}
    return {"description": "OK", "content": {"application/json": {"schema": _envelope(shape, schemas)}}}


def _envelope(shape: AnswerShape, schemas: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, Done | Raw):
        return {"$ref": _REFS.format(model="Done")}
    inner = _schema(shape.model, schemas, mode="serialization")
    if isinstance(shape, Bare):
        return inner
    if isinstance(shape, One):
        properties = {"data": inner, "message": {"type": "string"}}
        return {"type": "object", "required": ["data"], "properties": properties}
    assert isinstance(shape, Page)
    listed = {"items": {"type": "array", "items": inner}, "pagination": {"$ref": _REFS.format(model="Pagination")}}
    return {"type": "object", "required": ["items", "pagination"], "properties": listed}


def _schema(model: Any, schemas: dict[str, Any], *, mode: Any, inline: bool = False) -> dict[str, Any]:
    """A reference to the model's schema, which is added to `schemas` with all it needs; or the schema itself."""
    schema = TypeAdapter(model).json_schema(ref_template=_REFS, mode=mode, schema_generator=GenerateJsonSchema)
    schemas.update(schema.pop("$defs", {}))
    name = schema.get("title") if schema.get("type") == "object" and "properties" in schema else None
    if inline or not name or not re.fullmatch(r"\w+", name):
        return schema
    schemas[name] = schema
    return {"$ref": _REFS.format(model=name)}
