"""What must have been true for a transition to fire, as facts that can contradict one another.

Only `and`-ed parts count; anything else claims nothing.
"""

from __future__ import annotations

import re

from app.engine.graph.branches import Fact
from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.source import SourceTransition
from app.engine.orquesta.templates import sources_of
from app.engine.orquesta.tree import Binary, Call, Expression, Literal, Unary

_OPPOSITE = {">=": "<", "<=": ">", "!=": "=="}
_PLACE = re.compile(r", at=\d+")
_OUTCOMES = frozenset({"succeeded", "failed"})


def facts_of(task: str, transition: SourceTransition) -> frozenset[Fact]:
    """Facts about the end of `task` that this transition takes for granted."""
    if transition.when is None:
        return frozenset()
    try:
        found = sources_of(transition.when.strip())
    except Untranslatable:
        return frozenset()
    if len(found) != 1 or found[0][0] != transition.when.strip():
        return frozenset()
    return frozenset(_facts(task, found[0][1], "true"))


def outcome_of(task: str, transition: SourceTransition) -> str:
    """`succeeded`, `failed`, or `any`."""
    answers = {answer for _, question, answer in facts_of(task, transition) if question == "outcome"}
    return answers.pop() if len(answers) == 1 else "any"


def _facts(task: str, tree: Expression, answer: str) -> list[Fact]:
    if isinstance(tree, Unary) and tree.sign == "not":
        return _facts(task, tree.operand, "false" if answer == "true" else "true")
    if isinstance(tree, Binary) and tree.sign == "and" and answer == "true":
        return _facts(task, tree.left, answer) + _facts(task, tree.right, answer)
    if isinstance(tree, Call) and tree.name in _OUTCOMES and answer == "true":
        return [(task, "outcome", tree.name)]
    if isinstance(tree, Call) and tree.name == "completed":
        return []
    if isinstance(tree, Binary) and tree.sign in _OPPOSITE:
        turned = Binary(_OPPOSITE[tree.sign], tree.left, tree.right)
        return _facts(task, turned, "false" if answer == "true" else "true")
    return _plain_facts(task, tree, answer)


def _plain_facts(task: str, tree: Expression, answer: str) -> list[Fact]:
    facts = [(task, _without_places(tree), answer)]
    if (
        isinstance(tree, Binary)
        and tree.sign == "=="
        and answer == "true"
        and isinstance(tree.right, Literal)
    ):
        facts.append((task, _without_places(tree.left), repr(tree.right.value)))
    return facts


def _without_places(tree: Expression) -> str:
    return _PLACE.sub("", repr(tree))
