"""Attune. `create_app` builds the Flask application; everything else is imported by it, lazily, so that
`import app.engine` loads neither Flask nor SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """The web application of one process, with its database, ports and blueprints set up.

    Args:
        settings: default is the environment's.
        overrides: single settings by name, for tests.
    """
    from app.boot import build_app

    return build_app(settings, **overrides)
