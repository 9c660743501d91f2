"""What holds for every call: order of checks, error bodies, paging, ids, request ids, hostile input (api.md 1)."""

from __future__ import annotations

import json

import pytest

from app.services import ports

NEW_KEY = {"ref": "k", "name": "k", "value": 1, "owner_type": "system"}


def assert_error(answer, status, code):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert isinstance(answer.json["error"], str)
    assert answer.json["error"] == answer.json["message"] != ""


@pytest.mark.parametrize("path", ["/api/v1/identities/abc", "/api/v1/keys", "/auth/me"])
def test_without_a_token_everything_is_401_even_with_a_wrong_body_or_path(client, path):
    method = "GET" if path == "/auth/me" else "POST" if path.endswith("keys") else "PUT"

    answer = client.open(path, method=method, data=b"{not json")

    assert_error(answer, 401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "Bearer \xff\xfe", "Token abc"])
def test_a_token_that_is_none_is_401(client, header):
    assert_error(client.get("/auth/me", headers={"Authorization": header}), 401, "UNAUTHORIZED")


def test_a_wrong_body_is_422_before_the_right_is_looked_at(mallory):
    assert_error(mallory.post("/keys", json={"ref": ""}), 422, "VALIDATION_ERROR")
    assert_error(mallory.post("/keys", json=NEW_KEY), 403, "FORBIDDEN")


def test_every_mismatch_of_a_body_is_listed_with_its_path(alice):
    answer = alice.post("/keys", json={"ref": 5, "name": "n", "owner_type": "nobody"})

    assert {detail["path"] for detail in answer.json["details"]} == {"ref", "value", "owner_type"}


def test_a_duplicate_is_409_before_the_missing_owner_is_404(alice):
    alice.post("/keys", json=NEW_KEY)

    again = {**NEW_KEY, "owner_type": "pack", "owner_pack_ref": "nowhere"}

    assert_error(alice.post("/keys", json=again), 409, "CONFLICT")
    assert_error(alice.post("/keys", json={**again, "ref": "other"}), 404, "NOT_FOUND")


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 200 + b"]" * 200, b"{} {}"])
def test_what_is_not_json_is_400(alice, body):
    assert_error(alice.post("/keys", data=body), 400, "BAD_REQUEST")


DEPTHS = [
    (b'{"a": "' + b"[" * 500 + b'"}', 422),
    (b'{"a": "' + rb"\"[" * 500 + b'"}', 422),
    (b'"' + b"[" * 500 + b'"', 422),
    (b"[" * 99 + b"]" * 99, 422),
    (b"[" * 101 + b"]" * 101, 400),
    (b'{"a":' * 101 + b"1" + b"}" * 101, 400),
    (b'["' + rb"\"" * 1_000_000, 400),
    (b'[["' * 1_000_000, 400),
]


