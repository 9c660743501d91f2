"""Packs over HTTP (api.md 4)."""

from __future__ import annotations

import io
import tarfile

import pytest

from app.services import packs

NEW = {"ref": "ship", "label": "Ship", "version": "1.0.0"}


@pytest.fixture
def core(app):
    """The packs that ship, on top of the cast; the sets of the cast give way to the shipped ones of the same ref."""
    from app.persistence import session
    from app.persistence.models import PermissionSet

    with session.transaction() as tx:
        held = tx.session.query(PermissionSet).all()
        for row in held:
            row.ref = f"test.{row.ref}"
    packs.load_shipped()


def archive(**files):
    """A tar.gz with these files: {path with __ for /: text}."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    buffer.seek(0)
    return buffer


def upload(person, files, **form):
    return person.post("/packs/upload", data={"pack": (archive(**files), "p.tar.gz"), **form})


MANIFEST = "ref: boat\nlabel: Boat\nversion: 2.0.0\n"
ACTION = "name: sail\nrunner_type: shell\nentry_point: sail.sh\nparameters:\n  knots: {type: integer}\n"
FILES = {"pack.yaml": MANIFEST, "actions/sail.yaml": ACTION, "actions/sail.sh": "echo sailing\n"}


def test_a_pack_is_made_shown_changed_and_deleted(alice):
    made = alice.post("/packs", json={**NEW, "tags": ["sea"], "description": "d"})

    assert made.status_code == 201
    assert made.json["data"]["installed_by"] == alice.id
    assert alice.get("/packs/ship").json["data"] == made.json["data"]
    changed = alice.put("/packs/ship", json={"label": "Boat", "description": {"op": "clear"}, "ref": "x"}).json["data"]
    assert (changed["ref"], changed["label"], changed["description"], changed["tags"]) == ("ship", "Boat", None, ["sea"])
    assert alice.delete("/packs/ship").json["success"] is True
    assert alice.get("/packs/ship").status_code == 404


@pytest.mark.parametrize(
    "change", [{"ref": "Ship"}, {"ref": "1ship"}, {"ref": "a b"}, {"label": ""}, {"version": "v" * 51}, {"tags": "x"}]
)
def test_what_cannot_be_a_pack_is_422(alice, change):
    assert alice.post("/packs", json={**NEW, **change}).status_code == 422


def test_a_taken_ref_is_409(alice):
    alice.post("/packs", json=NEW)

    assert alice.post("/packs", json=NEW).status_code == 409


def test_a_pack_is_its_owners_alone(alice, bob, carol, mallory):
    bob.post("/packs", json=NEW)

    assert bob.get("/packs/ship").status_code == 200
    assert [row["ref"] for row in bob.get("/packs").json["items"]] == ["ship"]
    for person in (alice, carol, mallory):
        assert person.get("/packs/ship").status_code == 404
        assert person.get("/packs").json["items"] == []
    assert alice.delete("/packs/ship").status_code == 404


def test_standard_packs_are_everyones_to_read(core, mallory):
    rows = mallory.get("/packs").json["items"]

    assert "core" in [row["ref"] for row in rows]
    assert mallory.get("/packs/core").json["data"]["is_standard"] is True
    assert mallory.get("/packs/core/actions?limit=1").json["pagination"]["total_items"] > 5
    assert mallory.get("/actions/core.echo").json["data"]["ref"] == "core.echo"


def test_the_unpermitted_get_403(carol, mallory):
    for person in (carol, mallory):
        assert person.post("/packs", json=NEW).status_code == 403
        assert person.put("/packs/core", json={}).status_code == 403
        assert person.delete("/packs/core").status_code == 403
        assert upload(person, FILES).status_code == 403
        assert person.post("/packs/register", json={"path": "/tmp"}).status_code == 403
        assert person.post("/packs/install", json={"source": "https://example.org/x.git"}).status_code == 403


def test_the_core_pack_stays(core, alice):
    assert alice.delete("/packs/core").status_code == 403


def test_an_upload_brings_actions_and_again_only_with_force(core, alice):
    first = upload(alice, FILES, skip_tests="true")

    assert first.status_code == 201
    assert (first.json["data"]["pack"]["ref"], first.json["data"]["tests_skipped"]) == ("boat", True)
    assert [row["ref"] for row in alice.get("/packs/boat/actions").json["items"]] == ["boat.sail"]
    assert upload(alice, FILES).status_code == 409
    assert upload(alice, FILES, force="true").status_code == 201


@pytest.mark.parametrize(
    "files",
    [
        {"other.yaml": "a: 1"},
        {"pack.yaml": "label: no ref\nversion: 1\n"},
        {"pack.yaml": MANIFEST, "../escape.sh": "x"},
        {"pack.yaml": MANIFEST, "actions/bad.yaml": "name: [\n"},
    ],
    ids=["no manifest", "no ref", "path traversal", "broken action"],
)
def test_an_archive_that_is_no_pack_is_400(core, alice, files):
    assert upload(alice, files).status_code == 400
    assert alice.get("/packs/boat").status_code == 404


def test_an_upload_without_a_file_is_400(alice):
    assert alice.post("/packs/upload", data={"force": "true"}).status_code == 400
    assert alice.post("/packs/upload", json={}).status_code == 400
    sent = {"pack": (io.BytesIO(b"not a tar"), "p.tar.gz")}
    assert alice.post("/packs/upload", data=sent).status_code == 400


def test_sync_and_validate_of_a_pack_without_files_give_zero_counts(alice):
    alice.post("/packs", json=NEW)

    synced = alice.post("/packs/ship/workflows/sync").json["data"]
    validated = alice.post("/packs/ship/workflows/validate").json["data"]

    assert synced == {"pack_ref": "ship", "loaded_count": 0, "registered_count": 0, "workflows": [], "errors": []}
    assert validated == {"pack_ref": "ship", "validated_count": 0, "error_count": 0, "errors": {}}


def test_unknown_packs_are_404(alice):
    for method, path in (
        ("GET", "/packs/nope"), ("PUT", "/packs/nope"), ("DELETE", "/packs/nope"), ("GET", "/packs/nope/actions"),
        ("GET", "/packs/nope/workflows"), ("GET", "/packs/nope/runtimes"), ("POST", "/packs/nope/workflows/sync"),
        ("POST", "/packs/nope/workflows/validate"),
    ):  # fmt: skip
        assert alice.call(method, path).status_code == 404, path
