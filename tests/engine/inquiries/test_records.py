"""The record of a closed inquiry can be checked afterwards."""

from __future__ import annotations

from app.engine.inquiries.records import is_intact, seal

BODY = {"inquiry": 1, "prompt": "Füße?", "response": {"approved": True}}


def test_a_sealed_record_is_intact() -> None:
    assert is_intact(seal(BODY, previous=None))


def test_any_change_shows() -> None:
    record = seal(BODY, previous="sha256:00")

    assert not is_intact({**record, "response": {"approved": False}})
    assert not is_intact({**record, "previous": None})


def test_the_digest_covers_the_record_before() -> None:
    assert seal(BODY, previous="sha256:00")["digest"] != seal(BODY, previous="sha256:01")["digest"]


def test_the_order_of_keys_does_not_matter() -> None:
    assert seal(BODY, previous=None)["digest"] == seal(dict(reversed(BODY.items())), previous=None)["digest"]
