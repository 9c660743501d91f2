"""What the tables of edits share: texts of both dialects, and an edit that shows what changed."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.edit import edit
from app.engine.errors import EditRefused

NEXT = """\
ref: ship.voyage
version: 1.0.0

tasks:
  # takes the crates on board
  - name: load
    action: ship.load  # slow
    next:
      - when: succeeded()
        do: sail

  - name: sail
    action: core.echo
    input:
      message: "{{ task.load.result }}"
"""

CLASSIC = """\
ref: ship.voyage
version: 1.0.0

tasks:
- name: load
  action: ship.load
  on_success: sail
  on_failure: [unload, fail]
- name: sail
  action: core.echo
  decision:
  - when: vars.far > 3
    next: load
  - default: unload
- name: unload
  action: core.noop
"""


def edited(text: str, op: str, **keys: Any) -> str:
    """The text after an operation; `source` and `target` stand for `from` and `to`."""
    names = {"source": "from", "target": "to"}
    return edit(text, {"op": op, **{names.get(key, key): value for key, value in keys.items()}}).text


def refusal(text: str, op: str, **keys: Any) -> str:
    """Why an operation is refused."""
    with pytest.raises(EditRefused) as refused:
        edited(text, op, **keys)
    return str(refused.value)
