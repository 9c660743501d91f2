"""core.http_request against a real server on the loopback."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from app.engine.errors import RunnerError
from app.runners.addresses import AddressRefused, CheckedTransport, is_public
from app.runners.http_call import read_call
from tests.runners.web_server import self_signed, web_server
from tests.servers import free_port


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with web_server() as url:
        yield url


@pytest.fixture
def request_url(run):
    def request(url: str, *, request_changes: dict | None = None, **parameters):
        return run(
            action_ref="core.http_request",
            runtime="native",
            parameters={"url": url, **parameters},
            **(request_changes or {}),
        )

    return request


def test_the_output_has_the_shape_of_the_contract(request_url, server, recorded):
    outcome = request_url(f"{server}/show")

    output = outcome.result["data"]
    assert outcome.status == "succeeded"
    assert set(output) == {"status_code", "headers", "body", "json", "elapsed_ms", "url", "success"}
    assert output["status_code"] == 200
    assert output["success"] is True
    assert output["url"] == f"{server}/show"
    assert output["headers"]["content-type"] == "application/json"
    assert output["json"] == json.loads(output["body"])
    assert json.loads(outcome.result["stdout"]) == json.loads(recorded.text()) == output


def test_headers_query_and_body_are_sent(request_url, server):
    outcome = request_url(
        f"{server}/show?a=1",
        method="post",
        headers={"X-Run": 5},
        query_params={"q": "a b&c", "list": [1, True], "gone": None},
        body="text ü",
    )

    seen = outcome.result["data"]["json"]
    assert seen["method"] == "POST"
    assert seen["path"] == "/show?a=1&q=a+b%26c&list=1&list=true"
    assert seen["headers"]["x-run"] == "5"
    assert seen["body"] == "text ü"


def test_a_json_body_is_sent_with_its_content_type(request_url, server):
    seen = request_url(f"{server}/show", method="PUT", json_body={"a": [None]}, body="loses").result["data"][
        "json"
    ]

    assert seen["headers"]["content-type"] == "application/json"
    assert json.loads(seen["body"]) == {"a": [None]}


def test_basic_and_bearer_credentials_are_sent(request_url, server):
    basic = request_url(f"{server}/show", auth_type="basic", auth_username="u", auth_password="p:w")
    bearer = request_url(f"{server}/show", auth_type="bearer", auth_token="t0k")

    assert (
        basic.result["data"]["json"]["headers"]["authorization"]
        == "Basic " + base64.b64encode(b"u:p:w").decode()
    )
    assert bearer.result["data"]["json"]["headers"]["authorization"] == "Bearer t0k"


def test_a_404_answer_completes_without_success(request_url, server):
    outcome = request_url(f"{server}/missing")

    assert outcome.status == "succeeded"
    assert outcome.result["succeeded"] is True
    assert outcome.result["data"]["success"] is False
    assert outcome.result["data"]["status_code"] == 404
    assert outcome.result["data"]["json"] is None


def test_redirects_are_followed_or_shown(request_url, server):
    followed = request_url(f"{server}/redirect").result["data"]
    shown = request_url(f"{server}/redirect", follow_redirects=False).result["data"]

    assert followed["url"] == f"{server}/show?from=redirect"
    assert shown["status_code"] == 302
    assert shown["headers"]["location"] == "/show?from=redirect"


def test_endless_redirects_fail(request_url, server):
    outcome = request_url(f"{server}/loop", max_redirects=3)

    assert outcome.status == "failed"
    assert "more than 3 redirects" in outcome.error


def test_a_redirect_to_a_file_fails(request_url, server):
    assert request_url(f"{server}/file").status == "failed"


def test_credentials_do_not_follow_a_redirect_to_another_host(request_url, server):
    seen = request_url(f"{server}/away", auth_type="bearer", auth_token="t0k").result["data"]["json"]

    assert "authorization" not in seen["headers"]


def test_an_answer_beyond_the_cap_fails_with_the_setting_that_raises_it(request_url, server):
    outcome = request_url(f"{server}/big", request_changes={"max_output": 100_000})

    assert outcome.status == "failed"
    assert "larger than 100000 bytes (ATTUNE_MAX_OUTPUT)" in outcome.error


def test_bodies_are_decoded_as_far_as_possible(request_url, server):
    assert request_url(f"{server}/latin").result["data"]["body"] == "ü"
    assert request_url(f"{server}/damaged").result["data"]["body"] == "a\ufffd\ufffdb"


@pytest.mark.parametrize("page", ["slow", "drip"])
def test_no_complete_answer_in_time_is_an_ordinary_failure(request_url, server, page):
    began = time.monotonic()

    outcome = request_url(f"{server}/{page}", timeout=1)

    assert outcome.status == "failed"
    assert "no complete answer" in outcome.error
    assert "timed out" not in outcome.error
    assert time.monotonic() - began < 5


def test_the_time_limit_of_the_action_ends_the_exchange(request_url, server):
    outcome = request_url(f"{server}/slow", request_changes={"timeout_s": 0.3})

    assert outcome.status == "timed_out"
    assert outcome.error == "Execution timed out after 0.3 seconds"


def test_a_cancel_ends_the_exchange(request_url, server, recorded):
    threading.Timer(0.1, recorded.cancelled.set).start()

    outcome = request_url(f"{server}/drip")

    assert outcome.status == "cancelled"


def test_nobody_listening_is_a_failure(request_url):
    outcome = request_url(f"http://127.0.0.1:{free_port()}/x")

    assert outcome.status == "failed"
    assert outcome.result["succeeded"] is False
    assert outcome.error.startswith("GET http://127.0.0.1:")


def test_a_password_in_the_address_is_not_repeated(request_url, server):
    failed = request_url(f"http://user:pa55word@127.0.0.1:{free_port()}/x")
    answered = request_url(server.replace("//", "//user:pa55word@") + "/missing")

    assert "pa55word" not in failed.error
    assert "pa55word" not in answered.result["stdout"]


def test_proxies_of_the_server_are_not_used(request_url, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")

    assert request_url(f"{server}/show").status == "succeeded"


def test_a_self_signed_certificate_is_refused_unless_told_otherwise(request_url, tmp_path):
    with web_server(self_signed(tmp_path / "both.pem")) as url:
        refused = request_url(f"{url}/show")
        accepted = request_url(f"{url}/show", verify_ssl=False)

    assert refused.status == "failed"
    assert "certificate" in refused.error.lower()
    assert accepted.result["data"]["status_code"] == 200


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
def test_internal_addresses_are_refused_when_the_setting_says_so(request_url, server, host):
    port = server.rpartition(":")[2]

    outcome = request_url(f"http://{host}:{port}/show", request_changes={"allow_private_addresses": False})

    assert outcome.status == "failed"
    assert "not a public address" in outcome.error or "could not be found" in outcome.error


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1"),
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_addresses_that_are_public(address):
    assert is_public(ipaddress.ip_address(address))


def checked(url: str, answers: list[list[str]]) -> list[httpx.Request]:
    """Requests that reach the network when each name lookup gives the next of `answers`."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        first = len(sent) == 1
        return httpx.Response(302 if first else 200, headers={"Location": "/again"} if first else {})

    async def lookup(host: str, port: int, **_: object) -> list:
        return [(0, 0, 0, "", (address, port)) for address in answers.pop(0)]

    async def go() -> None:
        asyncio.get_running_loop().getaddrinfo = lookup
        transport = CheckedTransport(httpx.MockTransport(answer))
        async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
            await client.get(url)

    asyncio.run(go())
    return sent


