"""Limits that keep a hostile or runaway definition from costing more than its own save."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpecLimits:
    """What one workflow document may use. The values come from the settings named beside them.

    Attributes:
        max_text: characters of the text, `ATTUNE_MAX_DEFINITION`.
        max_depth: nesting of lists and mappings in the document.
        max_nodes: values in the document, with everything aliases repeat.
        max_chars: characters of all scalars, with everything aliases repeat.
        max_aliases: uses of an alias.
        max_tasks: tasks with all children, `ATTUNE_MAX_TASKS`.
        max_nesting: containers within containers, `ATTUNE_MAX_NESTING`.
        max_items: items of a literal `with_items`, `ATTUNE_MAX_ITEMS`.
    """

    max_text: int = 1024 * 1024
    max_depth: int = 64
    max_nodes: int = 200_000
    max_chars: int = 8 * 1024 * 1024
    max_aliases: int = 1000
    max_tasks: int = 1000
    max_nesting: int = 10
    max_items: int = 10_000


DEFAULT_LIMITS = SpecLimits()
