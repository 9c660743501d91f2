"""What a backup says about itself: `manifest.json`, the last file in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from app.engine.errors import BadRequest

FORMAT = 1
NAME = "manifest.json"
Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup.

    Attributes:
        version: of the program that wrote it.
        created: RFC 3339, UTC.
        database: which kind of database it came from; it goes back into the same kind.
        schema: the migration its tables are at.
        home: ATTUNE_HOME it was taken from; paths in the database are below it.
        key: fingerprint of the key that sealed values are encrypted with, so that a wrong one is noticed.
        files: name in the archive -> SHA-256 of its content, links left out.
    """

    version: str
    created: str
    database: Kind
    schema: str
    home: str
    key: str
    files: dict[str, str]
    format: int = FORMAT

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()


def read_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes; BadRequest when they are none, or of a later format."""
    try:
        found: dict[str, Any] = json.loads(data)
        number = int(found["format"])
        if number > FORMAT:
            raise BadRequest(f"The backup has format {number}; this version of Attune reads {FORMAT}. Use the version that wrote it, {found.get('version')}.")
        return Manifest(**found)
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest("The backup's manifest can't be read: it is damaged, or no backup of Attune.") from error


def fingerprint(key: str) -> str:
    """Tells two keys apart and tells nothing about either: they are random and long."""
    return hashlib.sha256(b"attune backup " + key.encode()).hexdigest()[:16]
