"""The names an expression uses, read from its syntax tree; used by the validator and by renaming."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import nodes

from app.engine.expressions.context import NAMESPACES
from app.engine.expressions.lexing import Place, column_of
from app.engine.expressions.outcome_calls import outcome_calls

HELPER = "()"  # the namespace of references to succeeded(), result() and their like
KEY_CALLS = ("get", "get_secret")


@dataclass(frozen=True, slots=True)
class Reference:
    """One name that an expression looks up.

    Attributes:
        namespace: parameters, vars, task, config, pack, system, kv, inquiry (aliases resolved); "" for a bare name
            (a variable, or item, index, ...); "()" for the helpers of transitions.
        path: the names that follow, as far as they are fixed: `task.a.result.x` -> ("a", "result", "x"),
            bare `n.x` -> ("n", "x"), `result().x` -> ("result", "x"), `kv.get('a.b')` -> ("a.b",).
        text: as written.
        column: 1-based place in the whole text.
    """

    namespace: str
    path: tuple[str, ...]
    text: str
    column: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """`root.a['b'].c`: a root and the fixed names after it; `nodes` are the syntax nodes, outermost first."""

    root: nodes.Node
    names: tuple[str, ...]
    nodes: tuple[nodes.Node, ...]


def chain_of(node: nodes.Node) -> Chain:
    """The chain of fixed names that ends in `node`."""
    names: list[str] = []
    links: list[nodes.Node] = []
    while (name := _link_name(node)) is not None:
        names.append(name)
        links.append(node)
        node = node.node  # type: ignore[attr-defined]
    return Chain(node, tuple(reversed(names)), tuple(links))


def reference_of(chain: Chain, source: str, locals_: frozenset[str]) -> Reference | None:
    """The reference a chain makes, or None when it begins with a local name, a literal or a call of a function."""
    root = chain.root
    if isinstance(root, nodes.Call):
        return _call_reference(root, chain, source)
    if not isinstance(root, nodes.Name) or root.ctx != "load" or root.name in locals_:
        return None
    namespace = NAMESPACES.get(root.name, "")
    path = chain.names if namespace else (root.name, *chain.names)
    if namespace == "pack" and path[:1] == ("config",):
        namespace, path = "config", path[1:]
    return Reference(namespace, path, _written(chain, source), column_of(root.lineno))


def key_call(node: nodes.Node, locals_: frozenset[str]) -> str | None:
    """`get` or `get_secret` when the node is such a call on `kv`."""
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Getattr):
        return None
    store = node.node.node
    if not isinstance(store, nodes.Name) or NAMESPACES.get(store.name) != "kv" or store.name in locals_:
        return None
    return node.node.attr if node.node.attr in KEY_CALLS else None


def local_names(parts: Iterable[nodes.Node]) -> frozenset[str]:
    """Names the text itself sets: loop variables, `set`, `with`, macros and their arguments."""
    found: set[str] = set()
    for node in parts:
        if isinstance(node, nodes.Name) and node.ctx in ("store", "param"):
            found.add(node.name)
        elif isinstance(node, nodes.For):
            found.add("loop")
        elif isinstance(node, nodes.Macro):
            found.update((node.name, "caller", "varargs", "kwargs"))
    return frozenset(found)


def _link_name(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None


def _call_reference(call: nodes.Call, chain: Chain, source: str) -> Reference | None:
    if isinstance(call.node, nodes.Name) and call.node.name in outcome_calls.calls:
        path = (call.node.name, *chain.names)
        return Reference(HELPER, path, ".".join((f"{path[0]}()", *path[1:])), column_of(call.node.lineno))
    if key_call(call, frozenset()) and call.args and isinstance(call.args[0], nodes.Const):
        store = chain_of(call.node)
        return Reference("kv", (str(call.args[0].value),), _written(store, source), column_of(store.root.lineno))
    return None


def _written(chain: Chain, source: str) -> str:
    root = chain.root
    composed = ".".join((getattr(root, "name", ""), *chain.names))
    if not isinstance(root.lineno, Place):
        return composed
    start = root.lineno.offset
    if not chain.nodes:
        return source[start : start + len(getattr(root, "name", ""))]
    last = chain.nodes[0]
    if not isinstance(last.lineno, Place):
        return composed
    if isinstance(last, nodes.Getattr):
        end = source.find(last.attr, last.lineno.offset) + len(last.attr)
    else:
        end = source.find("]", last.lineno.offset + len(chain.names[-1])) + 1
    return source[start:end] if end > start else composed
