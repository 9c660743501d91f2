"""The icon of an action, by what runs it: one rule for the nodes of a picture and for the editor's palette.

Names are those of `app/templates/_parts/icons.html`.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.spec.catalog import ActionInfo

ASK = "core.ask"
WORKFLOW = "i-route"
PARALLEL = "i-arrows-split-2"
UNKNOWN = "i-box"
_BUILT_IN = {
    ASK: "i-message-question", "core.http_request": "i-world", "core.sleep": "i-clock", "core.set": "i-variable",
    "core.echo": "i-file-text", "core.fail": "i-hand-stop", "core.noop": "i-arrow-right",
}  # fmt: skip
_RUNTIMES = {"core.python": "i-brand-python", "core.shell": "i-terminal-2"}


def icon_of(ref: str, *, runtime: str | None = None, is_workflow: bool = False) -> str:
    """The icon of an action; `runtime`: ref of the runtime that runs it, where that is known."""
    if is_workflow:
        return WORKFLOW
    return _BUILT_IN.get(ref) or _RUNTIMES.get(runtime or "", UNKNOWN)


def icons_of(actions: Iterable[ActionInfo]) -> dict[str, str]:
    """Icons by ref."""
    return {a.ref: icon_of(a.ref, runtime=a.runtime, is_workflow=a.is_workflow) for a in actions}
