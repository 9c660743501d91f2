"""Workflows as use cases: saved with revisions and companions, checked, pinned, written to files."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.engine.access import SYSTEM, Caller, Grant
from app.engine.errors import Conflict, EditConflict, Forbidden, Invalid, NotFound
from app.engine.spec.document import load
from app.queries import actions as action_queries
from app.queries import revisions as revision_queries
from app.queries import workflows as queries
from app.services import actions, drafts, pack_sources, pack_store, packs, ports, workflow_files, workflows
from app.services.pack_sources import SHIPPED
from tests.services.pack_builders import HELLO, SAY, archive_of, editor, someone, write_pack

DEFINITION = {"tasks": [{"name": "a", "action": "core.echo", "input": {"message": "hi"}, "ui": {"x": 1}}], "__note": [1]}
BODY: dict[str, Any] = {"ref": "mine.flow", "pack_ref": "mine", "label": "Flow", "version": "1", "definition": DEFINITION}
TEXT = """\
# kept
ref: mine.flow
label: From text
version: 1.10
tasks:
  - {name: a, action: core.echo, input: {message: hi}}  # kept too
"""


@pytest.fixture
def bob(database: object) -> Caller:
    caller = editor()
    packs.register_directory(path=SHIPPED / "core", by=SYSTEM, standard=True)
    packs.create(body={"ref": "mine", "label": "Mine", "version": "1"}, by=caller)
    return caller


def get(ref: str = "mine.flow") -> dict[str, Any]:
    return queries.get_workflow(ref=ref, by=SYSTEM)


def test_a_definition_comes_back_exactly_as_it_was_sent_unknown_keys_and_all(bob: Caller) -> None:
    workflows.create(body={**BODY, "tags": ["x"], "param_schema": {"n": {"type": "integer"}}}, by=bob)

    flow = get()

    assert flow["definition"] == DEFINITION
    assert (flow["label"], flow["version"], flow["tags"], flow["task_count"]) == ("Flow", "1", ["x"], 1)
    assert flow["enabled"] is True


def test_the_companion_action_follows_every_change(bob: Caller) -> None:
    row = workflows.create(body=BODY, by=bob)
    workflows.update(ref="mine.flow", body={"label": "New", "param_schema": {"n": {"type": "integer"}}}, by=bob)

    action = action_queries.get_action(ref="mine.flow", by=SYSTEM)

    assert (action["label"], action["param_schema"]) == ("New", {"n": {"type": "integer"}})
    assert (action["workflow_def"], action["is_workflow"], action["entrypoint"], action["runtime"]) == (row.id, True, "workflow", None)


def test_every_save_that_says_something_else_than_the_last_is_a_revision_and_history_only_grows(bob: Caller) -> None:
    first = workflows.create(body=BODY, by=bob).revision
    second = workflows.update(ref="mine.flow", body={"label": "B"}, by=bob).revision
    same = workflows.update(ref="mine.flow", body={"label": "B"}, by=bob).revision
    back = workflows.update(ref="mine.flow", body={"label": "Flow"}, by=bob).revision

    numbers = [(r["number"], r["current"], r["created_by"]) for r in revision_queries.list_revisions(ref="mine.flow", by=SYSTEM)[0]]

    assert same == second and back not in (first, second)
    assert numbers == [(3, True, bob.identity_id), (2, False, bob.identity_id), (1, False, bob.identity_id)]


def test_a_run_stays_with_its_revision(bob: Caller) -> None:
    pinned = workflows.create(body=BODY, by=bob).revision or 0
    changed = {"tasks": [{"name": "b", "action": "core.noop"}]}

    workflows.update(ref="mine.flow", body={"definition": changed}, by=bob)

    assert [t.name for t in workflows.load_spec(pinned).tasks] == ["a"]
    assert [t.name for t in workflows.load_spec(workflows.current_revision("mine.flow")).tasks] == ["b"]
    assert queries.plan_source(pinned)["tasks"] == DEFINITION["tasks"]


def test_a_text_says_everything_and_is_kept_byte_for_byte(bob: Caller) -> None:
    workflows.create(body={"ref": "mine.flow", "pack_ref": "mine", "text": TEXT}, by=bob)

    flow = get()

    assert (flow["label"], flow["version"]) == ("From text", "1.10")
    assert queries.source_text(flow["revision"]) == TEXT


def test_a_text_that_says_another_ref_is_refused(bob: Caller) -> None:
    with pytest.raises(Invalid, match="never changes"):
        workflows.create(body={"ref": "mine.other", "pack_ref": "mine", "text": TEXT}, by=bob)


def test_a_taken_ref_is_a_conflict_whether_a_workflow_or_an_action_has_it(bob: Caller) -> None:
    workflows.create(body=BODY, by=bob)
    adhoc = {"ref": "mine.act", "pack_ref": "mine", "label": "A", "entrypoint": "ls", "runtime_ref": "shell"}
    actions.create(body=adhoc, by=bob)

    for body in (BODY, {**BODY, "ref": "mine.act"}):
        with pytest.raises(Conflict):
            workflows.create(body=body, by=bob)
    with pytest.raises(Conflict):
        actions.create(body={**adhoc, "ref": "mine.flow"}, by=bob)


def test_an_unknown_pack_is_not_found_and_a_missing_right_is_forbidden(bob: Caller) -> None:
    with pytest.raises(NotFound):
        workflows.create(body={**BODY, "ref": "gone.flow", "pack_ref": "gone"}, by=bob)
    with pytest.raises(Forbidden):
        workflows.create(body=BODY, by=someone("mallory"))
    with pytest.raises(NotFound):
        workflows.update(ref="mine.nothing", body={}, by=bob)


INVALID = {
    "no tasks": {"tasks": []},
    "tasks as a map": {"tasks": {"a": {"action": "core.noop"}}},
    "two tasks of one name": {"tasks": [{"name": "a", "action": "core.noop"}, {"name": "a", "action": "core.noop"}]},
    "a target that is not there": {"tasks": [{"name": "a", "action": "core.noop", "on_success": "b"}]},
    "a task without action": {"tasks": [{"name": "a"}]},
    "a bad retry": {"tasks": [{"name": "a", "action": "core.noop", "retry": {"count": -1}}]},
    "a broken template": {"tasks": [{"name": "a", "action": "core.echo", "input": {"message": "{{ 1 +"}}]},
}


@pytest.mark.parametrize("definition", INVALID.values(), ids=INVALID)
def test_a_wrong_structure_is_refused_with_the_place(bob: Caller, definition: dict) -> None:
    with pytest.raises(Invalid) as caught:
        workflows.create(body={**BODY, "definition": definition}, by=bob)

    assert all(d["path"].startswith("tasks") and d["message"] for d in caught.value.details)
    assert queries.list_workflows(by=SYSTEM, pack_ref="mine")[1] == 0


@pytest.mark.parametrize("definition", INVALID.values(), ids=INVALID)
def test_a_draft_keeps_a_wrong_definition_with_its_errors_and_can_not_be_run(bob: Caller, definition: dict) -> None:
    workflows.create(body={**BODY, "definition": definition}, by=bob, draft=True)

    assert get()["definition"] == definition
    assert [w for w in get()["warnings"] if w["severity"] == "error"]
    with pytest.raises(Conflict, match="draft"):
        workflows.current_revision("mine.flow")
    workflows.update(ref="mine.flow", body={"definition": DEFINITION}, by=bob)
    assert workflows.current_revision("mine.flow")


def test_what_may_be_fixed_later_is_only_a_warning(bob: Caller) -> None:
    later = {"tasks": [{"name": "a", "action": "soon.there", "colour": "red"}]}

    workflows.create(body={**BODY, "definition": later}, by=bob)

    assert {w["severity"] for w in get()["warnings"]} == {"warning"}
    assert len(get()["warnings"]) == 2


def test_a_disabled_workflow_can_not_be_run_and_switching_makes_no_revision(bob: Caller) -> None:
    first = workflows.create(body=BODY, by=bob).revision

    workflows.set_enabled(ref="mine.flow", enabled=False, by=bob)

    with pytest.raises(Conflict, match="disabled"):
        workflows.current_revision("mine.flow")
    workflows.set_enabled(ref="mine.flow", enabled=True, by=bob)
    assert workflows.current_revision("mine.flow") == first


def test_if_match_refuses_a_change_on_top_of_one_not_seen(bob: Caller) -> None:
    workflows.create(body=BODY, by=bob)
    seen = get()["updated"]
    workflows.update(ref="mine.flow", body={"label": "B"}, by=bob, if_match=f'"{seen}"')

    with pytest.raises(Conflict):
        workflows.update(ref="mine.flow", body={"label": "C"}, by=bob, if_match=f'"{seen}"')


def test_of_two_changes_at_once_on_top_of_the_same_state_one_is_refused(bob: Caller) -> None:
    workflows.create(body=BODY, by=bob)
    seen = get()["updated"]
    start = threading.Barrier(4)

    def change(label: str) -> str:
        start.wait()
        try:
            workflows.update(ref="mine.flow", body={"label": label}, by=bob, if_match=f'"{seen}"')
        except Conflict:
            return "refused"
        return "saved"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(change, ["A", "B", "C", "D"]))

    assert outcomes == ["refused", "refused", "refused", "saved"]
    assert [r["number"] for r in revision_queries.list_revisions(ref="mine.flow", by=SYSTEM)[0]] == [2, 1]


def test_of_many_savers_with_one_base_one_wins_and_each_other_keeps_a_draft_and_sees_who_won(bob: Caller) -> None:
    base = workflows.create(body={"ref": "mine.flow", "pack_ref": "mine", "text": TEXT}, by=bob).revision
    people = [editor(f"editor{n}") for n in range(4)]
    start = threading.Barrier(4)

    def change(by: Caller) -> str:
        start.wait()
        try:
            workflows.update(ref="mine.flow", body={"text": f"{TEXT}# {by.login}\n"}, by=by, if_match=f'"{base}"')
        except EditConflict as error:
            return f"after {error.details['head']['login']}"
        return "saved"

    with ThreadPoolExecutor(4) as pool:
        outcomes = dict(zip([by.login for by in people], pool.map(change, people), strict=True))

    winner = next(login for login, outcome in outcomes.items() if outcome == "saved")
    losers = [by for by in people if by.login != winner]
    assert [outcomes[by.login] for by in losers] == [f"after {winner}"] * 3
    assert [drafts.get(ref="mine.flow", by=by)["text"] for by in losers] == [f"{TEXT}# {by.login}\n" for by in losers]
    assert queries.source_text(get()["revision"]) == f"{TEXT}# {winner}\n"


def test_validate_answers_with_every_problem_and_its_place_and_writes_nothing(bob: Caller) -> None:
    text = "version: 1\ntasks:\n  - name: a\n    action: core.echo\n    input: {mesage: x}\n    next:\n      - do: b\n"

    by_text = workflows.validate(body={"yaml": text}, by=SYSTEM)
    by_json = workflows.validate(body={"definition": load(text).value}, by=SYSTEM)

    assert by_text["valid"] is by_json["valid"] is False
    assert [(e["path"], e["line"]) for e in by_text["errors"] if "'b'" in e["message"]] == [("tasks[0].next[0].do", 7)]
    assert {e["line"] for e in by_json["errors"]} == {None}
    assert all(set(p) == {"path", "message", "task", "line", "column", "severity", "fix"} for p in by_text["errors"])
    with pytest.raises(Invalid):
        workflows.validate(body={}, by=SYSTEM)


def test_a_stored_workflow_is_checked_against_the_actions_there_are_now(bob: Caller) -> None:
    uses = {"tasks": [{"name": "a", "action": "mine.act"}]}
    workflows.create(body={**BODY, "definition": uses}, by=bob)
    before = workflows.validate_stored(ref="mine.flow", by=SYSTEM)

    actions.create(body={"ref": "mine.act", "pack_ref": "mine", "label": "A", "entrypoint": "ls", "runtime_ref": "sh"}, by=bob)

    assert len(before["warnings"]) == 1
    assert workflows.validate_stored(ref="mine.flow", by=SYSTEM) == {"valid": True, "errors": [], "warnings": []}


def test_deleting_takes_the_companion_along_and_keeps_the_revisions(bob: Caller) -> None:
    revision = workflows.create(body=BODY, by=bob).revision or 0
    alice = someone("alice", Grant("actions", frozenset({"delete"})))
    with pytest.raises(Conflict):
        actions.delete(ref="mine.flow", by=alice)

    workflows.delete(ref="mine.flow", by=alice)

    with pytest.raises(NotFound):
        action_queries.get_action(ref="mine.flow", by=SYSTEM)
    assert queries.plan_source(revision)["ref"] == "mine.flow"


# --- files


def directory_of(pack: str) -> Path:
    return pack_store.directory_of(pack)


def test_saving_json_to_files_writes_the_pair_and_a_sync_finds_nothing_new(bob: Caller) -> None:
    body = {**BODY, "name": "flow", "param_schema": {"n": {"type": "integer"}}, "description": "two\nlines"}

    row = workflows.save_file(pack_ref="mine", body=body, by=bob)
    again = packs.sync_workflows(ref="mine", by=bob)

    head = load((directory_of("mine") / "actions/flow.yaml").read_text()).value
    graph = load((directory_of("mine") / "actions/workflows/flow.workflow.yaml").read_text()).value
    assert (head["label"], head["parameters"], head["workflow_file"]) == ("Flow", {"n": {"type": "integer"}}, "workflows/flow.workflow.yaml")
    assert graph == {"version": "1", **DEFINITION}
    assert [w["created"] for w in again["workflows"]] == [False]
    assert get()["revision"] == row.revision


def test_saving_text_to_files_writes_it_byte_for_byte(bob: Caller) -> None:
    workflows.save_file(pack_ref="mine", body={"name": "flow", "text": TEXT}, by=bob)
    workflows.update_file(ref="mine.flow", body={"text": TEXT + "# more\n"}, by=bob)

    assert (directory_of("mine") / "workflows/flow.yaml").read_text() == TEXT + "# more\n"


def test_a_workflow_keeps_the_layout_it_was_loaded_from(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)

    workflows.update_file(ref="demo.hello", body={"label": "Renamed"}, by=bob)

    directory = directory_of("demo")
    assert load((directory / "workflows/hello.yaml").read_text()).value["label"] == "Renamed"
    assert not (directory / "actions/hello.yaml").exists()


def test_a_linked_workflow_is_edited_as_one_text_and_saved_to_its_two_files(bob: Caller) -> None:
    head = "label: L  # named\nrunner_type: workflow\nworkflow_file: workflows/l.workflow.yaml\n"
    graph = "version: 1.0.0\ntasks:  # in order\n  - name: a\n    action: core.noop\n"
    packs.upload(archive=archive_of(**{"actions/l.yaml": head, "actions/workflows/l.workflow.yaml": graph}), by=bob)
    text = queries.source_text(get("demo.l")["revision"]) or ""

    workflows.update_file(ref="demo.l", body={"text": text.replace("label: L ", "label: M ").replace("noop", "echo")}, by=bob)

    directory = directory_of("demo") / "actions"
    assert "label: M  # named" in (directory / "l.yaml").read_text()
    assert "workflow_file: workflows/l.workflow.yaml" in (directory / "l.yaml").read_text()
    assert (directory / "workflows/l.workflow.yaml").read_text() == graph.replace("noop", "echo")
    assert [w["created"] for w in packs.sync_workflows(ref="demo", by=bob)["workflows"]] == [False, False]
    assert get("demo.l")["label"] == "M"


def test_files_are_taken_back_when_the_save_fails(bob: Caller) -> None:
    workflows.save_file(pack_ref="mine", body={"name": "flow", "text": TEXT}, by=bob)

    with pytest.raises(Invalid):
        workflows.update_file(ref="mine.flow", body={"text": "tasks: ["}, by=bob)
    with pytest.raises(RuntimeError), workflow_files.written() as writes:
        writes.write(directory_of("mine") / "workflows/flow.yaml", "half")
        writes.write(directory_of("mine") / "workflows/other.yaml", "half")
        raise RuntimeError

    assert (directory_of("mine") / "workflows/flow.yaml").read_text() == TEXT
    assert not (directory_of("mine") / "workflows/other.yaml").exists()


def test_a_pack_that_ships_is_copied_before_its_files_are_changed(bob: Caller) -> None:
    packs.load_shipped()
    shipped = SHIPPED / "examples/workflows/hello.yaml"
    before = shipped.read_text()

    workflows.update_file(ref="examples.hello", body={"text": before.replace("Hello, {{", "Hi, {{")}, by=bob)

    assert shipped.read_text() == before
    assert "Hi, {{" in (directory_of("examples") / "workflows/hello.yaml").read_text()
    assert packs.load_shipped() == []


def test_what_a_newer_attune_ships_goes_over_the_copy_of_an_older_one(bob: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_sources, "SHIPPED", tmp_path)
    write_pack(tmp_path / "demo")
    packs.load_shipped()
    workflows.update_file(ref="demo.hello", body={"text": HELLO + "# first\n"}, by=bob)
    write_pack(tmp_path / "demo", **{"actions/say.yaml": SAY.replace("Say", "Speak")})
    packs.load_shipped()
    assert queries.source_text(get("demo.hello")["revision"]) == HELLO
    assert len(revision_queries.list_revisions(ref="demo.hello", by=SYSTEM)[0]) == 3

    workflows.update_file(ref="demo.hello", body={"text": HELLO + "# second\n"}, by=bob)

    assert "Speak" in (directory_of("demo") / "actions/say.yaml").read_text()
    assert (directory_of("demo") / "workflows/hello.yaml").read_text() == HELLO + "# second\n"


def test_a_new_workflow_of_a_pack_that_can_not_be_written_is_kept_in_the_database_and_said(bob: Caller, tmp_path: Path) -> None:
    ports.current().settings = replace(ports.settings(), allowed_pack_roots=str(tmp_path))
    packs.register_directory(path=write_pack(tmp_path / "demo"), by=bob)
    (tmp_path / "demo").rename(tmp_path / "away")

    saved = workflows.create_in_pack(pack_ref="demo", body={"name": "new", "text": HELLO.replace("demo.hello", "demo.new")}, by=bob)

    assert "not on this machine" in (saved.unwritten or "") and "database has it" in (saved.unwritten or "")
    assert get("demo.new")["label"] == "Hello"


def test_configuring_a_pack_does_not_undo_what_was_saved_since_its_files_were_loaded(bob: Caller) -> None:
    packs.upload(archive=archive_of(), by=bob)
    workflows.update(ref="demo.hello", body={"label": "Edited"}, by=bob)

    packs.update(ref="demo", body={"label": "Demo 2"}, by=bob)
    kept = get("demo.hello")["label"]
    packs.sync_workflows(ref="demo", by=bob)

    assert (kept, get("demo.hello")["label"]) == ("Edited", "Hello")
