"""The YAML files of a pack besides its workflows: pack.yaml and the files of its components.

Each `parse_...` returns the manifest, or None when the file can't be used, and every problem with its place.
Source: api.md 4 "Rules for reading".
"""

from app.engine.manifests.actions import ActionManifest, parse_action
from app.engine.manifests.packs import PackManifest, parse_pack
from app.engine.manifests.permissions import PermissionSetManifest, parse_permission_set
from app.engine.manifests.runtimes import RuntimeManifest, parse_runtime
from app.engine.manifests.wiring import (
    RuleManifest,
    TriggerManifest,
    WiredManifest,
    parse_queue,
    parse_rule,
    parse_sensor,
    parse_trigger,
)

__all__ = [
    "ActionManifest",
    "PackManifest",
    "PermissionSetManifest",
    "RuleManifest",
    "RuntimeManifest",
    "TriggerManifest",
    "WiredManifest",
    "parse_action",
    "parse_pack",
    "parse_permission_set",
    "parse_queue",
    "parse_rule",
    "parse_runtime",
    "parse_sensor",
    "parse_trigger",
]
