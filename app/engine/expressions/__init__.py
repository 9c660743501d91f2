"""The expression language: texts of a definition become compiled values and conditions, rendered against a scope.

It owns Jinja2; nobody else imports it for workflow texts. It reads no clock (but for time limits) and does no I/O: what
a text may look up comes in through `Scope`.
"""

from app.engine.expressions.catalogue import Entry, expression_names
from app.engine.expressions.compiled import Compiled, Condition, compile_condition, compile_value
from app.engine.expressions.habits import NAME_HINTS
from app.engine.expressions.limits import DEFAULT_LIMITS, Limits
from app.engine.expressions.masking import MASK, mask, mask_text
from app.engine.expressions.missing import near_names
from app.engine.expressions.references import Reference
from app.engine.expressions.scope import KeyStore, OutcomeView, Scope, TaskView, lazy_result_view, result_view

__all__ = [
    "DEFAULT_LIMITS",
    "MASK",
    "NAME_HINTS",
    "Compiled",
    "Condition",
    "Entry",
    "KeyStore",
    "Limits",
    "OutcomeView",
    "Reference",
    "Scope",
    "TaskView",
    "compile_condition",
    "compile_value",
    "expression_names",
    "lazy_result_view",
    "mask",
    "mask_text",
    "near_names",
    "result_view",
]
