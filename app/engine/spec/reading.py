"""Text that is known to be text and not too large, as a document: the event stream goes through the builder."""

from __future__ import annotations

from typing import Any

import yaml

from app.engine.spec.builder import Builder, Stopped
from app.engine.spec.limits import SpecLimits
from app.engine.spec.source import Document
from app.engine.spec.syntax import syntax_problem

EVENTS: Any = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # only ever asked for events: nothing is constructed


def read_text(text: str, limits: SpecLimits) -> Document:
    """The document; whatever is wrong with the text is among its problems."""
    builder = Builder(text, limits)
    complete = True
    try:
        for event in yaml.parse(text, EVENTS):
            builder.take(event)
    except Stopped:
        complete = False
    except yaml.YAMLError as error:
        builder.problems.append(syntax_problem(error, text))
        complete = False
    return Document(builder.result(), builder.marks, builder.key_marks, builder.problems, complete, text)
