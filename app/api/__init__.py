"""The REST interface. `register` mounts it on the application."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Mount every API blueprint."""
