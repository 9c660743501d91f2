"""The actions the tests know: those of the core pack, as it ships."""

from __future__ import annotations

from pathlib import Path

import yaml

from app.engine.spec.catalog import ActionInfo, ActionList

_CORE = Path(__file__).parents[3] / "packs" / "core" / "actions"
CATALOG = ActionList(
    ActionInfo(found["ref"], found.get("parameters"), found.get("output"))
    for found in (yaml.safe_load(file.read_text("utf-8")) for file in sorted(_CORE.glob("*.yaml")))
)