def test_the_connection_goes_to_the_address_that_was_checked():
    sent = checked("https://shop.example/a", [["93.184.216.34"], ["93.184.216.35"]])

    assert [request.url.host for request in sent] == ["93.184.216.34", "93.184.216.35"]
    assert {request.headers["Host"] for request in sent} == {"shop.example"}
    assert {request.extensions["sni_hostname"] for request in sent} == {"shop.example"}


def test_every_redirect_is_checked_again():
    with pytest.raises(AddressRefused, match=r"shop\.example leads to 10\.0\.0\.5"):
        checked("https://shop.example/a", [["93.184.216.34"], ["10.0.0.5"]])


def test_one_internal_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(AddressRefused):
        checked("https://shop.example/a", [["93.184.216.34", "127.0.0.1"]])


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"url": "ftp://x/"},
        {"url": "/relative"},
        {"url": "http://"},
        {"url": "http://x:port/"},
        {"url": "http://x/", "timeout": 0},
        {"url": "http://x/", "timeout": 301},
        {"url": "http://x/", "method": "GET /"},
        {"url": "http://x/", "headers": "a: b"},
        {"url": "http://x/", "auth_type": "digest"},
    ],
    ids=str,
)
def test_wrong_inputs_are_refused_by_name(parameters):
    with pytest.raises(RunnerError, match=r"core\.http_request: "):
        read_call(parameters)


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\0b"], ids=repr)
def test_a_header_value_cannot_smuggle_another_header(request_url, server, value):
    assert request_url(f"{server}/show", headers={"X-A": value}).status == "failed"
