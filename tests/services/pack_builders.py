"""Small packs for tests, as directories and as archives, and the people who load them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from app.engine.access import Caller, Grant
from app.persistence import session
from app.persistence.models import Identity

HELLO = """\
# a comment that must stay
ref: demo.hello
label: Hello
version: 1.0.0
parameters:
  name: {type: string, default: world}
tasks:
  - name: greet
    action: demo.say
    input: {message: "Hello {{ parameters.name }}"}
"""
SAY = """\
label: Say
runner_type: bash
entry_point: echo "$message"
parameters:
  message: {type: string, required: true}
"""
SHELL = "ref: shell\nname: Shell\naliases: [bash, sh]\n"
DEMO = {
    "pack.yaml": "ref: demo\nlabel: Demo\nversion: 1.0.0\n",
    "runtimes/shell.yaml": SHELL,
    "actions/say.yaml": SAY,
    "workflows/hello.yaml": HELLO,
}


def write_pack(directory: Path, files: Mapping[str, str] = DEMO, **changes: str | None) -> Path:
    """Write files of a pack; `changes` by path replace or (None) remove some."""
    for name, text in {**files, **changes}.items():
        if text is not None:
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return directory


def archive_of(files: Mapping[str, str] = DEMO, *, top: str = "", **changes: str | None) -> io.BytesIO:
    """A tar.gz of the files, below the directory `top` when it is given."""
    entries = [(f"{top}/{name}" if top else name, text) for name, text in {**files, **changes}.items() if text is not None]
    return tar_gz([(member(name, size=len(text.encode())), text.encode()) for name, text in entries])


def member(name: str, *, size: int = 0, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname, info.mode = size, kind, target, mode
    return info


def tar_gz(members: list[tuple[tarfile.TarInfo, bytes]]) -> io.BytesIO:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return io.BytesIO(gzip.compress(raw.getvalue()))


def someone(login: str, *grants: Grant, sets: tuple[str, ...] = ()) -> Caller:
    """A stored identity with these grants."""
    with session.transaction() as tx:
        row = Identity(login=login)
        tx.session.add(row)
        tx.session.flush()
        return Caller(identity_id=row.id, login=login, grants=grants, permission_set_refs=sets)


def editor(login: str = "bob") -> Caller:
    """Somebody with the rights of core.editor that matter here."""
    return someone(
        login,
        Grant("packs", frozenset({"read", "create", "install", "configure"})),
        Grant("actions", frozenset({"read", "create", "update", "execute"})),
    )