@pytest.mark.parametrize(("body", "status"), DEPTHS, ids=["text", "escapes", "only text", "99", "101", "maps", "open text", "open"])
def test_nesting_is_counted_outside_of_texts_and_in_linear_time(alice, body, status):
    assert alice.post("/keys", data=body).status_code == status


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"null", b""])
def test_json_of_the_wrong_kind_is_422(alice, body):
    assert_error(alice.post("/keys", data=body), 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800", "\\udc00x"], ids=["NUL", "high surrogate", "low surrogate"])
def test_texts_that_no_database_takes_are_422(alice, text):
    body = json.dumps(NEW_KEY).replace('"value": 1', f'"value": {{"deep": ["{text}"]}}')

    answer = alice.post("/keys", data=body.encode())

    assert_error(answer, 422, "VALIDATION_ERROR")
    assert answer.json["details"][0]["path"] == "value.deep[0]"


def test_whole_surrogate_pairs_and_big_numbers_come_back_as_they_were(alice):
    value = {"smile": "\U0001f600", "big": 2**70, "small": -(2**70), "list": [1.5, None, True]}

    answer = alice.post("/keys", json={**NEW_KEY, "value": value})

    assert answer.status_code == 201
    assert alice.get("/keys/k").json["data"]["value"] == value


def test_a_missing_content_type_is_tolerated(alice):
    answer = alice.post("/keys", data=json.dumps(NEW_KEY).encode(), headers={"Content-Type": ""})

    assert answer.status_code == 201


def test_unknown_keys_are_ignored_and_null_for_an_optional_key_means_not_sent(alice):
    answer = alice.post("/keys", json={**NEW_KEY, "encrypted": None, "ttl_seconds": None, "colour": "red"})

    assert answer.status_code == 201
    assert answer.json["data"]["encrypted"] is False


def test_a_body_beyond_the_limit_is_413(alice, client):
    too_much = ports.settings().max_body + 1

    assert_error(alice.post("/keys", data=b" " * too_much), 413, "PAYLOAD_TOO_LARGE")


def test_strangers_may_send_much_less(client):
    assert_error(client.post("/auth/login", data=b" " * (1024 * 1024 + 1)), 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("text", ["abc", "1.5", "1e3", "0x1", "１"])
def test_an_id_that_is_no_integer_is_400(alice, text):
    assert_error(alice.get(f"/identities/{text}"), 400, "BAD_REQUEST")


@pytest.mark.parametrize("text", ["0", "-1", "999999", str(2**63), "9" * 400])
def test_an_id_that_nothing_has_is_404(alice, text):
    assert_error(alice.get(f"/identities/{text}"), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/keys/%00", "/keys/a%00b", "/actions/%ff%fe", "/keys/%ed%a0%80"])
def test_strange_refs_are_404(alice, path):
    assert_error(alice.get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/nope", "/", "/keys/a/b/c"])
def test_an_unknown_path_is_a_json_404(client, alice, path):
    assert_error(alice.get(path), 404, "NOT_FOUND")
    assert_error(client.get(f"/api/v1{path}"), 404, "NOT_FOUND")


def test_a_wrong_method_is_405_and_names_the_right_ones(alice):
    answer = alice.call("PATCH", "/keys")

    assert_error(answer, 405, "METHOD_NOT_ALLOWED")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_head_and_options_answer_quietly(alice, client):
    assert alice.call("HEAD", "/keys").status_code == 200
    assert client.options("/api/v1/keys").status_code == 200
    assert client.open("/api/v1/keys", method="HEAD").status_code == 401


def test_a_trailing_slash_makes_no_difference(alice):
    assert alice.get("/keys/").status_code == 200


def test_every_answer_carries_a_request_id_and_keeps_a_given_one(client):
    given = "6f1c2a94-52a5-4e9f-9c49-b4a8f3c1d2e0"

    assert client.get("/health", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given
    assert client.get("/health", headers={"X-Request-Id": "evil"}).headers["X-Request-Id"] != "evil"
    assert client.get("/api/v1/nope").headers["X-Request-Id"]


def test_a_browser_session_alone_does_not_authenticate_the_api(client, alice):
    with client.session_transaction() as cookie:
        cookie["identity_id"] = alice.id

    assert_error(client.post("/api/v1/keys", json=NEW_KEY), 401, "UNAUTHORIZED")


def test_a_token_in_the_address_counts_only_for_streams(client, alice):
    assert_error(client.get(f"/api/v1/keys?token={alice.token}"), 401, "UNAUTHORIZED")


PAGES = [
    ("", (1, 50, False, False)),
    ("?page_size=2", (1, 2, False, True)),
    ("?per_page=2&page=2", (2, 2, True, False)),
    ("?limit=2&offset=1", (1, 2, True, False)),
    ("?limit=0", (1, 1, False, True)),
    ("?limit=-7", (1, 1, False, True)),
    ("?limit=5000", (1, 1000, False, False)),
    ("?limit=99999999999999999999999", (1, 1000, False, False)),
    ("?page=99999999999999999999999&limit=3", (2**53 // 3, 3, True, False)),
    ("?page=0", (1, 50, False, False)),
]


@pytest.mark.parametrize(("query", "expected"), PAGES, ids=[query or "defaults" for query, _ in PAGES])
def test_paging_takes_all_synonyms_and_clamps(alice, query, expected):
    for number in range(3):
        alice.post("/keys", json={**NEW_KEY, "ref": f"k{number}"})

    found = alice.get(f"/keys{query}").json["pagination"]

    assert (found["page"], found["page_size"], found["has_previous"], found["has_next"]) == expected
    assert found["total_items"] == 3


@pytest.mark.parametrize("query", ["page_size=x", "offset=1.5", "owner_type=nobody", "owner=%00"])
def test_a_bad_query_value_is_400(alice, query):
    assert_error(alice.get(f"/keys?{query}"), 400, "BAD_REQUEST")


def test_a_bug_shows_no_trace_to_the_client(app):
    from app.api import errors

    with app.test_request_context():
        answer = errors.respond(RuntimeError("secret detail"))

    assert answer.status_code == 500
    assert answer.json["code"] == "INTERNAL_SERVER_ERROR"
    assert b"secret detail" not in answer.data
