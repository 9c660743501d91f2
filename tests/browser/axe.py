"""What axe has to say against a page as it is shown now: the rules of WCAG 2.2, levels A and AA."""

from __future__ import annotations

from typing import Any

import pytest

# Of what is in order only a word comes back: all of it would take longer to send than to find.
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


def violations(page: Any, *, within: dict[str, Any] | None = None) -> dict[str, list[str]]:
    """Rule -> the first elements that break it. `within`: axe's own `include` and `exclude`."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, context=within, options=OPTIONS).response["violations"]
    return {rule["id"]: [node["html"][:200] for node in rule["nodes"][:4]] for rule in found}
