"""The sandbox: a Jinja2 environment in which templates reach data and our calls, and nothing of Python.

Beyond Jinja2's own sandbox it limits what a text may cost, looks items up before anything else, knows no methods,
and never evaluates anything while compiling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MethodType
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.lexer import Lexer
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace

from app.engine.expressions import jinja_calls, list_calls, number_calls, operators, text_calls  # noqa: F401 - they register calls
from app.engine.expressions.calls import filters, functions, tests
from app.engine.expressions.context import RenderContext
from app.engine.expressions.generator import GuardedGenerator
from app.engine.expressions.habits import METHOD_HINTS
from app.engine.expressions.lexing import PlacingLexer
from app.engine.expressions.limits import Limits
from app.engine.expressions.missing import Missing
from app.engine.expressions.outcome_calls import key_calls, outcome_calls
from app.engine.expressions.refusals import Refused
from app.engine.expressions.scope import Scope
from app.engine.expressions.values import View, as_text, require, type_name

_LOOP_FIELDS = frozenset(
    {"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem", "cycle", "changed"}
)
_LOOP_CALLS = frozenset({"cycle", "changed"})


class ExpressionEnvironment(SandboxedEnvironment):
    """One per set of limits; immutable after it is made, shared by threads."""

    code_generator_class = GuardedGenerator
    intercepted_binops = frozenset(SandboxedEnvironment.default_binop_table)
    intercepted_unops = frozenset(SandboxedEnvironment.default_unop_table)

    def __init__(self, limits: Limits) -> None:
        super().__init__(
            undefined=Missing, finalize=_finalize, optimized=False, autoescape=False, keep_trailing_newline=True,
            cache_size=0,
        )  # fmt: skip
        self.limits = limits
        self.globals = {}
        self.filters = dict[str, Any](filters.calls)
        self.tests = dict[str, Any](tests.calls)
        self.placing_lexer = PlacingLexer(self)
        self.shared_eval_ctx = nodes.EvalContext(self)
        for prefix, registry in (("fn_", functions), ("fn_", outcome_calls), ("kv_", key_calls)):
            for name, call in registry.calls.items():
                setattr(self, prefix + name, call)

    @property
    def lexer(self) -> Lexer:
        return self.placing_lexer

    def context_for(self, scope: Scope) -> RenderContext:
        """A fresh context, with a full budget."""
        return RenderContext(self, scope, self.limits, self.shared_eval_ctx)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`: an item of a mapping, a field of a view. Methods and Python attributes do not exist."""
        if type(obj) is dict:
            try:
                return obj[attribute]
            except KeyError:
                return _absent(obj, attribute)
        return self._field(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`: an item of a mapping, an entry of a list, a character of a text."""
        if isinstance(argument, Undefined):
            require(argument)
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, list | tuple | str | range) and type(argument) is int:
            return obj[argument] if -len(obj) <= argument < len(obj) else _no_entry(obj, argument)
        return Missing(f"A {type_name(obj)} has no entry under a {type_name(argument)}", name=type_name(argument))

    def at_path(self, entry: Any, attribute: Any) -> Any:
        """The field of an entry that `attribute='a.b.0'` of a filter names."""
        parts = attribute.split(".") if isinstance(attribute, str) else [attribute]
        for part in parts:
            entry = self.getitem(entry, int(part) if isinstance(part, str) and part.isdecimal() and len(part) < 9 else part)
        return entry

    def call(self, context: RenderContext, callee: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Call a macro of the text, or a helper of its loop; data can't be called."""
        context.budget.turn()
        context.budget.check_time()
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if isinstance(callee, Macro) or _is_loop_call(callee):
            return callee(*args, **kwargs)
        require(callee)
        raise Refused(f"A {type_name(callee)} can't be called", kind="type")

    def call_binop(self, context: RenderContext, operator: str, left: Any, right: Any) -> Any:  # type: ignore[override]
        return operators.binary(operator, left, right, context.budget)

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        return operators.unary(operator, arg)

    def compared(self, context: RenderContext, signs: tuple[str, ...], *operands: Any) -> bool:
        """`a < b <= c`, from left to right."""
        if len(signs) > 1:
            context.budget.check_time()
        return all(
            operators.compare(sign, operands[i], operands[i + 1], context.budget) for i, sign in enumerate(signs)
        )

    def concatenated(self, context: RenderContext, *values: Any) -> str:
        """`a ~ b`."""
        pieces = [as_text(require(value), context.budget) for value in values]
        context.budget.text(sum(map(len, pieces)))
        return "".join(pieces)

    def sliced(self, context: RenderContext, value: Any, *bounds: Any) -> Any:
        """`value[start:stop:step]` of a list or text."""
        if not isinstance(require(value), list | tuple | str | range):
            raise Refused(f"A {type_name(value)} can't be cut with [:]", kind="type")
        if not all(b is None or type(b) is int for b in bounds) or bounds[2] == 0:
            raise Refused("The bounds of [:] must be whole numbers, the step not 0", kind="type")
        part = value[slice(*bounds)]
        context.budget.text(len(part)) if isinstance(part, str) else context.budget.entries(len(part))
        if isinstance(part, str) and any(value == s for s in context.scope.secrets):
            context.scope.secrets.add(part)
        return part

    def counted(self, context: RenderContext, entries: Any, **_: Any) -> Iterator[Any]:
        """The entries a `for` goes over; every turn counts."""
        if isinstance(require(entries), View):
            entries = entries.as_json()
        if not isinstance(entries, list | tuple | range | str | Mapping):
            raise Refused(f"A loop needs a list, not {type_name(entries)}", kind="type")
        return self._turns(context, entries)

    def _turns(self, context: RenderContext, entries: Iterable[Any]) -> Iterator[Any]:
        for entry in entries:
            context.budget.turn()
            yield entry

    def _field(self, obj: Any, name: str) -> Any:
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, Mapping):
            try:
                return obj[name]
            except KeyError:
                return _absent(obj, name)
        if isinstance(obj, Namespace):
            values: dict[str, Any] = obj._Namespace__attrs
            return values[name] if name in values else _absent(values, name)
        if isinstance(obj, LoopContext) and name in _LOOP_FIELDS:
            return getattr(obj, name)
        if isinstance(obj, View):
            return _view_field(obj, name)
        return _no_field(obj, name)


@lru_cache(maxsize=8)
def environment_for(limits: Limits) -> ExpressionEnvironment:
    """The shared environment of these limits."""
    return ExpressionEnvironment(limits)


@pass_context
def _finalize(context: RenderContext, value: Any) -> str:
    text = as_text(value, context.budget, lenient=context.scope.missing_is_null)
    context.budget.write(len(text))
    return text


def _view_field(view: View, name: str) -> Any:
    try:
        return view.field(name)
    except KeyError:
        return Missing(f"There is no '{name}' here", name=name, candidates=view.field_names)


def _absent(mapping: Mapping[Any, Any], name: str) -> Missing:
    return Missing(f"There is no '{name}' here", name=name, candidates=lambda: list(mapping), way_out=_method_hint(mapping, name))


def _no_entry(obj: Any, index: int) -> Missing:
    return Missing(f"There is no entry {index}: the {type_name(obj)} has {len(obj)}", name=str(index))


def _no_field(obj: Any, name: str) -> Missing:
    said = f"A {type_name(obj)} has no field '{name}'" if obj is not None else f"There is no '{name}' in null"
    return Missing(said, name=name, way_out=_method_hint(obj, name))


def _method_hint(obj: Any, name: str) -> str | None:
    hint = METHOD_HINTS.get(name)
    if name == "length":
        return hint
    return f"methods can't be called here: {hint}" if hint and hasattr(obj, name) else None


def _is_loop_call(callee: Any) -> bool:
    return isinstance(callee, MethodType) and isinstance(callee.__self__, LoopContext) and callee.__name__ in _LOOP_CALLS
