"""Puts a process together: settings, database, ports, blueprints. Called by create_app and by the workers."""

from __future__ import annotations

import gc
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask

from app import faults
from app.engine.graph import svg
from app.persistence import session
from app.persistence.db import make_engine
from app.services import ports
from app.services.tracing import tracer_for
from app.settings import Settings

PUBLISHED_PASSWORD = "TestPass123!"  # noqa: S105 - of the development profile, published on purpose (api.md 2)
ROOT = Path(__file__).resolve().parent.parent
_COLLECTED_AFTER = (10_000, 10, 20)  # new objects, young collections, middle ones


def prepare_settings(settings: Settings | None = None, **overrides: Any) -> Settings:
    """Settings with every secret filled in: from the environment, else generated once and kept in ATTUNE_HOME."""
    settings = replace(settings or Settings.from_env(), **overrides)
    if settings.production and not (settings.jwt_secret and settings.admin_password and settings.encryption_key):
        raise SystemExit(
            "The production profile needs JWT_SECRET, ATTUNE_ENCRYPTION_KEY and ATTUNE_ADMIN_PASSWORD set explicitly."
        )
    if settings.profile == "development" and not settings.admin_password:
        login = "test@attune.local" if settings.admin_login == "admin" else settings.admin_login
        settings = replace(settings, admin_login=login, admin_password=PUBLISHED_PASSWORD)
    settings.home_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return replace(
        settings,
        jwt_secret=settings.jwt_secret or _kept(settings, "jwt-secret", lambda: secrets.token_urlsafe(48)),
        admin_password=settings.admin_password or _kept(settings, "admin-password", lambda: secrets.token_urlsafe(12)),
        encryption_key=settings.encryption_key or _kept(settings, "encryption-key", lambda: Fernet.generate_key().decode()),
    )


def connect(settings: Settings, *, dispatcher: ports.Dispatcher | None = None) -> session.Database:
    """Make this process's database and ports current."""
    database = session.Database(make_engine(settings.database, idle_s=settings.lease_s))
    session.use(database)
    ports.use(
        ports.Ports(
            settings=settings,
            sealer=ports.Sealer(settings.encryption_key),
            dispatcher=dispatcher or ports.NoDispatcher(),
        )
    )
    return database


def build_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """See app.create_app."""
    from app import api, web

    settings = prepare_settings(settings, **overrides)
    faults.arm(settings.faults)
    connect(settings)
    ports.current().tracer = tracer_for(settings)
    app = Flask("app", template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.jwt_secret,
        SQLALCHEMY_DATABASE_URI=settings.database,
        MAX_CONTENT_LENGTH=settings.max_pack_archive + 1024 * 1024,
        ATTUNE=settings,
    )
    api.register(app)
    web.register(app)
    return app


def settle() -> None:
    """Call once when a process has started: what exists by now stays, so the collector needn't go through it again.

    A full collection took 120 ms with the modules of a server in it, in the middle of some request. Reading a workflow text of
    700 lines makes 10,000 objects that stay for a while: with Python's own thresholds that was eleven collections, a quarter of
    the request's time, to find 200 objects in cycles.
    """
    svg.prepare()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)


def _kept(settings: Settings, name: str, make: Any) -> str:
    path = settings.home_path / name
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text().strip()
