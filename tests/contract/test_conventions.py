"""api.md section 1: identifiers, envelopes, paging, errors, partial updates."""

from __future__ import annotations

import pytest

from tests.contract import shapes
from tests.contract.client import Person, fresh

LISTS = {
    "/packs": (shapes.PACK_SUMMARY, True),
    "/runtimes": (shapes.RUNTIME, True),
    "/actions": (shapes.ACTION_ROW, True),
    "/workflows": (shapes.WORKFLOW_SUMMARY, True),
    "/executions": (shapes.EXECUTION_SUMMARY, False),
    "/workflow-executions": (shapes.RUN_ROW, True),
    "/inquiries": (shapes.INQUIRY_SUMMARY, True),
    "/keys": (shapes.KEY_ROW, True),
    "/identities": (shapes.IDENTITY_ROW, True),
    "/workers": (shapes.WORKER, True),
}


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_the_envelope_and_its_rows_every_key(admin: Person, path: str) -> None:
    shape, totals = LISTS[path]
    document = admin.page(path, shape=shape, totals=totals)
    assert document["pagination"]["page"] == 1
    assert document["pagination"]["page_size"] == (20 if path == "/executions" else 50)
    assert document["pagination"]["has_previous"] is False


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["page_size", "per_page", "limit"])
def test_sizes_have_three_names_and_are_clamped(admin: Person, path: str, name: str) -> None:
    for asked, used in [(0, 1), (-5, 1), (2, 2), (1001, 1000), (10**12, 1000)]:
        assert admin.json("GET", path, params={name: asked})["pagination"]["page_size"] == used


def test_page_and_offset_reach_the_same_rows(admin: Person) -> None:
    by_page = admin.items("/actions", page=2, page_size=3)
    by_offset = admin.items("/actions", offset=3, limit=3)
    assert [row["id"] for row in by_page] == [row["id"] for row in by_offset]
    assert len(by_page) == 3


