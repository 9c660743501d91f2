"""The reference names everything an author can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.expressions import DEFAULT_LIMITS, expression_names
from app.settings import Settings

REFERENCE = (Path(__file__).parents[3] / "docs/reference/expressions.md").read_text()


@pytest.mark.parametrize("entry", expression_names(), ids=lambda e: f"{e.kind}-{e.name}")
def test_everything_that_can_be_written_is_in_the_reference(entry):
    assert f"`{entry.signature}`".replace("|", "\\|") in REFERENCE or f"`{entry.name}" in REFERENCE


def test_the_default_limits_are_those_of_the_settings():
    settings = Settings()

    assert DEFAULT_LIMITS.source_chars == settings.max_expression_source
    assert DEFAULT_LIMITS.output_chars == settings.max_expression_output
    assert DEFAULT_LIMITS.seconds == settings.max_expression_seconds
