"""One entry of documentation for every key of the language, for the inspector and for hovers in the text.

The long form is docs/reference/workflow.md; a test holds that both know the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.engine.spec.places import Path

Place = Literal["workflow", "task", "retry", "transition", "branch", "wait_for", "schema"]


@dataclass(frozen=True, slots=True)
class KeyDoc:
    """What a key takes (`value`), what holds without it (`default`), and what it is for (`text`)."""

    key: str
    place: Place
    value: str
    default: str
    text: str


def key_doc(path: Path) -> KeyDoc | None:
    """The documentation of the key at a path, or of the nearest key above it that has some.

    A path as documents have them (`("tasks", 2, "retry", "count")`); names of tasks stand for indexes as well.
    """
    for length in range(len(path), 0, -1):
        found = _exact(path[:length])
        if found is not None:
            return found
    return None


def docs_of(place: Place) -> tuple[KeyDoc, ...]:
    """The keys of one place, in the order people write them."""
    return tuple(doc for (where, _), doc in _DOCS.items() if where == place)


def _exact(path: Path) -> KeyDoc | None:
    place = place_of(path[:-1])
    return _DOCS.get((place, str(path[-1]))) if place is not None else None


def place_of(path: Path) -> Place | None:
    """What the keys of the mapping at this path are keys of; None where they are the author's own names."""
    if not path:
        return "workflow"
    if path[0] in ("parameters", "output"):
        return "schema" if len(path) >= 2 and path[-1] not in ("properties", "default", "enum") else None
    if path[0] != "tasks":
        return None
    return _place_in_task(path[1:])


def _place_in_task(path: Path) -> Place | None:
    while len(path) >= 3 and path[1] == "tasks":  # children of a container
        path = path[2:]
    match path:
        case (_,):
            return "task"
        case (_, "retry"):
            return "retry"
        case (_, "wait_for"):
            return "wait_for"
        case (_, "next", int()):
            return "transition"
        case (_, "decision", int()):
            return "branch"
    return None


def _rows(place: Place, rows: tuple[tuple[str, str, str, str], ...]) -> dict[tuple[Place, str], KeyDoc]:
    return {(place, key): KeyDoc(key, place, value, default, text) for key, value, default, text in rows}