def test_totals_agree_with_the_rows(admin: Person) -> None:
    first = admin.page("/actions", page_size=2)["pagination"]
    assert first["total_pages"] == -(-first["total_items"] // 2)
    assert first["has_next"] is True
    last = admin.page("/actions", page_size=2, page=first["total_pages"])
    assert last["pagination"]["has_next"] is False
    assert last["pagination"]["has_previous"] is True
    assert 1 <= len(last["items"]) <= 2


def test_executions_send_totals_only_when_asked(admin: Person) -> None:
    for _ in range(2):
        admin.run("core.echo", {"message": "x"})
    without = admin.page("/executions", totals=False, limit=1)
    assert not {"total_items", "total_pages"} & set(without["pagination"]) or without["pagination"].get("total_items") is None
    assert without["pagination"]["has_next"] is True
    with_totals = admin.page("/executions", include_total="true", limit=1)
    assert with_totals["pagination"]["total_items"] >= 2


def test_lists_have_their_orders(admin: Person) -> None:
    for path in ("/actions", "/runtimes"):
        refs = [row["ref"] for row in admin.items(path, limit=1000)]
        assert refs == sorted(refs)
    labels = [row["label"] for row in admin.items("/workflows", limit=1000)]
    assert labels == sorted(labels, key=str.casefold)
    standard = [row["is_standard"] for row in admin.items("/packs", limit=1000)]
    assert standard == sorted(standard, reverse=True)
    ids = [row["id"] for row in admin.items("/executions", totals=False, limit=1000)]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "path", ["/executions/abc", "/inquiries/abc", "/workflow-executions/x1", "/identities/1.5", "/workers/abc"]
)
def test_an_id_that_is_no_integer_is_400(admin: Person, path: str) -> None:
    admin.refused("GET", path, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/executions/999999", "/executions/0", "/executions/-4", "/executions/99999999999999999999999",
        "/inquiries/999999", "/workflow-executions/999999", "/workflow-executions/999999/tasks",
        "/workflow-executions/999999/graph", "/workflow-executions/999999/context", "/identities/999999",
        "/packs/nowhere", "/packs/nowhere/actions", "/packs/nowhere/workflows", "/packs/nowhere/triggers",
        "/packs/nowhere/rules", "/packs/nowhere/runtimes", "/packs/nowhere/sensors", "/packs/nowhere/queues",
        "/actions/core.nowhere", "/actions/core.nowhere/rules", "/actions/core.nowhere/queue-stats",
        "/workflows/core.nowhere", "/workflows/core.nowhere/graph", "/runtimes/core.nowhere", "/keys/no.where",
        "/executions/999999/children", "/executions/999999/inquiries", "/executions/999999/artifacts",
        "/executions/999999/history", "/executions/999999/logs", "/executions/999999/logs/stdout",
        "/executions/999999/workflow", "/no/such/place", "/workers/999999",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_a_json_404(admin: Person, path: str) -> None:
    admin.refused("GET", path, 404)


def test_without_a_token_it_is_401_whatever_else_is_wrong(nobody: Person) -> None:
    nobody.refused("GET", "/executions/abc", 401)
    nobody.refused("POST", "/packs", 401, content=b"{not json")
    nobody.refused("POST", "/executions/execute", 401, json={})
    nobody.refused("GET", "/packs?page=x", 401)
    nobody.refused("GET", "/auth/me", 401)
    nobody.refused("POST", "/packs/upload", 401)
    nobody.http.headers["Authorization"] = "Bearer nonsense"
    nobody.refused("GET", "/packs", 401)
    nobody.http.headers.pop("Authorization")


@pytest.mark.parametrize("content", [b"{", b"nonsense", b'{"a": NaN}', b"\xff"])
def test_malformed_json_is_400(admin: Person, content: bytes) -> None:
    admin.refused("POST", "/packs", 400, content=content, headers={"Content-Type": "application/json"})


def test_a_body_without_content_type_is_read(admin: Person) -> None:
    content = b'{"action_ref": "core.noop"}'
    answer = admin.call("POST", "/executions/execute", content=content)
    assert answer.status_code == 201


def test_shape_comes_before_permission_and_duplicates_before_missing_objects(admin: Person, viewer: Person) -> None:
    viewer.refused("POST", "/packs", 422, json={"label": "no ref"})
    viewer.refused("POST", "/packs", 403, json={"ref": "core", "label": "x", "version": "1"})
    body = {"ref": "core.echo", "pack_ref": "nowhere", "label": "x", "entrypoint": "x"}
    admin.refused("POST", "/actions", 409, json=body)
    admin.refused("POST", "/actions", 404, json={**body, "ref": f"nowhere.{fresh('x')}"})


def test_invalid_bodies_list_path_and_message(admin: Person) -> None:
    refusal = admin.refused("POST", "/packs", 422, json={"label": 5, "version": "1"})
    shape = [{"path": str, "message": str}]
    assert not shapes.differences(refusal["details"], shape)
    assert {entry["path"] for entry in refusal["details"]} == {"ref", "label"}


def test_unknown_keys_of_a_body_are_ignored(admin: Person) -> None:
    admin.data("POST", "/executions/execute", status=201, json={"action_ref": "core.noop", "colour": "red"})


def test_put_changes_only_what_is_sent_and_takes_patch_objects(admin: Person) -> None:
    ref = fresh("patchme")
    body = {"ref": ref, "label": "L", "version": "1", "description": "D", "tags": ["a"], "meta": {"k": 1}}
    admin.data("POST", "/packs", status=201, json=body, shape=shapes.PACK)
    changed = admin.data("PUT", f"/packs/{ref}", json={"label": "M", "ref": "other", "id": 5}, shape=shapes.PACK)
    assert (changed["ref"], changed["label"], changed["description"], changed["tags"]) == (ref, "M", "D", ["a"])
    set_one = admin.data("PUT", f"/packs/{ref}", json={"description": {"op": "set", "value": "E"}})
    assert set_one["description"] == "E"
    assert admin.data("PUT", f"/packs/{ref}", json={"description": {"op": "clear"}})["description"] is None
    admin.data("PUT", f"/packs/{ref}", json={"description": "F"})
    assert admin.data("PUT", f"/packs/{ref}", json={"description": None})["description"] is None


def test_if_match_refuses_an_object_that_changed_since(admin: Person) -> None:
    ref = fresh("matchme")
    pack = admin.data("POST", "/packs", status=201, json={"ref": ref, "label": "L", "version": "1"})
    same = {"If-Match": f'"{pack["updated"]}"'}
    admin.data("PUT", f"/packs/{ref}", json={"label": "M"}, headers=same)
    admin.refused("PUT", f"/packs/{ref}", 409, json={"label": "N"}, headers=same)
    ref = admin.workflow([{"name": "a", "action": "core.noop"}])
    flow = admin.data("GET", f"/workflows/{ref}")
    same = {"If-Match": f'"{flow["updated"]}"'}
    admin.data("PUT", f"/workflows/{ref}", json={"label": "M"}, headers=same)
    admin.refused("PUT", f"/workflows/{ref}", 409, json={"label": "N"}, headers=same)
    ref = admin.action("true")
    action = admin.data("GET", f"/actions/{ref}")
    same = {"If-Match": f'"{action["updated"]}"'}
    admin.data("PUT", f"/actions/{ref}", json={"label": "M"}, headers=same)
    admin.refused("PUT", f"/actions/{ref}", 409, json={"label": "N"}, headers=same)


def test_refs_arrive_percent_encoded_too(admin: Person) -> None:
    assert admin.data("GET", "/actions/core%2Eecho")["ref"] == "core.echo"


def test_every_answer_names_its_request(admin: Person, nobody: Person) -> None:
    assert admin.call("GET", "/packs").headers["X-Request-Id"]
    assert nobody.call("GET", "/packs").headers["X-Request-Id"]


def test_health_needs_no_token(nobody: Person) -> None:
    assert nobody.json("GET", "/health") == {"status": "ok"}
    detailed = nobody.json("GET", "/health/detailed")
    assert (detailed["status"], detailed["database"]) == ("ok", "connected")
    assert isinstance(detailed["version"], str)
    nobody.json("GET", "/health/ready")
    nobody.json("GET", "/health/live")
    assert nobody.json("GET", "/api-spec/openapi.json".replace("/api-spec", "/api-spec"))["openapi"].startswith("3.")
    assert nobody.call("GET", "/docs").status_code == 200
