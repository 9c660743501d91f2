"""StackStorm's own core actions: what takes their place here, their inputs, their results, and when they fail.

Source: contrib/core of StackStorm; packs/core of ours. What has no counterpart keeps its ref and gets advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.orquesta.written import AND, NOT, Written, member, pipe


@dataclass(frozen=True, slots=True)
class CoreAction:
    """One action of StackStorm's core pack.

    Attributes:
        ref: the action here; None: there is none, the ref is kept.
        inputs: input there -> input here; others keep their names.
        dropped: inputs that mean nothing here.
        fields: field of the result there -> here.
        trimmed: fields that end with a line end here, and not there.
        success, failure: (expression, level) where StackStorm calls a result failed that completes here.
        advice: for an action without counterpart.
    """

    ref: str | None
    inputs: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    trimmed: frozenset[str] = frozenset()
    success: tuple[str, int, str] | None = None
    failure: tuple[str, int, str] | None = None
    advice: str = ""

    def result_field(self, owner: Written, name: str) -> Written:
        """A field of its result."""
        found = member(owner, self.fields.get(name, name))
        if name in self.trimmed:
            return pipe(found, "trim", kind="string")
        return found.of("body") if self.ref == "core.http_request" and name == "body" else found


_SHELL_FIELDS = {"return_code": "exit_code"}
_STDOUT = frozenset({"stdout", "stderr"})
_HTTP = CoreAction(
    "core.http_request",
    inputs={
        "params": "query_params",
        "username": "auth_username",
        "password": "auth_password",
        "allow_redirects": "follow_redirects",
        "verify_ssl_cert": "verify_ssl",
    },
    dropped=frozenset({"cookies", "http_proxy", "https_proxy", "url_hosts_blacklist", "url_hosts_whitelist"}),
    fields={"parsed": "success"},
    success=("succeeded() and result().success", AND, "boolean"),
    failure=("not (succeeded() and result().success)", NOT, "boolean"),
)
_COMMAND = CoreAction(
    None,
    fields=_SHELL_FIELDS,
    trimmed=_STDOUT,
    advice="Add an action '{ref}' (runtime core.shell, parameter 'cmd', entry point `bash -c \"$cmd\"`), "
    "or put the command into an action of your pack.",
)
_REMOTE = CoreAction(
    None, advice="Nothing here runs commands over SSH: make an action of your pack that calls ssh."
)
CORE_ACTIONS: Mapping[str, CoreAction] = {
    "core.noop": CoreAction("core.noop"),
    "core.echo": CoreAction("core.echo", fields=_SHELL_FIELDS, trimmed=_STDOUT),
    "core.http": _HTTP,
    "core.ask": CoreAction(
        "core.ask",
        inputs={"schema": "response_schema"},
        dropped=frozenset({"route", "ttl", "roles", "users"}),  # all but `route` become other keys
    ),
    "core.pause": CoreAction("core.sleep", inputs={"max_pause": "seconds"}, dropped=frozenset({"random"})),
    "core.sleep": CoreAction("core.sleep", inputs={"delay": "seconds"}),
    "core.local": _COMMAND,
    "core.local_sudo": _COMMAND,
    "core.remote": _REMOTE,
    "core.remote_sudo": _REMOTE,
    "core.sendmail": CoreAction(
        None, advice="Make an action of your pack that sends mail as your servers do."
    ),
}


def core_action(ref: str) -> CoreAction | None:
    """The entry of an action, None for actions of other packs."""
    return CORE_ACTIONS.get(ref)
