"""Fetch a pack from where its author keeps it: a git repository, an archive's address, or a path on this server.

Source: api.md 4 "POST /packs/install".
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Literal
from urllib.parse import urlsplit

import httpx

from app.engine.errors import BadRequest
from app.runners.addresses import CheckedTransport
from app.services import ports
from app.services.pack_archives import unpack
from app.services.pack_store import limits

SHIPPED = Path(__file__).resolve().parents[2] / "packs"
GIT_TIMEOUT_S = 120.0
DOWNLOAD_TIMEOUT_S = 60.0
_REF_SPEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@+-]{0,254}")
_SCP_ADDRESS = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9][A-Za-z0-9.-]*:[^:].*")

Kind = Literal["git", "archive_url", "archive", "directory"]


def kind_of(source: str) -> Kind:
    """What an install source is; BadRequest for everything that is none of the allowed kinds."""
    if not source or source.startswith("-") or "::" in source or any(ord(c) < 32 for c in source):
        raise BadRequest("The source of a pack is a git address, the address of a tar.gz, or a path on the server.")
    scheme = urlsplit(source).scheme.lower() if "://" in source else ""
    if scheme in ("http", "https") and source.split("?")[0].endswith((".tar.gz", ".tgz")):
        return "archive_url"
    if scheme in ("https", "ssh", "file") or (not scheme and _SCP_ADDRESS.fullmatch(source)):
        return "git"
    if scheme:
        raise BadRequest(f"Packs are not installed over '{scheme}'; use https, ssh, file or a path.")
    return _kind_of_path(Path(source))


def fetch(source: str, ref_spec: str | None, into: Path) -> Path:
    """Bring the pack into the empty directory `into`; returns the directory with its files.

    Raises:
        BadRequest: the source can't be used, or fetching it failed; the text says why.
    """
    kind = kind_of(source)
    if kind == "git":
        _clone(source, ref_spec, into)
        return into
    if kind == "archive_url":
        return _download(source, into)
    path = inside_allowed_roots(source)
    if kind == "archive":
        with path.open("rb") as archive:
            return unpack(archive, into, limits=limits())
    shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    return into


def inside_allowed_roots(source: str) -> Path:
    """The path, resolved; BadRequest when it is not below a directory that packs may be read from."""
    # no expanduser: whose home "~" means is not a caller's to say
    path = Path(source).resolve()
    if any(path.is_relative_to(root) for root in allowed_roots()):
        return path
    raise BadRequest(f"'{source}' is outside of the directories packs may be read from; see ATTUNE_ALLOWED_PACK_ROOTS.")


def shipped_roots() -> list[Path]:
    """Directories whose packs are loaded at start: ATTUNE_PACKS_DIRS, or else the packs that ship."""
    named = _paths(ports.settings().packs_dirs)
    return named or [SHIPPED]


def allowed_roots() -> list[Path]:
    """ATTUNE_ALLOWED_PACK_ROOTS, or else the directories loaded at start; the pack store always."""
    settings = ports.settings()
    return [*(_paths(settings.allowed_pack_roots) or shipped_roots()), settings.home_path / "packs"]


def _paths(text: str) -> list[Path]:
    return [Path(part).expanduser().resolve() for part in text.split(":") if part]


def _kind_of_path(path: Path) -> Kind:
    inside_allowed_roots(str(path))
    if path.is_dir():
        is_bare = (path / "HEAD").is_file() and (path / "objects").is_dir()
        return "git" if is_bare or (path / ".git").exists() else "directory"
    if path.is_file() and path.name.endswith((".tar.gz", ".tgz")):
        return "archive"
    raise BadRequest(f"There is no pack directory, git repository or tar.gz archive at '{path}'.")


def _clone(source: str, ref_spec: str | None, into: Path) -> None:
    if ref_spec and (not _REF_SPEC.fullmatch(ref_spec) or ".." in ref_spec):
        raise BadRequest(f"'{ref_spec[:80]}' is no branch, tag or commit.")
    address = _git_address(source)
    # One way for branches, tags and commits alike; `clone --branch` takes no commit.
    _git(into, "init", "--quiet", "--template=")
    _git(into, "fetch", "--quiet", "--depth", "1", "--no-tags", "--no-recurse-submodules", "--", address, ref_spec or "HEAD")
    _git(into, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    shutil.rmtree(into / ".git")


def _git_address(source: str) -> str:
    if source.lower().startswith("file://"):
        return str(inside_allowed_roots(urlsplit(source).path))
    return source if kind_is_remote(source) else str(inside_allowed_roots(source))


def kind_is_remote(source: str) -> bool:
    """Whether a git source is on another machine, so that the roots of this one say nothing about it."""
    return "://" in source or bool(_SCP_ADDRESS.fullmatch(source))


def _git(directory: Path, *arguments: str) -> None:
    config = {
        "core.hooksPath": "/dev/null",
        "core.symlinks": "true",
        "credential.helper": "",
        "protocol.allow": "never",
        "protocol.https.allow": "always",
        "protocol.ssh.allow": "always",
        "protocol.file.allow": "always",
        "safe.directory": "*",
    }
    flags = [part for key, value in config.items() for part in ("-c", f"{key}={value}")]
    command = ["git", *flags, "-C", str(directory), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; every argument is checked or behind `--`
            command, env=_git_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=GIT_TIMEOUT_S
        )
    except FileNotFoundError:
        raise BadRequest("git is not installed on the server; upload the pack as tar.gz instead.") from None
    except subprocess.TimeoutExpired:
        raise BadRequest(f"git did not finish within {GIT_TIMEOUT_S:g} seconds.") from None
    if done.returncode != 0:
        text = done.stderr.decode("utf-8", "replace").strip()[-500:]
        raise BadRequest(f"git {arguments[0]} failed: {without_password(text)}")


def _git_environment() -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "SSH_AUTH_SOCK", "LANG") if key in os.environ}
    return {
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "SSH_ASKPASS": "/bin/false",
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }


def without_password(text: str) -> str:
    """An address as it may be shown and stored."""
    return re.sub(r"(\w+://)[^/@\s]+@", r"\1", text)


def _download(address: str, into: Path) -> Path:
    with tempfile.TemporaryFile() as file:
        try:
            asyncio.run(_stream(address, file))
        except TimeoutError:
            raise BadRequest(f"The archive could not be read within {DOWNLOAD_TIMEOUT_S:g} seconds.") from None
        except httpx.HTTPError as error:
            raise BadRequest(f"'{without_password(address)}' could not be read: {error}.") from error
        file.seek(0)
        return unpack(file, into, limits=limits())


async def _stream(address: str, file: IO[bytes]) -> None:
    transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport()
    if not ports.settings().allow_private_addresses:
        transport = CheckedTransport(transport)
    most = limits().archive
    async with (
        asyncio.timeout(DOWNLOAD_TIMEOUT_S),
        httpx.AsyncClient(transport=transport, follow_redirects=True, timeout=DOWNLOAD_TIMEOUT_S) as client,
        client.stream("GET", address) as answer,
    ):
        answer.raise_for_status()
        async for chunk in answer.aiter_raw():
            file.write(chunk)
            if file.tell() > most:
                raise BadRequest(f"The archive is larger than {most} bytes; ATTUNE_MAX_PACK_ARCHIVE raises the limit.")
