"""The files of a pack as plain data: what each kind of file may say, and what is wrong with one.

Every `parse_*` returns `(manifest or None, problems)`; None when the file is no mapping at all. A problem of
severity error makes the file unusable. Source: api.md 4 "Rules for reading", 5, 6, 12, 13, 14.
"""

from app.engine.manifests.actions import ActionManifest, parse_action
from app.engine.manifests.packs import PackManifest, parse_pack
from app.engine.manifests.permission_sets import (
    GrantManifest,
    PermissionSetManifest,
    parse_permission_set,
    read_grants,
)
from app.engine.manifests.queues import QueueManifest, parse_queue
from app.engine.manifests.rules import RuleManifest, parse_rule
from app.engine.manifests.runtimes import RuntimeManifest, parse_runtime
from app.engine.manifests.sensors import SensorManifest, parse_sensor
from app.engine.manifests.triggers import TriggerManifest, parse_trigger

__all__ = [
    "ActionManifest",
    "GrantManifest",
    "PackManifest",
    "PermissionSetManifest",
    "QueueManifest",
    "RuleManifest",
    "RuntimeManifest",
    "SensorManifest",
    "TriggerManifest",
    "parse_action",
    "parse_pack",
    "parse_permission_set",
    "parse_queue",
    "parse_rule",
    "parse_runtime",
    "parse_sensor",
    "parse_trigger",
    "read_grants",
]
