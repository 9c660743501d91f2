"""The functions, filters, tests and names of the language with one line each, for the editor and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.engine.expressions import environment as _environment  # noqa: F401 - registers every call
from app.engine.expressions.calls import Registry, filters, functions, tests
from app.engine.expressions.outcome_calls import outcome_calls


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing an author may write.

    Attributes:
        kind: function | helper (asks about the ended task) | filter | test | name.
        signature: how it is written.
        doc: one line.
    """

    name: str
    kind: Literal["function", "helper", "filter", "test", "name"]
    signature: str
    doc: str


_NAMES = (
    ("parameters", "parameters.<name>", "an input of the workflow"),
    ("vars", "vars.<name>", "a workflow variable; its bare name works too; aliases `workflow`, `variables`"),
    ("task", "task.<name>.result", "a task that has run: result, status, error, results, ...; alias `tasks`"),
    ("pack", "pack.config.<name>", "the pack's configuration; alias `config`"),
    ("system", "system.execution_id", "facts about this run: timestamp, identity.login, workflow.ref, ..."),
    ("kv", "kv.get('key', default=...)", "the datastore; kv.get_secret('key'), keystore.<key>"),
    ("inquiry", "inquiry.<task>.response", "the latest question that task asked: id, status, response, responded_by, responded_at"),
    ("item", "item", "the current item, in a task with with_items"),
    ("index", "index", "its place, from 0"),
    ("batch", "batch", "the items of the current batch"),
    ("batch_index", "batch_index", "the batch's place, from 0"),
)


@lru_cache(maxsize=1)
def expression_names() -> tuple[Entry, ...]:
    """Everything an expression may use, functions first, each kind in alphabetical order."""
    return (
        *_entries(functions, "function"),
        *_entries(outcome_calls, "helper"),
        *_entries(filters, "filter"),
        *_entries(tests, "test"),
        *(Entry(name, "name", signature, doc) for name, signature, doc in _NAMES),
    )


def _entries(registry: Registry, kind: Literal["function", "helper", "filter", "test"]) -> list[Entry]:
    return [Entry(name, kind, call.signature, call.doc) for name, call in sorted(registry.calls.items())]
