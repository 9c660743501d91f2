"""Tests of packs: rehearsals with expectations, kept in the files of the pack (docs/reference/api.md)."""

from __future__ import annotations

from app.api.answers.pack_tests import PackTest, PackTestSummary, SavedPackTest, TestedPack
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Json, Query, Text
from app.api.routes import Done, One, Page, Routes
from app.engine.access import Caller
from app.services import pack_tests

routes = Routes("packs")


class ListTests(Query):
    workflow: str | None = None


class SavePackTest(Body):
    """The test as `text` (YAML) or as `content` (its data). `base`: hash of the text it replaces; null: a new test."""

    text: Text | None = None
    content: Json | None = None
    base: str | None = None


class PlayPackTests(Body):
    """`name`: a workflow without its pack, or one test, `<workflow>/<test>`; null: all of them."""

    name: str | None = None


@routes.get("/packs/{ref}/tests", access="actions:read", answer=Page(PackTestSummary))
def list_pack_tests(ref: str, query: ListTests, paging: Paging, caller: Caller) -> Reply:
    """Tests of the pack's workflows, by workflow and name."""
    found = pack_tests.list_tests(ref=ref, workflow=query.workflow, by=caller)
    return page(found[paging.offset : paging.offset + paging.size], paging, total=len(found))


@routes.post("/packs/{ref}/test", access="actions:read", answer=One(TestedPack))
def play_pack_tests(ref: str, body: PlayPackTests, caller: Caller) -> Reply:
    """Play the tests: results and coverage. No action is run and nothing is stored."""
    return one(pack_tests.run_tests(ref=ref, pick=body.name, by=caller).as_json())


@routes.get("/packs/{ref}/tests/latest", access="actions:read", answer=One(TestedPack))
def show_latest_pack_tests(ref: str, caller: Caller) -> Reply:
    """The same by GET: results follow from the files alone, so they are made when they are asked for."""
    return one(pack_tests.run_tests(ref=ref, by=caller).as_json())


@routes.get("/packs/{ref}/tests/{workflow}/{name}", access="actions:read", answer=One(PackTest))
def show_pack_test(ref: str, workflow: str, name: str, caller: Caller) -> Reply:
    """One test with its text."""
    return one(pack_tests.get_test(ref=ref, workflow=workflow, name=name, by=caller))


@routes.put("/packs/{ref}/tests/{workflow}/{name}", access="actions:update", answer=One(SavedPackTest))
def save_pack_test(ref: str, workflow: str, name: str, body: SavePackTest, caller: Caller) -> Reply:
    """Write a test to the files of the pack, and play it."""
    saved = pack_tests.save_test(
        ref=ref, workflow=workflow, name=name, text=body.text, content=body.content, base=body.base, by=caller
    )
    return one(saved)


@routes.delete("/packs/{ref}/tests/{workflow}/{name}", access="actions:update", answer=Done())
def delete_pack_test(ref: str, workflow: str, name: str, caller: Caller) -> Reply:
    """Remove a test from the files of the pack."""
    pack_tests.delete_test(ref=ref, workflow=workflow, name=name, by=caller)
    return done(f"The test '{workflow}/{name}' was deleted.")
