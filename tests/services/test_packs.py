"""Packs as use cases: made, configured, loaded from files, replaced as a whole, deleted."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.engine.access import SYSTEM, Caller, Grant
from app.engine.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound
from app.persistence import session
from app.persistence.models import Execution
from app.queries import actions as action_queries
from app.queries import packs as queries
from app.queries import workflows as workflow_queries
from app.services import actions, pack_store, packs, ports, workflows
from tests.services.pack_builders import HELLO, SAY, archive_of, editor, someone, write_pack

BODY = {"ref": "mine", "label": "Mine", "version": "1"}


@pytest.fixture
def bob(database: object) -> Caller:
    return editor()


def refs_of(pack: str) -> set[str]:
    return {row["ref"] for row in action_queries.list_actions(by=SYSTEM, pack_ref=pack, limit=100)[0]}


def store() -> set[str]:
    return {path.name for path in pack_store.root().iterdir()}


# --- made through the API


def test_a_new_pack_belongs_to_who_made_it(bob: Caller) -> None:
    row = packs.create(body={**BODY, "tags": ["a"]}, by=bob)

    pack = queries.get_pack(ref="mine", by=bob)
    assert pack["id"] == row.id
    assert pack["installed_by"] == bob.identity_id
    assert (pack["conf_schema"], pack["config"], pack["meta"], pack["tags"]) == ({}, {}, {}, ["a"])


def test_a_pack_is_seen_by_its_owner_and_by_grants_that_name_it_not_by_plain_administrators(bob: Caller) -> None:
    packs.create(body=BODY, by=bob)
    admin = someone("alice", Grant("packs", frozenset({"read"})))
    named = someone("nora", Grant("packs", frozenset({"read"}), {"pack_refs": ["mine"]}))

    seen = {who.login: [p["ref"] for p in queries.list_packs(by=who)[0]] for who in (bob, admin, named)}

    assert seen == {"bob": ["mine"], "alice": [], "nora": ["mine"]}
    with pytest.raises(NotFound):
        queries.get_pack(ref="mine", by=admin)
    with pytest.raises(NotFound):
        packs.update(ref="mine", body={"label": "x"}, by=admin)


def test_a_taken_ref_is_a_conflict_and_a_missing_right_is_forbidden(bob: Caller) -> None:
    packs.create(body=BODY, by=bob)

    with pytest.raises(Conflict):
        packs.create(body=BODY, by=bob)
    with pytest.raises(Forbidden):
        packs.create(body={**BODY, "ref": "other"}, by=someone("mallory"))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"ref": "Mine"}, "ref"),
        ({"ref": "9mine"}, "ref"),
        ({"label": ""}, "label"),
        ({"label": "x" * 256}, "label"),
        ({"version": 1}, "version"),
        ({"tags": "a"}, "tags"),
        ({"meta": {"a": "\0"}}, "meta"),
        ({"description": "\ud800"}, "description"),
        ({"conf_schema": {"a": {"type": "colour"}}}, "conf_schema"),
    ],
)
def test_every_wrong_field_is_named(bob: Caller, change: dict, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        packs.create(body={**BODY, **change}, by=bob)

    assert [d["path"].split(".")[0] for d in caught.value.details] == [path]


def test_configuration_gets_defaults_is_cast_and_checked_against_its_schema(bob: Caller) -> None:
    schema = {"retries": {"type": "integer", "default": 3, "minimum": 0}, "host": {"type": "string"}}
    packs.create(body={**BODY, "conf_schema": schema, "config": {"host": "a"}}, by=bob)

    packs.update(ref="mine", body={"config": {"host": "b", "retries": "5"}}, by=bob)
    with pytest.raises(Invalid) as caught:
        packs.update(ref="mine", body={"config": {"retries": -1}}, by=bob)

    assert queries.get_pack(ref="mine", by=bob)["config"] == {"host": "b", "retries": 5}
    assert caught.value.details[0]["path"] == "config.retries"


def test_a_secret_of_the_configuration_is_never_shown_and_survives_being_sent_back_masked(bob: Caller) -> None:
    schema = {"token": {"type": "string", "secret": True}, "host": {"type": "string"}}
    packs.create(body={**BODY, "conf_schema": schema, "config": {"token": "s3cret", "host": "a"}}, by=bob)

    shown = queries.get_pack(ref="mine", by=bob)["config"]
    row = packs.update(ref="mine", body={"config": {**shown, "host": "b"}}, by=bob)

    assert shown == {"token": "***", "host": "a"}
    assert row.config == {"token": "s3cret", "host": "b"}


def test_an_update_changes_what_is_sent_clears_by_patch_object_and_respects_if_match(bob: Caller) -> None:
    packs.create(body={**BODY, "description": "old"}, by=bob)
    before = queries.get_pack(ref="mine", by=bob)["updated"]

    packs.update(ref="mine", body={"description": {"op": "clear"}, "ref": "x"}, by=bob, if_match=f'"{before}"')
    with pytest.raises(Conflict):
        packs.update(ref="mine", body={"label": "late"}, by=bob, if_match=f'"{before}"')

    pack = queries.get_pack(ref="mine", by=bob)
    assert (pack["ref"], pack["label"], pack["description"]) == ("mine", "Mine", None)


def test_files_that_wait_in_the_store_give_a_new_pack_its_workflows(bob: Caller) -> None:
    write_pack(pack_store.directory_of("demo"), {"workflows/hello.yaml": HELLO, "workflows/bad.yaml": "tasks: {}"})

    packs.create(body={**BODY, "ref": "demo"}, by=bob)

    assert refs_of("demo") == {"demo.hello"}


# --- loaded from files


def test_an_upload_registers_components_and_keeps_its_files_in_the_store(bob: Caller) -> None:
    done = packs.upload(archive=archive_of(top="demo-1.0"), by=bob)

    assert done.warnings == []
    assert refs_of("demo") == {"demo.say", "demo.hello"}
    assert Path(done.pack.storage_path, "actions/say.yaml").read_text() == SAY
    assert store() == {"demo"}
    say = action_queries.get_action(ref="demo.say", by=SYSTEM)
    assert (say["runtime_ref"], say["is_adhoc"], say["entrypoint"]) == ("demo.shell", False, 'echo "$message"')


def test_a_workflow_file_keeps_its_text_byte_for_byte_in_a_revision(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)

    flow = workflow_queries.get_workflow(ref="demo.hello", by=SYSTEM)

    assert workflow_queries.source_text(flow["revision"]) == HELLO
    assert action_queries.get_action(ref="demo.hello", by=SYSTEM)["workflow_def"] == flow["id"]


def test_a_second_upload_needs_force_and_then_replaces_what_came_from_files_only(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)
    adhoc = {"ref": "demo.adhoc", "pack_ref": "demo", "label": "A", "entrypoint": "ls", "runtime_ref": "bash"}
    actions.create(body=adhoc, by=bob)
    first = action_queries.get_action(ref="demo.say", by=SYSTEM)["id"]

    with pytest.raises(Conflict):
        packs.upload(archive=archive_of(), by=bob)
    packs.upload(archive=archive_of(**{"workflows/hello.yaml": None, "actions/new.yaml": SAY}), force=True, by=bob)

    assert refs_of("demo") == {"demo.say", "demo.new", "demo.adhoc"}
    assert action_queries.get_action(ref="demo.say", by=SYSTEM)["id"] == first
    assert store() == {"demo"}
    assert not (pack_store.directory_of("demo") / "workflows").exists()


BROKEN = {
    "pack.yaml": "ref: Not A Ref\nversion: 1",
    "actions/say.yaml": "label: [",
    "actions/other.yaml": "label: No entry point\nrunner_type: bash",
    "actions/cobol.yaml": "entry_point: x\nrunner_type: cobol",
    "rules/r.yaml": "ref: r\nlabel: No trigger",
    "triggers/t.yaml": "- a list",
    "permission_sets/p.yaml": "ref: p\ngrants: [{resource: moon, actions: [read]}]",
    "sensors/s.yaml": "just text",
    "actions/double.yaml": "ref: demo.say\nentry_point: x\nrunner_type: bash",
}


@pytest.mark.parametrize(("file", "text"), BROKEN.items(), ids=BROKEN)
def test_a_wrong_component_refuses_the_upload_and_everything_stays_as_it_was(bob: Caller, file: str, text: str) -> None:
    packs.upload(archive=archive_of(), by=bob)
    before = queries.get_pack(ref="demo", by=bob)

    with pytest.raises(BadRequest):
        packs.upload(archive=archive_of(**{"actions/new.yaml": SAY, file: text}), force=True, by=bob)

    assert queries.get_pack(ref="demo", by=bob) == before
    assert refs_of("demo") == {"demo.say", "demo.hello"}
    assert store() == {"demo"}
    assert not (pack_store.directory_of("demo") / "actions/new.yaml").exists()


@pytest.mark.parametrize(
    "text",
    ["version: 1\ntasks: {greet: {action: demo.say}}", "version: 1\ntasks:\n- name: a\n  action: demo.say\n  on-success: b", "tasks: ["],
    ids=["tasks as a map", "hyphenated keys", "no yaml"],
)
def test_a_wrong_workflow_is_a_warning_and_left_out(bob: Caller, text: str) -> None:
    done = packs.upload(archive=archive_of(**{"workflows/bad.yaml": text}), by=bob)

    assert refs_of("demo") == {"demo.say", "demo.hello"}
    assert {w["file"] for w in done.warnings} == {"workflows/bad.yaml"}


def test_line_ends_stay_and_a_text_that_is_not_utf_8_is_named(bob: Caller) -> None:
    with_crlf = HELLO.replace("\n", "\r\n")

    packs.upload(archive=archive_of(**{"workflows/hello.yaml": with_crlf}), by=bob)
    (pack_store.directory_of("demo") / "workflows/latin.yaml").write_bytes(b"label: caf\xe9\n")
    answer = packs.validate_workflows(ref="demo", by=bob)

    revision = workflow_queries.get_workflow(ref="demo.hello", by=SYSTEM)["revision"]
    assert workflow_queries.source_text(revision) == with_crlf
    assert answer["errors"] == {"demo.latin": ["The file is not UTF-8 text: byte 11 can't be read."]}


def test_a_component_file_over_the_limit_is_refused_before_it_is_read(bob: Caller) -> None:
    with pytest.raises(BadRequest, match="ATTUNE_MAX_DEFINITION"):
        packs.upload(archive=archive_of(**{"actions/big.yaml": "# " + "x" * 2_000_000}), by=bob)


def test_the_linked_layout_takes_identity_from_the_action_and_tasks_from_the_graph(bob: Caller) -> None:
    action = "label: Linked\nversion: 2.0.0\nworkflow_file: workflows/l.workflow.yaml\nparameters: {a: {type: string}}\ntags: [t]\n"
    graph = "version: 1.0.0\nlabel: Hidden\ntasks:\n- name: x\n  action: demo.say\n  input: {message: hi}\n"

    packs.upload(archive=archive_of(**{"actions/l.yaml": action, "actions/workflows/l.workflow.yaml": graph}), by=bob)

    flow = workflow_queries.get_workflow(ref="demo.l", by=SYSTEM)
    assert (flow["label"], flow["param_schema"], flow["tags"]) == ("Linked", {"a": {"type": "string"}}, ["t"])
    assert [t["name"] for t in flow["definition"]["tasks"]] == ["x"]
    assert workflows.load_spec(flow["revision"]).label == "Linked"


def test_workflows_of_a_pack_may_call_each_other_in_any_order(bob: Caller) -> None:
    caller = "ref: a_first\nversion: 1\nlabel: C\ntasks:\n- name: x\n  action: demo.hello\n"

    done = packs.upload(archive=archive_of(**{"workflows/a_first.yaml": caller}), by=bob)

    assert done.warnings == []


def test_a_directory_is_read_where_it_is_but_only_below_the_allowed_roots(bob: Caller, tmp_path: Path) -> None:
    allowed = write_pack(pack_store.root() / "demo")
    outside = write_pack(tmp_path / "outside")

    done = packs.register_directory(path=allowed, by=bob)
    with pytest.raises(BadRequest, match="ATTUNE_ALLOWED_PACK_ROOTS"):
        packs.register_directory(path=outside, by=bob, force=True)

    assert done.pack.storage_path == str(allowed)
    assert refs_of("demo") == {"demo.say", "demo.hello"}


def test_a_link_out_of_a_registered_directory_is_refused(bob: Caller) -> None:
    directory = write_pack(pack_store.root() / "demo")
    (directory / "actions" / "secret.yaml").symlink_to("/etc/passwd")

    with pytest.raises(BadRequest, match="leads out"):
        packs.register_directory(path=directory, by=bob)


def test_the_store_is_put_back_when_the_rows_can_not_be_written(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)
    packs.create(body={**BODY, "ref": "other"}, by=bob)
    taken = {"ref": "other.x", "pack_ref": "other", "label": "A", "entrypoint": "ls", "runtime_ref": "bash"}
    actions.create(body=taken, by=bob)
    # found only when rows are written: the runtime of an action is looked up there
    with pytest.raises(BadRequest, match="fortran"):
        packs.upload(archive=archive_of(**{"actions/x.yaml": "entry_point: x\nrunner_type: fortran"}), force=True, by=bob)

    assert (pack_store.directory_of("demo") / "actions/say.yaml").read_text() == SAY
    assert store() == {"demo"}


# --- git


@pytest.fixture
def repository(database: object) -> Path:
    directory = write_pack(ports.settings().home_path / "packs" / "origin")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(directory)]
    hook = directory / ".git" / "hooks" / "post-checkout"
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    subprocess.run([*git, "tag", "v1"], check=True)
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch /tmp/attune-hook-ran\n")
    hook.chmod(0o755)
    return directory


@pytest.mark.parametrize("ref_spec", [None, "main", "v1"])
def test_a_pack_is_installed_from_a_git_repository_at_a_branch_or_tag(repository: Path, ref_spec: str | None) -> None:
    done = packs.install(source=f"file://{repository}", ref_spec=ref_spec, by=editor())

    assert (done.pack.source_type, done.pack.source_url) == ("git", f"file://{repository}")
    assert refs_of("demo") == {"demo.say", "demo.hello"}
    assert not (pack_store.directory_of("demo") / ".git").exists()
    assert not Path("/tmp/attune-hook-ran").exists()


@pytest.mark.parametrize(
    "source",
    [
        "--upload-pack=touch /tmp/evil",
        "ext::sh -c touch% /tmp/evil",
        "http://example.org/repo.git",
        "file:///etc",
        "/etc",
        "ftp://example.org/x",
        "-u evil",
        "",
        "not-a-known-name",
    ],
)
def test_a_source_that_is_not_allowed_is_refused(bob: Caller, source: str) -> None:
    with pytest.raises(BadRequest):
        packs.install(source=source, ref_spec=None, by=bob)

    assert not Path("/tmp/evil").exists()
    assert store() == set()


@pytest.mark.parametrize("ref_spec", ["--upload-pack=x", "-x", "a..b", "a b", "nowhere"])
def test_a_revision_that_is_an_option_or_not_there_is_refused(repository: Path, ref_spec: str) -> None:
    with pytest.raises(BadRequest):
        packs.install(source=str(repository), ref_spec=ref_spec, by=editor())


# --- workflow files, deleting


def test_sync_reads_workflow_files_again_and_counts_what_it_did(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)
    write_pack(pack_store.directory_of("demo"), {"workflows/two.yaml": HELLO.replace("demo.hello", "demo.two"), "workflows/bad.yaml": "x"})

    answer = packs.sync_workflows(ref="demo", by=bob)

    assert (answer["loaded_count"], answer["registered_count"]) == (3, 2)
    assert {(w["ref_name"], w["created"]) for w in answer["workflows"]} == {("demo.hello", False), ("demo.two", True)}
    assert len(answer["errors"]) == 1
    assert packs.validate_workflows(ref="demo", by=bob)["error_count"] == 1


def test_a_pack_without_files_syncs_to_zero_counts_and_an_unknown_pack_is_not_found(bob: Caller) -> None:
    packs.create(body=BODY, by=bob)

    answer = packs.sync_workflows(ref="mine", by=bob)

    assert (answer["loaded_count"], answer["registered_count"], answer["workflows"], answer["errors"]) == (0, 0, [], [])
    with pytest.raises(NotFound):
        packs.sync_workflows(ref="nobody", by=bob)


def test_deleting_a_pack_removes_its_components_and_files_and_keeps_what_ran(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)
    say = action_queries.get_action(ref="demo.say", by=SYSTEM)
    with session.transaction() as tx:
        tx.session.add(Execution(action=say["id"], action_ref="demo.say", status="completed"))
    admin = someone("alice", Grant("packs", frozenset({"read", "delete"}), {"refs": ["demo"]}))

    packs.delete(ref="demo", by=admin)

    assert refs_of("demo") == set()
    assert store() == set()
    with session.reading() as tx:
        ran = tx.session.query(Execution).one()
        assert (ran.action, ran.action_ref) == (None, "demo.say")


def test_the_core_pack_can_not_be_deleted(database: object) -> None:
    packs.load_shipped()

    with pytest.raises(Forbidden):
        packs.delete(ref="core", by=SYSTEM)


# --- archives by address, and what files may hand out


@pytest.fixture
def archive_address(database: object) -> Iterator[str]:
    """A loopback server with one pack at /demo.tar.gz."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/demo.tar.gz"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(archive_of().getvalue() if found else b"")

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_pack_is_installed_from_the_address_of_an_archive(archive_address: str) -> None:
    done = packs.install(source=f"{archive_address}/demo.tar.gz", ref_spec=None, by=editor())

    assert done.pack.source_type == "archive_url"
    assert refs_of("demo") == {"demo.say", "demo.hello"}
    with pytest.raises(BadRequest, match="404"):
        packs.install(source=f"{archive_address}/gone.tar.gz", ref_spec=None, by=editor("eve"))


