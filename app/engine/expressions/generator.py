"""Jinja2's code generator with every operation that could run away sent through the environment's guards."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class GuardedGenerator(CodeGenerator):
    """Differs from Jinja2's in comparisons, `~`, slices, loops, joining of output, and calls of our functions."""

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("concat = context.concat")  # the environment's could not count what one rendering makes

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        operators = tuple(operand.op for operand in node.ops)
        self.write(f"environment.compared(context, {operators!r}, ")
        self.visit(node.expr, frame)
        for operand in node.ops:
            self.write(", ")
            self.visit(operand.expr, frame)
        self.write(")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.concatenated(context, ")
        for child in node.nodes:
            self.visit(child, frame)
            self.write(", ")
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.sliced(context, ")
        self.visit(node.node, frame)
        for bound in (node.arg.start, node.arg.stop, node.arg.step):
            self.write(", ")
            self.visit(bound, frame) if bound is not None else self.write("None")
        self.write(")")

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        counted = nodes.Call(nodes.EnvironmentAttribute("counted"), [node.iter], [], None, None, lineno=node.lineno)
        counted.set_environment(self.environment)
        node.iter = counted
        super().visit_For(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if not isinstance(node.node, nodes.EnvironmentAttribute):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write(f"environment.{node.node.name}(context")
        self.signature(node, frame)
        self.write(")")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        value: Any = node.value
        self.write(f"float({str(value)!r})" if isinstance(value, float) else repr(value))
