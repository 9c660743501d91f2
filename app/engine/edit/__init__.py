"""Edits of workflow texts that change only the bytes that must change (api.md 7.1)."""

from app.engine.edit.changes import Change
from app.engine.edit.edit import Edited, edit

__all__ = ["Change", "Edited", "edit"]