_WORKFLOW = (
    ("ref", "pack.name, in lower case with one dot", "from the file’s place", "Names the workflow everywhere. It never changes after creation."),
    ("label", "text, at most 255 characters", "the ref", "What people read in lists and at the top of pages."),
    ("description", "text", "none", "A sentence or two about what the workflow does and for whom."),
    ("tags", "a list of texts", "none", "Words to find it by."),
    ("version", "text of 1..50 characters", "required", "Yours to count. Each save makes a revision of its own anyway."),
    ("parameters", "a schema: {name: {type, required, default, …}}", "none", "The inputs. They are checked and filled with defaults before anything runs; forms are made from them."),
    ("output", "a schema", "none", "What the result looks like. A result that doesn’t match is a warning on the run."),
    ("vars", "a mapping, or an ordered list of name: value", "none", "Variables with their first values. A value may use parameters and the variables above it."),
    ("tasks", "an ordered list of at least one task", "required", "The work. Tasks that no other task leads to all start at once."),
    ("output_map", "name: template", "none", "Becomes the result of the workflow, after a success and, as far as it can be rendered, after a failure."),
    ("cancellation_policy", "allow_finish or cancel_running", "allow_finish", "What happens to running tasks when the workflow is cancelled."),
    ("timeout", "seconds, above 0", "none", "For the whole workflow. When it is over, the workflow has failed and whatever runs is stopped."),
    ("fail_fast", "true or false", "false", "With true nothing new starts after a failure that nobody handles."),
)  # fmt: skip
_TASK = (
    ("name", "unique text of 1..255 characters", "required", "Unique in the workflow. A new name is carried into every transition and expression."),
    ("type", "action, workflow, parallel", "action", "A parallel task starts its children together and ends when all of them have."),
    ("action", "ref of an action or workflow", "required but for parallel", "What the task runs. It can’t be a template: branch with when or decision instead."),
    ("input", "a mapping; values may be templates", "none", "What the action gets. Its schema is checked, and text that is a number or a boolean is cast."),
    ("when", "a condition", "always", "With false the task is skipped: it goes on as after a success, and publishes nothing."),
    ("with_items", "an expression, a list or a mapping", "one run", "One run for each item; item and index stand for the present one. Of a mapping the items are {key, value}."),
    ("batch_size", "a whole number from 1", "all at once", "Items in one batch; the next begins when the one before has ended."),
    ("batch_mode", "item or list", "item", "With list one run gets the whole batch as item. It needs batch_size."),
    ("concurrency", "a whole number from 1", "all at once", "How many items run at the same time."),
    ("delay", "seconds, from 0", "0", "Waits before the task starts. The wait survives a restart of the server."),
    ("retry", "count, delay, backoff, …", "none", "Further attempts after a failure. Transitions are looked at after the last one."),
    ("timeout", "seconds, above 0", "the action’s", "For one attempt; of a parallel task or a workflow for the whole of it, of a question its deadline."),
    ("join", "any, all, or a number from 1", "any", "How many of the tasks that lead here must have arrived. all doesn’t wait for branches that can’t come any more."),
    ("max_visits", "a whole number from 1", "1", "How often the task may run in one execution: the bound that every loop needs."),
    ("next", "an ordered list of {when, publish, do, label}", "none", "What follows. Every entry whose when holds fires, in this order."),
    ("publish", "name: template, a list of them, or one name", "none", "Sets variables after a success. One bare name stores the result."),
    ("on_success", "a task, fail, noop, or a list", "none", "Fires after a success, and after a skip."),
    ("on_failure", "a task, fail, noop, or a list", "none", "Fires after a failure, and after a time-out that no on_timeout takes."),
    ("on_timeout", "a task, fail, noop, or a list", "none", "Fires when the time-out is over."),
    ("on_complete", "a task, fail, noop, or a list", "none", "Fires always."),
    ("decision", "a list of {when, next}, and a default", "none", "After a success the first branch that holds fires, else the default."),
    ("tasks", "a list of tasks", "none", "Children of a parallel task. They take every key but transitions and join."),
    ("wait_for", "{inquiry: template}", "none", "Holds the task until that inquiry is answered."),
)  # fmt: skip
_RETRY = (
    ("count", "1..100", "required", "Extra attempts, beyond the first."),
    ("delay", "seconds, from 0", "0", "Before the next attempt."),
    ("backoff", "constant, linear, exponential", "constant", "How the delay d grows: d, d·n or d·2ⁿ⁻¹."),
    ("max_delay", "seconds, from 0", "none", "The longest delay, however it grows."),
    ("jitter", "0..1", "0", "Spreads the delay at random by this part of it, so that many don’t come at once."),
    ("on_error", "a condition", "every failure", "Tries again only after failures for which it holds: error().type, error().message."),
    ("when", "a condition", "none", "Tries again while it holds, even after a success: this is how to poll."),
)  # fmt: skip
_TRANSITION = (
    ("when", "a condition", "always", "Asks succeeded(), failed(), timed_out(), skipped(), result(), error(), or anything else. It must give true or false."),
    ("publish", "name: template, a list of them, or one name", "none", "Sets variables before the targets start. A later entry sees the earlier ones."),
    ("do", "a task, fail, noop, or a list", "none", "What starts. fail ends the workflow as failed, noop handles a failure and starts nothing."),
    ("label", "text", "the condition", "What stands at the line in the drawing."),
)  # fmt: skip
_BRANCH = (
    ("when", "a condition", "required but for the default", "The first branch whose condition holds is taken."),
    ("next", "a task, fail, noop, or a list", "required", "What starts."),
    ("do", "a task, fail, noop, or a list", "none", "The same as next."),
    ("default", "a task, or true with next", "none", "Taken when no other branch holds, wherever it stands."),
    ("publish", "name: template, a list of them, or one name", "none", "Sets variables before the targets start."),
    ("label", "text", "the condition", "What stands at the line in the drawing."),
)  # fmt: skip
_SCHEMA = (
    ("type", "string, integer, number, boolean, array, object", "anything", "Text that is exactly a number or a boolean is cast to it."),
    ("required", "true or false", "false", "Without it, and without a default, nothing starts."),
    ("default", "any value", "none", "Stands in for what is missing or null."),
    ("enum", "a list of values", "none", "The only values that are taken."),
    ("description", "text", "none", "Shown under the field of the form."),
    ("secret", "true or false", "false", "Shown as *** wherever it goes."),
    ("minimum", "a number", "none", "The least value."),
    ("maximum", "a number", "none", "The greatest value."),
    ("pattern", "a regular expression", "none", "What a text must match."),
    ("items", "a schema", "none", "What the entries of a list look like."),
    ("properties", "{name: schema}", "none", "What the entries of a mapping look like."),
)  # fmt: skip
_DOCS: dict[tuple[Place, str], KeyDoc] = {
    **_rows("workflow", _WORKFLOW),
    **_rows("task", _TASK),
    **_rows("retry", _RETRY),
    **_rows("transition", _TRANSITION),
    **_rows("branch", _BRANCH),
    **_rows("wait_for", (("inquiry", "a template that gives an id", "required", "The inquiry to wait for."),)),
    **_rows("schema", _SCHEMA),
}