def test_an_archive_on_a_private_address_is_refused_when_the_setting_says_so(archive_address: str) -> None:
    now = ports.current()
    ports.use(replace(now, settings=replace(now.settings, allow_private_addresses=False)))

    with pytest.raises(BadRequest, match="not a public address"):
        packs.install(source=f"{archive_address}/demo.tar.gz", ref_spec=None, by=editor())


WIDE = "ref: all\ngrants: [{resource: identities, action: manage}]"
HELD = "ref: some\ngrants: [{resource: packs, actions: [read]}]"


@pytest.mark.parametrize("text", [WIDE, HELD + "\nroles: [ops]"], ids=["a grant nobody gave them", "a role"])
def test_an_editor_can_not_hand_out_through_a_file_what_they_do_not_hold(bob: Caller, text: str) -> None:
    with pytest.raises(Forbidden):
        packs.upload(archive=archive_of(**{"permission_sets/p.yaml": text}), by=bob)

    assert queries.list_packs(by=bob)[1] == 0
    assert store() == set()
    packs.upload(archive=archive_of(**{"permission_sets/p.yaml": HELD}), by=bob)


def test_nobody_replaces_the_core_pack_or_a_pack_of_somebody_else(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)
    carol = editor("carol")

    with pytest.raises(Forbidden):
        packs.upload(archive=archive_of(), force=True, by=carol)
    with pytest.raises(Forbidden):
        packs.upload(archive=archive_of(**{"pack.yaml": "ref: core\nversion: 1"}), force=True, by=carol)
