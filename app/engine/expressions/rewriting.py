"""From Jinja2's syntax tree to the one we compile: checks what may stand in it, and fixes what names mean.

A function's name means the function only where it is called, so that variables may be called `count` or `result`.
"""

from __future__ import annotations

import math
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from app.engine.expressions.calls import functions
from app.engine.expressions.context import NAMESPACES
from app.engine.expressions.environment import ExpressionEnvironment
from app.engine.expressions.habits import NAME_HINTS
from app.engine.expressions.lexing import column_of
from app.engine.expressions.missing import near_names
from app.engine.expressions.outcome_calls import outcome_calls
from app.engine.expressions.references import Reference, chain_of, key_call, reference_of
from app.engine.expressions.refusals import Refused, too_much

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.NSRef, nodes.Const, nodes.Tuple, nodes.List,
    nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getitem,
    nodes.Getattr, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand, nodes.BinExpr, nodes.UnaryExpr, nodes.For,
    nodes.If, nodes.Assign, nodes.AssignBlock, nodes.With, nodes.Macro, nodes.CallBlock, nodes.FilterBlock,
)  # fmt: skip


_WORDS = frozenset({"and", "or", "not", "if", "else", "in", "is"})  # Jinja2 reads them as names where it can


def checked_parts(tree: nodes.Node, environment: ExpressionEnvironment) -> list[nodes.Node]:
    """Every node of the tree; refuses one that is too large or too deep to compile, or holds what we do not have."""
    limits = environment.limits
    todo: list[tuple[nodes.Node, int]] = [(tree, 0)]
    parts: list[nodes.Node] = []
    while todo:
        node, depth = todo.pop()
        parts.append(node)
        if len(parts) > limits.syntax_nodes:
            raise too_much("The size of the expression", f"{limits.syntax_nodes} parts")
        if depth > limits.depth:
            raise too_much("The nesting of the expression", limits.depth)
        _check_node(node, environment)
        todo.extend((child, depth + 1) for child in node.iter_child_nodes())
    return parts


def _check_node(node: nodes.Node, environment: ExpressionEnvironment) -> None:
    column = column_of(node.lineno)
    if not isinstance(node, _ALLOWED):
        word = "autoescape" if isinstance(node, nodes.Scope) else type(node).__name__.lower()
        raise Refused(f"`{word}` is not available in workflows", kind="syntax", column=column)
    if isinstance(node, nodes.Name) and node.name in _WORDS:
        raise Refused(f"Syntax error: `{node.name}` stands where a value should be", kind="syntax", column=column)
    if isinstance(node, nodes.For) and node.recursive:
        raise Refused("Recursive loops are not available in workflows", kind="syntax", column=column)
    if isinstance(node, nodes.Const):
        _check_const(node.value, environment, column)
    if isinstance(node, nodes.Filter | nodes.Test):
        known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
        if node.name not in known:
            raise _unknown("filter" if isinstance(node, nodes.Filter) else "test", node.name, known, column)


def _check_const(value: Any, environment: ExpressionEnvironment, column: int | None) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused("The number is too large", kind="limit", column=column)
    if isinstance(value, int) and value.bit_length() > environment.limits.integer_bits:
        raise too_much("A whole number", f"{environment.limits.integer_bits} bits")


def _unknown(what: str, name: str, known: Any, column: int | None) -> Refused:
    near = near_names(name, known)
    hint = NAME_HINTS.get(name) or (f"did you mean {' or '.join(near)}?" if near else None)
    return Refused(f"There is no {what} '{name}'", kind="undefined", near=near, hint=hint, column=column)


class Rewriter(NodeTransformer):
    """Collects references and binds calls to our functions. One use per tree."""

    def __init__(self, source: str, locals_: frozenset[str]) -> None:
        self._source = source
        self._locals = locals_
        self.references: set[Reference] = set()

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.ctx == "load" and node.name == "null" and "null" not in self._locals:
            return nodes.Const(None, lineno=node.lineno)
        return self._visit_chain(node)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        return self._visit_chain(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        return self._visit_chain(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self._note(node)
        self._bind(node)
        return node

    def _visit_chain(self, node: nodes.Node) -> nodes.Node:
        chain = chain_of(node)
        self._note(node)
        root = chain.root
        if isinstance(root, nodes.Name):
            if chain.names and NAMESPACES.get(root.name) == "kv" and root.name not in self._locals:
                return _key_lookup(chain.names, node.lineno)
            return node
        if not chain.nodes:
            return self.generic_visit(node)
        innermost: Any = chain.nodes[-1]
        if isinstance(root, nodes.Call):
            self._bind(root)
        else:
            innermost.node = self.visit(root)
        return node

    def _note(self, node: nodes.Node) -> None:
        reference = reference_of(chain_of(node), self._source, self._locals)
        if reference is not None:
            self.references.add(reference)

    def _bind(self, node: nodes.Call) -> None:
        """Let the call mean one of our functions, a call into the key store, or a macro of the text."""
        key = key_call(node, self._locals)
        if key is not None:
            node.node = nodes.EnvironmentAttribute(f"kv_{key}", lineno=node.lineno)
        elif isinstance(node.node, nodes.Name) and node.node.name not in self._locals:
            node.node = nodes.EnvironmentAttribute(f"fn_{self._known(node.node)}", lineno=node.lineno)
        self.generic_visit(node)

    def _known(self, callee: nodes.Name) -> str:
        if callee.name in functions.calls or callee.name in outcome_calls.calls:
            return callee.name
        raise _unknown("function", callee.name, [*functions.calls, *outcome_calls.calls], column_of(callee.lineno))


def _key_lookup(names: tuple[str, ...], line: int) -> nodes.Node:
    path = nodes.Const(names, lineno=line)
    return nodes.Call(nodes.EnvironmentAttribute("kv_at", lineno=line), [path], [], None, None, lineno=line)
