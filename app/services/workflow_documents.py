"""Workflow texts that were read lately: the editor sends the text it got a moment ago, and it need not be read again."""

from __future__ import annotations

import hashlib

from app.engine.recent import Recent
from app.engine.spec.document import load
from app.engine.spec.limits import SpecLimits
from app.engine.spec.source import Document

_KEPT_BYTES = 16 * 1024 * 1024
_BYTES_PER_CHARACTER = 64  # of a document in memory: two marks with their paths for about every ten characters
_documents: Recent[tuple[bytes, SpecLimits], Document] = Recent(_KEPT_BYTES)


def digest(encoded: bytes) -> bytes:
    """What tells one text from every other."""
    return hashlib.sha256(encoded).digest()


def read(text: str, key: bytes, limits: SpecLimits) -> Document:
    """The document of a text whose digest is `key`. It is shared: nobody changes it."""
    return _documents.get((key, limits)) or keep(load(text, limits=limits), key, limits)


def keep(document: Document, key: bytes, limits: SpecLimits) -> Document:
    """Remember a document by the digest of its text. Gives the document back."""
    weight = 4_096 + _BYTES_PER_CHARACTER * len(document.text or "")
    return _documents.put((key, limits), document, weight=weight)
