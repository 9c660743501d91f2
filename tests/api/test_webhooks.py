"""What strangers may post: the checks of a webhook in their order, and what becomes of a body."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.services import ports

SECRET = "a secret shared with the sender"


@pytest.fixture
def hook(alice, client):
    """`hook(config)`: the address of a webhook with these settings; `hook.post(body, ...)` goes there."""
    assert alice.post("/packs", json={"ref": "ship", "label": "Ship", "version": "1"}).status_code == 201
    alice.post("/triggers", json={"ref": "ship.horn", "label": "Horn", "pack_ref": "ship"})

    class Hook:
        url = alice.post("/triggers/ship.horn/webhooks/enable").json["data"]["webhook_url"]

        def settings(self, **config):
            assert alice.put("/triggers/ship.horn", json={"webhook_config": config}).status_code == 200
            return self

        def post(self, body=b'{"payload": {"x": 1}}', *, peer="203.0.113.9", **headers):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.post(self.url, data=body, headers=named, environ_base={"REMOTE_ADDR": peer})

    return Hook()


def signature(body: bytes, algorithm: str = "sha256", secret: str = SECRET) -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()}"


def test_a_post_becomes_one_event(hook, alice):
    answer = hook.post()

    assert answer.status_code == 200
    received = answer.json["data"]
    assert received.keys() == {"event_id", "trigger_ref", "received_at", "message"}
    assert (received["trigger_ref"], received["message"]) == ("ship.horn", "Webhook received successfully")
    event = alice.get(f"/events/{received['event_id']}").json["data"]
    assert (event["payload"], event["has_payload"], event["trigger_ref"]) == ({"x": 1}, True, "ship.horn")
    assert event["config"]["webhook"]["source_ip"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        ({"payload": [1, 2], "source_ip": "x", "user_agent": "y", "headers": {"a": "b"}}, [1, 2]),
        ({"other": 1}, {"other": 1}),
        ([1], [1]),
        ("text", "text"),
        ({"payload": None}, None),
    ],
)
def test_the_payload_is_what_lies_under_payload_or_the_whole_body(hook, alice, body, payload):
    event_id = hook.post(json.dumps(body).encode()).json["data"]["event_id"]

    assert alice.get(f"/events/{event_id}").json["data"]["payload"] == payload


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b"\xff", b"NaN"])
def test_an_empty_or_malformed_body_is_400(hook, alice, body):
    assert hook.post(body).status_code == 400
    assert alice.get("/events?include_total=true").json["pagination"]["total_items"] == 0


def test_an_unknown_and_a_disabled_webhook_are_404(hook, alice, client):
    assert client.post("/api/v1/webhooks/wh_nothing", json={}).status_code == 404

    alice.post("/triggers/ship.horn/webhooks/disable")

    assert hook.post().status_code == 404


def test_an_old_key_is_unknown(hook, alice):
    alice.post("/triggers/ship.horn/webhooks/regenerate")

    assert hook.post().status_code == 404


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "sha1"])
@pytest.mark.parametrize("header", ["X_Webhook_Signature", "X_Hub_Signature_256"])
def test_a_signed_body_is_taken(hook, algorithm, header):
    hook.settings(hmac={"enabled": True, "secret": SECRET, "algorithm": algorithm})
    body = b'{"payload": 1}'

    assert hook.post(body, **{header: signature(body, algorithm)}).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        signature(b'{"payload": 2}'),
        signature(b'{"payload": 1}', secret="another"),
        signature(b'{"payload": 1}', "sha1"),
        signature(b'{"payload": 1}').removeprefix("sha256="),
        "sha256=é",
    ],
)
def test_a_missing_or_wrong_signature_is_401(hook, alice, sent):
    hook.settings(hmac={"enabled": True, "secret": SECRET, "algorithm": "sha256"})

    answer = hook.post(b'{"payload": 1}', **({} if sent is None else {"X_Webhook_Signature": sent}))

    assert answer.status_code == 401
    assert alice.get("/events?include_total=true").json["pagination"]["total_items"] == 0


def test_what_is_switched_off_asks_for_nothing(hook):
    off = {"enabled": False}
    hook.settings(hmac={**off, "secret": "x"}, rate_limit=off, ip_whitelist=off)

    assert hook.post().status_code == 200


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("203.0.113.9", {}, 200),
        ("198.51.100.7", {}, 200),
        ("198.51.101.7", {}, 403),
        ("2001:db8::5", {}, 200),
        ("::ffff:203.0.113.9", {}, 200),
        ("198.51.101.7", {"X_Forwarded_For": "203.0.113.9"}, 403),
        ("127.0.0.1", {"X_Forwarded_For": "203.0.113.9, 10.0.0.1"}, 200),
        ("10.1.2.3", {"X_Real_IP": "203.0.113.9"}, 200),
        ("10.1.2.3", {"X_Forwarded_For": "8.8.8.8", "X_Real_IP": "203.0.113.9"}, 403),
        ("127.0.0.1", {}, 403),
        ("127.0.0.1", {"X_Forwarded_For": "nonsense"}, 403),
    ],
)
def test_only_listed_addresses_may_post(hook, peer, headers, status):
    hook.settings(ip_whitelist={"enabled": True, "ips": ["203.0.113.9", "198.51.100.0/24", "2001:db8::/32"]})

    assert hook.post(peer=peer, **headers).status_code == status


def test_the_rate_counts_what_was_taken_in_the_window(hook):
    hook.settings(rate_limit={"enabled": True, "requests": 2, "window_seconds": 60})
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    ports.current().clock = lambda: begun

    statuses = [hook.post().status_code for _ in range(3)]
    refused = hook.post()
    ports.current().clock = lambda: begun + timedelta(seconds=61)

    assert statuses == [200, 200, 429]
    assert refused.headers["Retry-After"] == "60"
    assert hook.post().status_code == 200


def test_too_large_a_body_is_400(hook):
    hook.settings(payload_size_limit_kb=1)

    assert hook.post(json.dumps({"payload": "x" * 2000}).encode()).status_code == 400
    assert hook.post().status_code == 200


def test_the_checks_come_in_the_order_of_the_contract(hook):
    everything = {
        "hmac": {"enabled": True, "secret": SECRET},
        "ip_whitelist": {"enabled": True, "ips": ["203.0.113.9"]},
        "rate_limit": {"enabled": True, "requests": 1, "window_seconds": 60},
        "payload_size_limit_kb": 1,
    }
    hook.settings(**everything)
    small, large = b"{", b"[" + b"1," * 2000

    assert hook.post(large, peer="8.8.8.8").status_code == 400
    assert hook.post(small, peer="8.8.8.8").status_code == 403
    assert hook.post(small).status_code == 401
    assert hook.post(small, X_Webhook_Signature=signature(small)).status_code == 400
    assert hook.post(b"1", X_Webhook_Signature=signature(b"1")).status_code == 200
    assert hook.post(small).status_code == 429


def test_one_event_for_several_rules(hook, alice):
    alice.post("/actions", json={"ref": "ship.sail", "pack_ref": "ship", "label": "Sail", "entrypoint": "true"})
    for name in ("a", "b"):
        rule = {"ref": f"ship.{name}", "pack_ref": "ship", "label": "R", "action_ref": "ship.sail", "trigger_ref": "ship.horn"}
        assert alice.post("/rules", json=rule).status_code == 201

    event_id = hook.post().json["data"]["event_id"]

    assert len(alice.get("/events").json["items"]) == 1
    made = alice.get(f"/enforcements?event={event_id}").json["items"]
    assert [row["rule_ref"] for row in made] == ["ship.b", "ship.a"]
    for row in made:
        [execution] = alice.get(f"/enforcements/{row['id']}/executions").json["items"]
        assert (execution["enforcement"], execution["rule_ref"], execution["trigger_ref"]) == (row["id"], row["rule_ref"], "ship.horn")
