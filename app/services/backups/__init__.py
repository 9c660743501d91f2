"""Backups of a whole server in one file: database, packs, secrets (docs/howto/back-up.md)."""

from __future__ import annotations

from app.services.backups.manifest import Manifest
from app.services.backups.restoring import restore_backup
from app.services.backups.writing import write_backup

__all__ = ["Manifest", "restore_backup", "write_backup"]
