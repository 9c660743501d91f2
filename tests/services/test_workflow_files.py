"""Saving to the files of a pack: byte for byte, only inside of it, and never over somebody else's change."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from app.engine.access import SYSTEM, Caller, Grant
from app.engine.errors import EditConflict
from app.queries import revisions
from app.queries import workflows as queries
from app.services import drafts, packs, ports, workflows
from app.services.pack_sources import SHIPPED
from app.services.pack_writes import FileNotWritten
from tests.services.pack_builders import HELLO, archive_of, editor, write_pack

MINE = HELLO.replace("label: Hello", "label: Hello of bob")


@pytest.fixture
def bob(database: object) -> Caller:
    packs.register_directory(path=SHIPPED / "core", by=SYSTEM, standard=True)
    return editor()


@pytest.fixture
def directory(bob: Caller, tmp_path: Path) -> Path:
    """A pack that was registered from a directory: it lives there."""
    settings = ports.settings()
    ports.current().settings = replace(settings, allowed_pack_roots=str(tmp_path))
    found = write_pack(tmp_path / "checkout/demo")
    packs.register_directory(path=found, by=bob)
    return found


def save(text: str, by: Caller, **more: str | None) -> workflows.Saved:
    return workflows.save_changes(ref="demo.hello", body={"text": text}, by=by, **more)


def stored_text() -> str | None:
    return queries.source_text(queries.get_workflow(ref="demo.hello", by=SYSTEM)["revision"])


def test_a_pack_registered_from_a_directory_is_written_there_byte_for_byte(directory: Path, bob: Caller) -> None:
    file = directory / "workflows/hello.yaml"
    file.chmod(0o640)
    odd = MINE.replace("\n", "\r\n") + "  # no line end, ünïcode 🚢"

    saved = save(odd, bob)

    assert saved.unwritten is None
    assert file.read_bytes() == odd.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == ["hello.yaml"]
    assert packs.sync_workflows(ref="demo", by=bob)["errors"] == []
    assert len(revisions.list_revisions(ref="demo.hello", by=SYSTEM)[0]) == 2


def test_an_uploaded_pack_is_written_in_the_store(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)

    save(MINE, bob)

    assert (ports.settings().home_path / "packs/demo/workflows/hello.yaml").read_text() == MINE


def test_a_pack_of_the_directories_loaded_at_start_is_written_there(bob: Caller, tmp_path: Path) -> None:
    write_pack(tmp_path / "packs/demo")
    ports.current().settings = replace(ports.settings(), packs_dirs=str(tmp_path / "packs"))
    packs.load_shipped()

    save(MINE, bob)
    packs.load_shipped()

    assert (tmp_path / "packs/demo/workflows/hello.yaml").read_text() == MINE
    assert len(revisions.list_revisions(ref="demo.hello", by=SYSTEM)[0]) == 2


def test_a_byte_order_mark_of_the_file_stays(directory: Path, bob: Caller) -> None:
    file = directory / "workflows/hello.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + HELLO.encode())
    packs.sync_workflows(ref="demo", by=bob)

    save(MINE, bob)

    assert file.read_bytes() == b"\xef\xbb\xbf" + MINE.encode()


def test_a_file_that_changed_on_the_disk_is_a_conflict_that_shows_both(directory: Path, bob: Caller) -> None:
    file = directory / "workflows/hello.yaml"
    theirs = HELLO.replace("default: world", "default: all")
    file.write_text(theirs)

    with pytest.raises(EditConflict, match=r"hello\.yaml") as caught:
        save(MINE, bob)

    details = caught.value.details
    assert (details["kind"], details["file"]["text"], details["yours"]) == ("file", theirs, MINE)
    assert details["merge"]["text"] == MINE.replace("default: world", "default: all")
    assert (file.read_text(), stored_text()) == (theirs, HELLO)
    assert drafts.get(ref="demo.hello", by=bob)["text"] == MINE
    save(details["merge"]["text"], bob, file_seen=details["file"]["hash"])
    assert file.read_text() == details["merge"]["text"] == stored_text()


def test_a_file_that_changed_once_more_is_a_conflict_once_more(directory: Path, bob: Caller) -> None:
    file = directory / "workflows/hello.yaml"
    file.write_text(HELLO + "# one\n")
    with pytest.raises(EditConflict) as caught:
        save(MINE, bob)
    file.write_text(HELLO + "# two\n")

    with pytest.raises(EditConflict):
        save(MINE, bob, file_seen=caught.value.details["file"]["hash"])

    assert file.read_text() == HELLO + "# two\n"


def test_loading_the_file_instead_keeps_both_in_the_history(directory: Path, bob: Caller) -> None:
    (directory / "workflows/hello.yaml").write_text(HELLO + "# by hand\n")

    packs.sync_workflows(ref="demo", by=bob)
    save(MINE, bob)

    texts = [revisions.get_revision(ref="demo.hello", number=n, by=SYSTEM)["text"] for n in (1, 2, 3)]
    assert texts == [HELLO, HELLO + "# by hand\n", MINE]


def test_a_change_of_the_action_file_of_a_linked_workflow_is_seen(bob: Caller, tmp_path: Path) -> None:
    head = "label: L\nrunner_type: workflow\nworkflow_file: workflows/l.workflow.yaml\n"
    graph = "version: 1.0.0\ntasks:\n  - name: a\n    action: core.noop\n"
    packs.upload(archive=archive_of(**{"actions/l.yaml": head, "actions/workflows/l.workflow.yaml": graph}), by=bob)
    text = queries.source_text(queries.get_workflow(ref="demo.l", by=SYSTEM)["revision"]) or ""
    action = ports.settings().home_path / "packs/demo/actions/l.yaml"

    workflows.save_changes(ref="demo.l", body={"text": text.replace("label: L", "label: M")}, by=bob)
    assert "label: M" in action.read_text()
    action.write_text(action.read_text() + "tags: [x]\n")

    with pytest.raises(EditConflict) as caught:
        workflows.save_changes(ref="demo.l", body={"text": text}, by=bob)
    assert "tags: [x]" in caught.value.details["file"]["text"]


def test_what_can_not_be_written_is_kept_in_the_database_and_said(directory: Path, bob: Caller) -> None:
    (directory / "workflows/hello.yaml").unlink()
    (directory / "workflows").rmdir()
    (directory / "workflows").write_text("a file where the folder was")

    saved = save(MINE, bob)

    assert "database has it" in (saved.unwritten or "")
    assert stored_text() == MINE
    with pytest.raises(FileNotWritten):
        workflows.update_file(ref="demo.hello", body={"text": HELLO}, by=bob)
    assert stored_text() == MINE


def test_a_directory_that_is_not_on_this_machine_is_said(directory: Path, bob: Caller) -> None:
    directory.rename(directory.with_name("elsewhere"))

    assert "not on this machine" in (save(MINE, bob).unwritten or "")
    assert not directory.exists()


@pytest.mark.parametrize("link", ["workflows/hello.yaml", "workflows"])
def test_links_are_not_written_through(directory: Path, bob: Caller, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    (directory / link).rename(outside)
    (directory / link).symlink_to(outside)

    saved = save(MINE, bob)

    assert "symbolic link" in (saved.unwritten or "")
    file = outside if outside.is_file() else outside / "hello.yaml"
    assert file.read_text() == HELLO
    assert (directory / link).is_symlink()


def test_a_draft_with_errors_stays_out_of_the_file(directory: Path, bob: Caller) -> None:
    saved = workflows.save_changes(ref="demo.hello", body={"text": "tasks: ["}, by=bob, draft=True)

    assert "errors" in (saved.unwritten or "")
    assert (directory / "workflows/hello.yaml").read_text() == HELLO
    assert save(MINE, bob).unwritten is None
    assert (directory / "workflows/hello.yaml").read_text() == MINE


def test_rolling_back_writes_the_file_too(directory: Path, bob: Caller) -> None:
    save(MINE, bob)

    workflows.restore(ref="demo.hello", number=1, by=bob)

    assert (directory / "workflows/hello.yaml").read_text() == HELLO


def test_a_failed_save_leaves_the_file_as_it_was(directory: Path, bob: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the commit did not stand")

    monkeypatch.setattr("app.persistence.session.Transaction.flush", fail)

    with pytest.raises(RuntimeError):
        save(MINE, bob)

    monkeypatch.undo()
    assert (directory / "workflows/hello.yaml").read_text() == HELLO
    assert stored_text() == HELLO


def test_a_workflow_without_a_file_gets_none_by_being_saved(bob: Caller) -> None:
    packs.create(body={"ref": "mine", "label": "Mine", "version": "1"}, by=bob)
    text = HELLO.replace("demo.hello", "mine.hello").replace("demo.say", "core.echo")
    workflows.create(body={"ref": "mine.hello", "pack_ref": "mine", "text": text}, by=bob)

    workflows.save_changes(ref="mine.hello", body={"text": text + "#\n"}, by=bob)

    assert not (ports.settings().home_path / "packs/mine").exists()


def test_who_may_not_change_the_workflow_changes_no_file(directory: Path) -> None:
    reader = Caller(identity_id=7, login="carol", grants=(Grant("actions", frozenset({"read", "execute"})),))

    with pytest.raises(Exception, match="not permitted"):
        save(MINE, reader)

    assert (directory / "workflows/hello.yaml").read_text() == HELLO
