"""What the cases may call besides the core pack: scripts of a pack `t`, and keys of the datastore."""

from __future__ import annotations

from typing import Any

_TYPED = {
    "n": {"type": "integer"},
    "x": {"type": "number"},
    "b": {"type": "boolean"},
    "s": {"type": "string"},
    "l": {"type": "array"},
    "o": {"type": "object"},
}

ACTIONS: dict[str, dict[str, Any]] = {
    "say": {"entrypoint": 'printf "%s\\n" "$word"', "param_schema": {"word": {"type": "string"}}},
    "show": {"entrypoint": 'printf "%s" "$json"', "output_format": "json", "param_schema": {"json": {"type": "string"}}},
    "typed": {"entrypoint": "cat", "output_format": "json", "parameter_delivery": "stdin", "parameter_format": "json",
              "param_schema": _TYPED},
    "needy": {"entrypoint": 'printf "%s" "$name"', "param_schema": {"name": {"type": "string", "required": True}}},
    "slow": {"entrypoint": "sleep 30"},
    "half": {"entrypoint": "sleep 0.6"},
    "brief": {"entrypoint": "sleep 0.1"},
    "third": {
        "entrypoint": 'echo x >> "$ATTUNE_ARTIFACTS_DIR/$mark"; n=$(wc -l < "$ATTUNE_ARTIFACTS_DIR/$mark"); echo "{\\"n\\": $n}"; [ "$n" -ge 3 ]',
        "param_schema": {"mark": {"type": "string", "required": True}},
    },
    "login": {
        "entrypoint": 'printf "%s" "$password"',
        "param_schema": {"password": {"type": "string", "secret": True, "required": True}},
    },
}  # fmt: skip

KEYS: list[dict[str, Any]] = [
    {"ref": "plain.value", "name": "plain", "value": "hello", "owner_type": "system"},
    {"ref": "plain.object", "name": "object", "value": {"a": [1, 2]}, "owner_type": "system"},
    {"ref": "plain.trap", "name": "trap", "value": "{{ 7 * 7 }}", "owner_type": "system"},
    {"ref": "vault.token", "name": "token", "value": "hunter2-hunter2", "encrypted": True, "owner_type": "system"},
]
