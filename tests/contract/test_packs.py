"""api.md section 4: packs, their files, who sees them; section 5: runtimes."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.contract import shapes
from tests.contract.client import Person, archive, fits, fresh
from tests.contract.conftest import register

INSTALLED = {"pack": shapes.PACK, "test_result": shapes.ANY, "tests_skipped": bool}


def pack_files(ref: str, **more: str) -> dict[str, str]:
    return {
        "pack.yaml": f"ref: {ref}\nlabel: Pack {ref}\nversion: 1.2.3\ntags: [t1]\n",
        "actions/hello.yaml": "name: hello\nrunner_type: shell\nentry_point: hello.sh\noutput_format: json\n"
        "parameters:\n  name: {type: string, default: you}\n  id: {type: integer}\n",
        "actions/hello.sh": "#!/bin/bash\ncat\n",
        "actions/loose.sh": "echo only a script\n",
        "workflows/flow.yaml": f"ref: {ref}.flow\nlabel: Flow\nversion: '1'\ntasks:\n  - name: a\n    action: {ref}.hello\n",
        **more,
    }


def upload(person: Person, files: dict[str, str] | bytes, *, status: int = 201, **fields: str) -> Any:
    content = files if isinstance(files, bytes) else archive(files)
    sent = {"pack": ("pack.tar.gz", content, "application/gzip")}
    if status != 201:
        return person.refused("POST", "/packs/upload", status, files=sent, data=fields)
    return person.data("POST", "/packs/upload", status=201, files=sent, data=fields, shape=INSTALLED)


def test_create_read_change_delete(admin: Person) -> None:
    ref = fresh("made")
    body = {"ref": ref, "label": "Made", "version": "1.0.0", "conf_schema": {"a": {"type": "string"}}, "config": {"a": "b"}}
    made = admin.data("POST", "/packs", status=201, json=body, shape=shapes.PACK)
    assert made["installed_by"] == admin.id and made["is_standard"] is False
    assert made["config"] == {"a": "b"}
    admin.refused("POST", "/packs", 409, json=body)
    for bad in ({}, {**body, "ref": "Upper"}, {**body, "ref": "1x"}, {**body, "ref": "a.b"}, {**body, "label": ""},
                {**body, "version": "v" * 51}, {**body, "ref": "x", "label": "l" * 256}, {**body, "tags": "no"}):
        admin.refused("POST", "/packs", 422, json=bad)
    assert admin.data("GET", f"/packs/{ref}", shape=shapes.PACK) == made
    assert ref in {row["ref"] for row in admin.items("/packs", search=ref)}
    admin.done("DELETE", f"/packs/{ref}")
    admin.refused("GET", f"/packs/{ref}", 404)
    admin.refused("DELETE", f"/packs/{ref}", 404)
    admin.refused("PUT", f"/packs/{ref}", 404, json={"label": "x"})


def test_the_core_pack_cannot_be_deleted(admin: Person) -> None:
    admin.refused("DELETE", "/packs/core", 403)


def test_lists_filter_by_tag(admin: Person) -> None:
    ref = fresh("tagged")
    admin.data("POST", "/packs", status=201, json={"ref": ref, "label": "x", "version": "1", "tags": [f"tag-{ref}"]})
    assert [row["ref"] for row in admin.items("/packs", tag=f"tag-{ref}")] == [ref]


@pytest.mark.parametrize("name", ["actions", "workflows", "triggers", "rules", "runtimes", "sensors", "queues"])
def test_every_pack_has_its_lists(admin: Person, name: str) -> None:
    admin.page(f"/packs/core/{name}")
    ref = fresh("empty")
    admin.data("POST", "/packs", status=201, json={"ref": ref, "label": "x", "version": "1"})
    assert admin.page(f"/packs/{ref}/{name}")["pagination"]["total_items"] == 0


def test_what_the_core_pack_holds(admin: Person) -> None:
    core = admin.data("GET", "/packs/core", shape=shapes.PACK)
    assert core["is_standard"] is True
    refs = {row["ref"] for row in admin.items("/packs/core/actions", limit=1000, shape=shapes.ACTION_ROW)}
    assert refs >= {f"core.{name}" for name in ("echo", "set", "fail", "noop", "sleep", "http_request", "ask")}
    runtimes = {row["ref"]: row for row in admin.items("/runtimes", shape=shapes.RUNTIME)}
    assert set(runtimes) >= {"core.shell", "core.python", "core.nodejs", "core.native"}
    assert runtimes["core.nodejs"]["name"] == "Node.js"
    for ref in ("core.shell", "core.python", "core.nodejs"):
        assert runtimes[ref]["execution_config"]["interpreter"]["binary"]
        admin.data("GET", f"/runtimes/{ref}", shape=shapes.RUNTIME)


def test_upload_reads_every_part(admin: Person) -> None:
    ref = fresh("up")
    data = upload(admin, pack_files(ref))
    assert (data["pack"]["ref"], data["pack"]["version"], data["pack"]["installed_by"]) == (ref, "1.2.3", admin.id)
    [flow, hello] = admin.items(f"/packs/{ref}/actions", shape=shapes.ACTION_ROW)
    assert (flow["ref"], hello["ref"], hello["label"]) == (f"{ref}.flow", f"{ref}.hello", "Hello")
    assert (hello["is_adhoc"], hello["runtime_ref"], hello["workflow_def"]) == (False, "core.shell", None)
    assert (flow["is_adhoc"], flow["runtime"], flow["entrypoint"]) == (False, None, "workflow")
    action = admin.data("GET", f"/actions/{ref}.hello", shape=shapes.ACTION)
    assert action["param_schema"]["name"] == {"type": "string", "default": "you"}
    ended = admin.run(f"{ref}.hello", {"zebra": 1, "id": 7})
    assert ended["result"]["stdout"].startswith('{"id":') and ended["result"]["stdout"].count("\n") == 1
    assert ended["result"]["data"] == {"id": 7, "name": "you", "zebra": 1}
    run = admin.run(f"{ref}.flow")
    assert run["status"] == "completed", run


def test_a_second_upload_needs_force_and_keeps_what_was_made_by_hand(admin: Person) -> None:
    ref = fresh("again")
    upload(admin, pack_files(ref))
    adhoc = admin.action("true", pack=ref)
    upload(admin, pack_files(ref), status=409)
    files = pack_files(ref, **{"pack.yaml": f"ref: {ref}\nlabel: L\nversion: 2.0.0\n"})
    del files["workflows/flow.yaml"]
    assert upload(admin, files, force="true", skip_tests="true")["pack"]["version"] == "2.0.0"
    assert {row["ref"] for row in admin.items(f"/packs/{ref}/actions")} == {adhoc, f"{ref}.hello"}
    admin.refused("GET", f"/workflows/{ref}.flow", 404)


def test_the_pack_may_lie_in_a_single_top_directory(admin: Person) -> None:
    ref = fresh("top")
    upload(admin, {f"top-1.0/{name}": text for name, text in pack_files(ref).items()})
    admin.data("GET", f"/actions/{ref}.hello")


@pytest.mark.parametrize(
    "bad",
    [
        "tasks:\n  a:\n    action: core.noop\n",
        "tasks:\n  - name: a\n    action: core.noop\n    on-success: b\n",
        "tasks: []\n",
        "tasks: [\n",
        "tasks:\n  - name: a\n    action: core.noop\n    on_success: nowhere\n",
    ],
)
def test_a_bad_workflow_is_a_warning_and_skipped(admin: Person, bad: str) -> None:
    ref = fresh("warned")
    text = f"ref: {ref}.bad\nlabel: Bad\nversion: '1'\n{bad}"
    data = upload(admin, pack_files(ref, **{"workflows/bad.yaml": text}))
    fits(data["warnings"], [{"file": str, "path": str, "message": str}])
    assert any("bad.yaml" in warning["file"] for warning in data["warnings"])
    admin.data("GET", f"/workflows/{ref}.flow")


@pytest.mark.parametrize(
    "files",
    [
        {"pack.yaml": "label: no ref\nversion: '1'\n"},
        {"pack.yaml": "ref: Bad Ref\nlabel: x\nversion: '1'\n"},
        {"pack.yaml": "- a list\n"},
        {"pack.yaml": "ref: [\n"},
        {"other.txt": "no pack.yaml"},
    ],
)
def test_archives_without_a_good_pack_file_are_400(admin: Person, files: dict[str, str]) -> None:
    upload(admin, files, status=400)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("actions/bad.yaml", "name: [\n"),
        ("actions/bad.yaml", "name: bad\nrunner_type: nonsense\nentry_point: x.sh\n"),
        ("actions/bad.yaml", "- a\n"),
        ("rules/bad.yaml", "label: no trigger\n"),
        ("triggers/bad.yaml", "- a\n"),
    ],
)
def test_a_bad_component_fails_the_whole_upload(admin: Person, name: str, text: str) -> None:
    ref = fresh("broken")
    upload(admin, pack_files(ref, **{name: text}), status=400)
    admin.refused("GET", f"/packs/{ref}", 404)
    admin.refused("GET", f"/actions/{ref}.hello", 404)


def test_rules_and_triggers_are_read_with_short_refs(admin: Person) -> None:
    ref = fresh("ruled")
    trigger = "name: rang\nlabel: Rang\nref: rang\n"
    rule = "ref: when_rang\nlabel: W\ntrigger_ref: rang\naction_ref: hello\nconditions: {}\n"
    grants = "ref: people\nlabel: P\ngrants:\n  - resource: actions\n    action: read\n"
    upload(admin, pack_files(ref, **{"triggers/rang.yaml": trigger, "rules/w.yaml": rule, "permission_sets/p.yaml": grants}))
    [stored] = admin.page(f"/packs/{ref}/rules")["items"]
    assert (stored["ref"], stored["trigger_ref"], stored["action_ref"]) == (f"{ref}.when_rang", f"{ref}.rang", f"{ref}.hello")
    assert [row["ref"] for row in admin.page(f"/packs/{ref}/triggers")["items"]] == [f"{ref}.rang"]
    [one] = admin.json("GET", "/permissions/sets", params={"pack_ref": ref})
    assert one["ref"] == f"{ref}.people" and one["grants"][0]["actions"] == ["read"]


def member(name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, link
    return entry


@pytest.mark.parametrize(
    "entry",
    [
        member("../evil.sh"), member("/etc/evil"), member("actions/../../evil.sh"),
        member("actions/link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("actions/link", kind=tarfile.SYMTYPE, link="../../.."),
        member("actions/hard", kind=tarfile.LNKTYPE, link="/etc/passwd"),
        member("actions/dev", kind=tarfile.CHRTYPE),
    ],
    ids=lambda entry: f"{entry.name} {entry.linkname}",
)  # fmt: skip
def test_archives_that_reach_outside_are_400(admin: Person, entry: tarfile.TarInfo) -> None:
    ref, held = fresh("evil"), io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        text = f"ref: {ref}\nlabel: x\nversion: '1'\n".encode()
        info = member("pack.yaml")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
        tar.addfile(entry, io.BytesIO())
    upload(admin, held.getvalue(), status=400)
    admin.refused("GET", f"/packs/{ref}", 404)


def test_what_is_no_archive_is_400(admin: Person) -> None:
    upload(admin, b"hello", status=400)
    upload(admin, b"", status=400)
    admin.refused("POST", "/packs/upload", 400)
    admin.refused("POST", "/packs/upload", 400, files={"file": ("x", archive(pack_files("x")))})


def test_register_reads_a_directory_inside_the_allowed_roots(admin: Person, home: Path) -> None:
    ref = fresh("reg")
    place = home / ref
    for name, text in pack_files(ref).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    pack = admin.data("POST", "/packs/register", status=201, json={"path": str(place)}, shape=shapes.PACK)
    assert pack["ref"] == ref
    admin.refused("POST", "/packs/register", 409, json={"path": str(place)})
    admin.data("POST", "/packs/register", status=201, json={"path": str(place), "force": True})
    admin.refused("POST", "/packs/register", 400, json={"path": "/etc"})
    admin.refused("POST", "/packs/register", 400, json={"path": str(home / "nowhere")})
    admin.refused("POST", "/packs/register", 422, json={})
    fits_sync(admin.data("POST", f"/packs/{ref}/workflows/sync"), ref)
    checked = admin.data("POST", f"/packs/{ref}/workflows/validate")
    fits(checked, {"pack_ref": {ref}, "validated_count": {1}, "error_count": {0}, "errors": dict})
    (place / "workflows" / "bad.yaml").write_text(f"ref: {ref}.bad\nlabel: B\nversion: '1'\ntasks: []\n")
    checked = admin.data("POST", f"/packs/{ref}/workflows/validate")
    assert checked["error_count"] == 1
    assert all(isinstance(text, str) for texts in checked["errors"].values() for text in texts)


def fits_sync(data: dict[str, Any], ref: str) -> None:
    row = {"ref_name": str, "created": bool, "workflow_def_id": int, "warnings": [shapes.ANY]}
    fits(data, {"pack_ref": {ref}, "loaded_count": {1}, "registered_count": {1}, "workflows": [row], "errors": list})


def test_sync_of_a_pack_without_files_counts_nothing(admin: Person) -> None:
    ref = fresh("bare")
    admin.data("POST", "/packs", status=201, json={"ref": ref, "label": "x", "version": "1"})
    synced = admin.data("POST", f"/packs/{ref}/workflows/sync")
    assert (synced["loaded_count"], synced["registered_count"], synced["workflows"], synced["errors"]) == (0, 0, [], [])
    admin.refused("POST", "/packs/nowhere/workflows/sync", 404)
    admin.refused("POST", "/packs/nowhere/workflows/validate", 404)


def test_install_from_a_path(admin: Person, home: Path) -> None:
    ref = fresh("inst")
    place = home / f"{ref}-source"
    for name, text in pack_files(ref).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    data = admin.data("POST", "/packs/install", status=201, json={"source": str(place)}, shape=INSTALLED)
    assert data["pack"]["ref"] == ref
    admin.refused("POST", "/packs/install", 422, json={})


def test_somebody_elses_pack_is_unknown_even_to_administrators(admin: Person, editor: Person, executor: Person) -> None:
    ref = fresh("own")
    editor.data("POST", "/packs", status=201, json={"ref": ref, "label": "x", "version": "1"})
    action = editor.action("echo hi", pack=ref)
    for person in (admin, executor):
        assert person.call("GET", f"/packs/{ref}").status_code in (403, 404)
        assert ref not in {row["ref"] for row in person.items("/packs", limit=1000)}
        assert action in {row["ref"] for row in person.items("/actions", limit=1000)}
        assert person.run(action)["status"] == "completed"
    assert ref in {row["ref"] for row in editor.items("/packs", limit=1000)}


def test_a_constrained_grant_reveals_the_pack_it_names(admin: Person, editor: Person, address: str) -> None:
    ref, hidden = fresh("shown"), fresh("hidden")
    for one in (ref, hidden):
        editor.data("POST", "/packs", status=201, json={"ref": one, "label": "x", "version": "1"})
    name = fresh("granting")
    grant = f"ref: few\nlabel: F\ngrants:\n  - resource: packs\n    actions: [read]\n    constraints: {{pack_refs: [{ref}]}}\n"
    upload(admin, pack_files(name, **{"permission_sets/few.yaml": grant}))
    person = register(address)
    person.refused("GET", f"/packs/{ref}", 404)
    admin.data("POST", "/permissions/assignments", status=201, json={"identity_id": person.id, "permission_set_ref": f"{name}.few"})
    person.data("GET", f"/packs/{ref}", shape=shapes.PACK)
    person.refused("GET", f"/packs/{hidden}", 404)
    assert ref in {row["ref"] for row in person.items("/packs")}


def test_deleting_a_pack_keeps_its_past_executions(admin: Person) -> None:
    ref = fresh("gone")
    upload(admin, pack_files(ref))
    execution = admin.run(f"{ref}.hello")
    run = admin.run(f"{ref}.flow")
    admin.done("DELETE", f"/packs/{ref}")
    kept = admin.data("GET", f"/executions/{execution['id']}", shape=shapes.EXECUTION)
    assert (kept["action"], kept["action_ref"]) == (None, f"{ref}.hello")
    admin.data("GET", f"/executions/{run['id']}/workflow", shape=shapes.RUN)
    admin.refused("GET", f"/actions/{ref}.hello", 404)


def test_a_constrained_execute_grant_is_good_only_for_what_it_names(admin: Person, address: str) -> None:
    name = fresh("limited")
    grant = "ref: few\nlabel: F\ngrants:\n  - resource: actions\n    actions: [read, execute]\n    constraints: {refs: [core.echo]}\n"
    upload(admin, pack_files(name, **{"permission_sets/few.yaml": grant}))
    person = register(address)
    admin.data("POST", "/permissions/assignments", status=201, json={"identity_id": person.id, "permission_set_ref": f"{name}.few"})
    person.data("POST", "/executions/execute", status=201, json={"action_ref": "core.echo", "parameters": {"message": "x"}})
    person.refused("POST", "/executions/execute", 403, json={"action_ref": "core.noop"})
    person.refused("POST", "/executions/execute", 404, json={"action_ref": "core.nowhere"})
