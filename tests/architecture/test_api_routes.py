"""Every REST call declares who may make it, and the OpenAPI document shows them all."""

from __future__ import annotations

import pytest

from app.api import declared_routes
from app.api.openapi import document
from app.api.routes import AUTHENTICATED, PUBLIC, Done, Routes
from app.engine.access import ACTIONS, RESOURCES

PUBLIC_PATHS = ("/health", "/api-spec/", "/docs", "/auth/", "/api/v1/webhooks/", "/api/v1/agent/", "/api/v1/inquiries/links/")


@pytest.mark.parametrize("route", declared_routes(), ids=lambda route: f"{route.method} {route.path}")
def test_every_route_declares_its_rule(route):
    known = {f"{resource}:{action}" for resource in RESOURCES for action in ACTIONS}

    assert route.access in known | {AUTHENTICATED, PUBLIC}
    if route.access == PUBLIC:
        assert route.path.startswith(PUBLIC_PATHS)


def test_a_route_without_a_rule_cannot_be_declared():
    with pytest.raises(TypeError, match="access"):
        Routes("packs").get("/packs", answer=Done())


def test_a_route_with_an_unknown_rule_cannot_be_declared():
    with pytest.raises(ValueError, match="packs:steal"):
        Routes("packs").get("/packs", access="packs:steal", answer=Done())


def test_every_mounted_api_path_is_a_declared_route(tmp_path):
    from app import create_app

    app = create_app(home=str(tmp_path))
    mounted = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}

    assert all(endpoint.startswith("api ") for endpoint in mounted)


def test_every_route_is_described():
    described = document(tuple(declared_routes()))

    assert described["openapi"] == "3.1.0"
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], f"{method} {path} has no docstring"
