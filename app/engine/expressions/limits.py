"""What one expression may cost. Every number can be raised by whoever compiles; the defaults follow the settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one template, kept when it is compiled and each time it is rendered.

    Attributes:
        source_chars: length of the text (ATTUNE_MAX_EXPRESSION_SOURCE).
        output_chars: length of any text made on the way, and of a template's output (ATTUNE_MAX_EXPRESSION_OUTPUT).
        seconds: time of one rendering (ATTUNE_MAX_EXPRESSION_SECONDS).
        length: entries of any list made on the way; iterations of all loops together.
        nodes: values inside one result, nested ones counted.
        value_chars: characters of all texts inside one result (data that is passed on may be long).
        made_chars, made_entries: of all texts and lists made during one rendering, together: bounds its memory.
        integer_bits: size of whole numbers.
        depth: nesting of an expression, and of a value.
        syntax_nodes: size of the syntax tree.
        pattern_chars: length of a pattern of `match`.
    """

    source_chars: int = 64 * 1024
    output_chars: int = 1024 * 1024
    seconds: float = 2.0
    length: int = 100_000
    nodes: int = 2_000_000
    value_chars: int = 16 * 1024 * 1024
    made_chars: int = 64 * 1024 * 1024
    made_entries: int = 4_000_000
    integer_bits: int = 4096
    depth: int = 80
    syntax_nodes: int = 20_000
    pattern_chars: int = 1000


DEFAULT_LIMITS = Limits()
