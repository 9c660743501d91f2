"""Words that say which state a page shows. Only who was shown it could have been given the word, so a poll asks for nothing else."""

from __future__ import annotations

import hashlib
import zlib

from flask import current_app

from app.web import signed_in


def sealed(state: str) -> str:
    """The word for a state, as the person of this request gets it."""
    told = f"{signed_in.identity_of_session()} {state}"
    return hashlib.blake2b(told.encode(), key=current_app.config["SECRET_KEY"].encode()[:64], digest_size=9).hexdigest()


def ahead(place: str) -> float:
    """By which part of a step the clocks of this page go before others', from 0 to below 1.

    So pages that were opened together, or show what began together, are not drawn anew in the same second.
    """
    return zlib.crc32(f"{signed_in.identity_of_session()} {place}".encode()) / 2**32
