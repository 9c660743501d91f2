"""One text, compiled: a single expression that keeps its value's type, or a template that gives text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, Literal

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from app.engine.errors import ExpressionFailed, StorageError
from app.engine.expressions.context import RenderContext
from app.engine.expressions.environment import ExpressionEnvironment, environment_for
from app.engine.expressions.habits import habit_hint
from app.engine.expressions.lexing import column_of, has_marks
from app.engine.expressions.limits import Limits
from app.engine.expressions.references import Reference, local_names
from app.engine.expressions.refusals import SOURCE_SETTING, Refused, too_much
from app.engine.expressions.rewriting import Rewriter, checked_parts
from app.engine.expressions.scope import Scope
from app.engine.expressions.values import to_json

_TARGET = "value"  # the name under which a compiled expression leaves its value

_PAIRS = "write `for k, v in x | items` to go over a mapping"

Mode = Literal["value", "condition"]


class Program:
    """The code of a text. Plain expressions are generated when they first run: a definition is often only checked."""

    __slots__ = ("_environment", "_lock", "_run", "_tree")

    def __init__(self, tree: nodes.Template, environment: ExpressionEnvironment) -> None:
        self._tree: nodes.Template | None = tree
        self._environment = environment
        self._run: Callable[[RenderContext], Iterator[str]] | None = None
        self._lock = Lock()

    def ready(self) -> Callable[[RenderContext], Iterator[str]]:
        """The function to run; generated once, since generating changes the tree."""
        if self._run is not None:
            return self._run
        with self._lock:
            if self._tree is not None:
                self._tree.set_environment(self._environment)
                self._run = self._environment.from_string(self._tree).root_render_func
                self._tree = None
        assert self._run is not None
        return self._run


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A compiled text. `literal` texts have no program: they are their own value."""

    source: str
    kind: Literal["literal", "expression", "template"]
    environment: ExpressionEnvironment
    references: frozenset[Reference]
    program: Program | None

    def evaluate(self, scope: Scope, place: str) -> Any:
        """The value, as plain JSON.

        Raises ExpressionFailed; only a StorageError of a lazy mapping or of the key store passes, since that is no
        fault of the text: the caller tries again.
        """
        if self.program is None:
            return self.source
        context = self.environment.context_for(scope)
        try:
            run = self.program.ready()
            if self.kind == "template":
                return context.concat(run(context))
            for _ in run(context):
                pass
            return to_json(context.vars[_TARGET], context.budget, lenient=scope.missing_is_null)
        except StorageError:
            raise
        except Exception as problem:  # whatever a hostile text provokes costs its own task only
            raise failure(problem, self.source, place, column=self._column_of(problem)) from problem

    def _column_of(self, problem: Exception) -> int | None:
        """Where the unknown name stands, when only one reference of the text has it."""
        name = problem.name if isinstance(problem, Refused) else None
        columns = {r.column for r in self.references if name is not None and name in r.path}
        return columns.pop() if len(columns) == 1 else None


def unit_of(source: str, mode: Mode, limits: Limits, place: str) -> Unit:
    """The compiled text, from the cache when it was compiled before. Raises ExpressionFailed."""
    try:
        return _compiled(source, mode, limits)
    except Exception as problem:
        raise failure(problem, source, place) from problem


@lru_cache(maxsize=16_384)  # about 6 kB each; the texts of the largest workflow fit
def _compiled(source: str, mode: Mode, limits: Limits) -> Unit:
    environment = environment_for(limits)
    if len(source) > limits.source_chars:
        raise too_much("The expression", f"{limits.source_chars} characters", setting=SOURCE_SETTING)
    if mode == "condition":
        return _single(source, _condition_node(source, environment), environment)
    if not has_marks(source):
        return Unit(source, "literal", environment, frozenset(), None)
    tree = Parser(environment, source).parse()
    node = _only_expression(tree)
    if node is not None:
        return _single(source, node, environment)
    return _finished(source, "template", tree, environment)


def _single(source: str, node: nodes.Expr, environment: ExpressionEnvironment) -> Unit:
    body: list[nodes.Node] = [nodes.Assign(nodes.Name(_TARGET, "store", lineno=1), node, lineno=1)]
    return _finished(source, "expression", nodes.Template(body, lineno=1), environment)


