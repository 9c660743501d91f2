"""Packs (api.md 4)."""

from __future__ import annotations

from typing import Annotated, Any

from flask import request
from pydantic import Field

from app.api.answers.packs import (
    InstalledPack,
    Pack,
    PackSummary,
    Runtime,
    WorkflowSync,
    WorkflowValidation,
)
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Json, Label, Patch, Query, Ref, Text, Version
from app.api.routes import Done, One, Page, Routes
from app.engine.access import SYSTEM, Caller
from app.engine.errors import BadRequest
from app.queries import packs as queries
from app.queries import runtimes as runtime_queries
from app.services import packs

routes = Routes("packs")

PackRef = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[a-z][a-z0-9_-]*$")]
Path = Annotated[Text, Field(min_length=1, max_length=4096)]
UPLOAD = {
    "pack": {"type": "string", "format": "binary", "description": "tar.gz"},
    "force": {"type": "string", "enum": ["true", "false"]},
    "skip_tests": {"type": "string", "enum": ["true", "false"]},
}


class ListPacks(Query):
    search: str | None = None
    tag: str | None = None


class _Content(Patch):
    description: Annotated[Text, Field(max_length=100_000)] | None = None
    conf_schema: Json = {}
    config: Json = {}
    meta: Json = {}
    tags: list[str] = []
    runtime_deps: list[Any] = []
    dependencies: list[Any] = []
    is_standard: bool = False


class CreatePack(_Content):
    ref: PackRef
    label: Label
    version: Version


class UpdatePack(_Content):
    label: Label = ""
    version: Version = ""


class RegisterPack(Body):
    path: Path
    force: bool = False
    skip_tests: bool = False


class InstallPack(Body):
    source: Path
    ref_spec: Ref | None = None
    force: bool = False
    skip_tests: bool = False
    skip_deps: bool = False


@routes.get("/packs", access="packs:read", answer=Page(PackSummary))
def list_packs(query: ListPacks, paging: Paging, caller: Caller) -> Reply:
    """Packs the caller may read: standard ones first, then the newest."""
    items, total = queries.list_packs(
        by=caller, search=query.search, tag=query.tag, offset=paging.offset, limit=paging.size
    )
    return page(items, paging, total=total)


@routes.post("/packs", access="packs:create", answer=One(Pack), status=201)
def create_pack(body: CreatePack, caller: Caller) -> Reply:
    """Create an empty pack of one's own."""
    return one(queries.pack_json(packs.create(body=body.sent(), by=caller)))


@routes.get("/packs/{ref}", access="packs:read", answer=One(Pack))
def show_pack(ref: str, caller: Caller) -> Reply:
    """One pack."""
    return one(queries.get_pack(ref=ref, by=caller))


@routes.put("/packs/{ref}", access="packs:configure", answer=One(Pack))
def update_pack(ref: str, body: UpdatePack, caller: Caller, if_match: str | None) -> Reply:
    """Change a pack or its configuration."""
    return one(queries.pack_json(packs.update(ref=ref, body=body.sent(), by=caller, if_match=if_match)))


@routes.delete("/packs/{ref}", access="packs:delete", answer=Done())
def delete_pack(ref: str, caller: Caller) -> Reply:
    """Delete a pack with everything it holds; what it ran stays."""
    packs.delete(ref=ref, by=caller)
    return done(f"The pack '{ref}' was deleted.")


@routes.post("/packs/upload", access="packs:install", answer=One(InstalledPack), status=201, form=UPLOAD)
def upload_pack(caller: Caller) -> Reply:
    """Load a pack from a tar.gz, sent as the file `pack` of a multipart form."""
    archive = request.files.get("pack")
    if archive is None:
        raise BadRequest("The form has no file named 'pack'.")
    return one(_installed(packs.upload(archive=archive.stream, force=_is_true("force"), by=caller)))


@routes.post("/packs/register", access="packs:install", answer=One(Pack), status=201)
def register_pack(body: RegisterPack, caller: Caller) -> Reply:
    """Load a pack from a directory on the server, which stays where it is."""
    registered = packs.register_directory(path=body.path, force=body.force, by=caller)
    return one({**queries.pack_json(registered.pack), "warnings": registered.warnings})


@routes.post("/packs/install", access="packs:install", answer=One(InstalledPack), status=201)
def install_pack(body: InstallPack, caller: Caller) -> Reply:
    """Load a pack from a repository, an archive's address or a path."""
    return one(_installed(packs.install(source=body.source, ref_spec=body.ref_spec, force=body.force, by=caller)))


@routes.post("/packs/{ref}/workflows/sync", access="packs:configure", answer=One(WorkflowSync))
def sync_workflows(ref: str, caller: Caller) -> Reply:
    """Read the pack's workflow files again."""
    return one(packs.sync_workflows(ref=ref, by=caller))


@routes.post("/packs/{ref}/workflows/validate", access="packs:read", answer=One(WorkflowValidation))
def validate_workflows(ref: str, caller: Caller) -> Reply:
    """Check the pack's workflow files; nothing is written."""
    return one(packs.validate_workflows(ref=ref, by=caller))


@routes.get("/packs/{ref}/runtimes", access="packs:read", answer=Page(Runtime))
def list_runtimes_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Runtimes the pack brought."""
    queries.get_pack(ref=ref, by=caller)  # who may see a pack may see what it brought
    items, total = runtime_queries.list_runtimes(by=SYSTEM, pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


def _installed(registered: packs.Registered) -> dict[str, Any]:
    """Tests of packs are not run while loading, so they always count as skipped."""
    return {
        "pack": queries.pack_json(registered.pack),
        "test_result": None,
        "tests_skipped": True,
        "warnings": registered.warnings,
    }


def _is_true(name: str) -> bool:
    return request.form.get(name, "").strip().lower() in ("true", "1", "yes")
