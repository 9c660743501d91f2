"""How the inside of the evaluator says no, before the edge adds the expression and its place."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """Evaluation stops here. `kind` as in ExpressionFailed; `hint` is the way out; `near` are near names;
    `name` is the unknown one.

    The message never holds a value, only names and types: values may be secret.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str = "value",
        hint: str | None = None,
        near: Sequence[str] = (),
        column: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.hint = hint
        self.near = tuple(near)
        self.column = column
        self.name = name


def too_much(what: str, limit: object, *, setting: str | None = None) -> Refused:
    """The refusal of something beyond a limit; `setting` names the environment variable that raises it."""
    way_out = f"{setting} raises it" if setting else None
    return Refused(f"{what} goes beyond the limit of {limit}", kind="limit", hint=way_out)


OUTPUT_SETTING = "ATTUNE_MAX_EXPRESSION_OUTPUT"
SOURCE_SETTING = "ATTUNE_MAX_EXPRESSION_SOURCE"
SECONDS_SETTING = "ATTUNE_MAX_EXPRESSION_SECONDS"