def _finished(
    source: str, kind: Literal["expression", "template"], tree: nodes.Template, environment: ExpressionEnvironment
) -> Unit:
    parts = checked_parts(tree, environment)
    rewriter = Rewriter(source, frozenset() if kind == "expression" else local_names(parts))
    rewriter.visit(tree)
    program = Program(tree, environment)
    if any(isinstance(part, nodes.Stmt) and not isinstance(part, nodes.Output | nodes.Assign) for part in parts):
        program.ready()  # statements can still be refused by the generator: find out when loading
    return Unit(source, kind, environment, frozenset(rewriter.references), program)


def _only_expression(tree: nodes.Template) -> nodes.Expr | None:
    """The expression of a text that is one `{{ }}` with nothing around it but white space (or comments)."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    found = [n for n in tree.body[0].nodes if not (isinstance(n, nodes.TemplateData) and not n.data.strip())]
    return found[0] if len(found) == 1 and not isinstance(found[0], nodes.TemplateData) else None


def _condition_node(source: str, environment: ExpressionEnvironment) -> nodes.Expr:
    text = source.strip()
    if not text:
        raise Refused("The condition is empty", kind="syntax")
    if text.startswith(("{{", "{%", "{#")):
        node = _only_expression(Parser(environment, source).parse())
        if node is None:
            raise _not_one()
        return node
    return _bare(source, environment)


def _bare(source: str, environment: ExpressionEnvironment) -> nodes.Expr:
    try:
        parser = Parser(environment, source, state="variable")
        node = parser.parse_expression()
        if not parser.stream.eos:
            raise TemplateSyntaxError(
                f"unexpected {parser.stream.current.value!r} after the expression", parser.stream.current.lineno
            )
    except TemplateSyntaxError:
        if "{{" in source or "{%" in source:
            raise _not_one() from None
        raise
    return node


def _not_one() -> Refused:
    return Refused(
        "A condition is one expression",
        kind="syntax",
        hint="write it bare or in one {{ }}, without text around it; join several with `and` / `or`",
    )


def failure(problem: Exception, source: str, place: str, *, column: int | None = None) -> ExpressionFailed:
    """What went wrong, told to the author: the place, the reason, the way out and the text."""
    if isinstance(problem, ExpressionFailed):
        return problem
    told = _told(problem, source)
    lead = f"{place}: " if place else ""
    way_out = f"; {told.hint}" if told.hint else ""
    return ExpressionFailed(
        f"{lead}{_excerpt(told.message, 300)}{_excerpt(way_out, 200)}. Expression: {_excerpt(source, 160)}",
        expression=source, kind=told.kind, hint=told.hint, near=told.near, column=told.column or column,
    )  # fmt: skip


def _told(problem: Exception, source: str) -> Refused:
    if isinstance(problem, Refused):
        return problem
    if isinstance(problem, TemplateSyntaxError):
        return _syntax(problem, source)
    if isinstance(problem, RecursionError | MemoryError | SyntaxError):
        return Refused("The expression is nested too deeply or too large", kind="limit")
    if isinstance(problem, ValueError) and "unpack" in str(problem):
        return Refused("The entries do not have as many values as the loop has names", kind="type", hint=_PAIRS)
    if isinstance(problem, TypeError | TemplateError):
        return Refused("The expression does not fit the types of its values", kind="type")
    return Refused(f"The expression can't be evaluated ({type(problem).__name__})", kind="value")


def _syntax(problem: TemplateSyntaxError, source: str) -> Refused:
    said = (problem.message or "not readable").rstrip(".")
    at = re.search(r" at (\d+)$", said)
    column = int(at.group(1)) + 1 if at else column_of(problem.lineno)
    said = said[: at.start()] if at else said
    return Refused(f"Syntax error: {said}", kind="syntax", hint=habit_hint(source), column=column)


def _excerpt(text: str, length: int) -> str:
    line = " ".join(text[: 2 * length].split(" ")).replace("\n", " ")
    return line if len(line) <= length else f"{line[: length - 3]}..."
