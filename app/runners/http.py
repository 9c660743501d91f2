"""core.http_request: one HTTP exchange with limits on time, size and, when the setting says so, on addresses.

Source: api.md 4 (inputs, output). An answer of any status code is a success of the action; only an exchange that
could not be carried out fails it.
"""

from __future__ import annotations

import asyncio
import functools
import json
import ssl
import time
from typing import Any

import httpx

from app.engine.errors import RunnerError
from app.runners import outcomes
from app.runners.addresses import CheckedTransport
from app.runners.base import RunControl, RunOutcome, RunRequest
from app.runners.http_call import Call, read_call
from app.runners.output import Unreadable, read_json

_TICK_S = 0.1  # how late a cancel may be seen


class HttpRunner:
    """Asynchronous inside, because only then a total time limit and a cancel can end a stuck exchange."""

    def run(self, request: RunRequest, control: RunControl) -> RunOutcome:
        call = read_call(request.parameters)
        began = time.monotonic()
        try:
            output = _until_done(_exchange(call, request), control, request.timeout_s)
        except _Cancelled:
            return outcomes.stopped("cancelled", outcomes.CANCELLED_ERROR, _ms_since(began))
        except _OutOfTime:
            return outcomes.stopped(
                "timed_out", outcomes.timed_out_error(request.timeout_s), _ms_since(began)
            )
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, UnicodeError) as error:
            raise RunnerError(
                f"{call.method} {_shown(call.url)}: {_reason(error, call)}", retryable=True
            ) from error
        stdout = json.dumps(output, ensure_ascii=False) + "\n"
        control.on_output("stdout", stdout)
        return outcomes.of_result(
            {
                "succeeded": True,
                "exit_code": 0,
                "duration_ms": _ms_since(began),
                "stdout": stdout,
                "stderr": "",
                "data": output,
            }
        )


async def _exchange(call: Call, request: RunRequest) -> dict[str, Any]:
    transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(
        verify=_tls(call.verify_tls), trust_env=False
    )
    if not request.allow_private_addresses:
        transport = CheckedTransport(transport)
    # trust_env: neither the server's proxies nor its ~/.netrc passwords are the action's
    client = httpx.AsyncClient(
        transport=transport,
        timeout=None,  # noqa: S113 - the limit below is for the whole exchange
        trust_env=False,
        follow_redirects=call.follow_redirects,
        max_redirects=call.max_redirects,
    )
    async with client, asyncio.timeout(call.timeout_s):
        began = time.monotonic()
        async with client.stream(
            call.method, call.url, headers=call.headers, content=call.content, auth=call.auth
        ) as response:
            body = await _body(response, request.max_output)
        return _output(response, body, _ms_since(began))


async def _body(response: httpx.Response, limit: int) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > limit:
            raise RunnerError(
                f"{response.request.method} {_shown(response.url)}: the answer is larger than {limit} bytes "
                "(ATTUNE_MAX_OUTPUT)."
            )
        parts.append(part)
    return b"".join(parts)


def _output(response: httpx.Response, body: bytes, elapsed_ms: int) -> dict[str, Any]:
    text = _decoded(response, body)
    return {
        "status_code": response.status_code,
        "headers": dict(response.headers),
        "body": text,
        "json": _json(response, text),
        "elapsed_ms": elapsed_ms,
        "url": _shown(response.url),
        "success": response.is_success,
    }


def _decoded(response: httpx.Response, body: bytes) -> str:
    try:
        text = body.decode(response.charset_encoding or "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    return text.replace("\0", "\ufffd")


def _json(response: httpx.Response, text: str) -> Any:
    """The body read as JSON, None when it is none."""
    if "json" not in response.headers.get("content-type", "") and text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return read_json(text)
    except Unreadable:
        return None


@functools.cache
def _tls(verify: bool) -> ssl.SSLContext:
    # 20 ms each, so one of either kind per process; the operator may name own authorities by SSL_CERT_FILE
    return httpx.create_ssl_context(verify=verify)


def _shown(url: httpx.URL) -> str:
    """The URL without the password it may carry."""
    return str(url.copy_with(userinfo=b""))


def _reason(error: Exception, call: Call) -> str:
    if isinstance(error, httpx.TooManyRedirects):
        return f"more than {call.max_redirects} redirects"
    return str(error) or type(error).__name__


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


class _Cancelled(Exception):
    pass


class _OutOfTime(Exception):
    pass


def _until_done(exchange: Any, control: RunControl, timeout_s: float) -> dict[str, Any]:
    loop = asyncio.new_event_loop()
    try:
        output: dict[str, Any] = loop.run_until_complete(_watched(exchange, control, timeout_s))
        return output
    finally:
        loop.close()  # unlike asyncio.run it does not wait for a name lookup that hangs


async def _watched(exchange: Any, control: RunControl, timeout_s: float) -> dict[str, Any]:
    """The exchange's result; ended early by a cancel or the action's time limit."""
    task = asyncio.ensure_future(exchange)
    deadline = time.monotonic() + timeout_s
    stopped: Exception | None = None
    while not task.done() and stopped is None:
        await asyncio.wait([task], timeout=_TICK_S)
        if not task.done() and control.cancelled.is_set():
            stopped = _Cancelled()
        elif not task.done() and time.monotonic() >= deadline:
            stopped = _OutOfTime()
    if stopped is not None:
        task.cancel()
        await asyncio.wait([task], timeout=1)
        raise stopped
    try:
        output: dict[str, Any] = task.result()
        return output
    except TimeoutError as error:
        raise RunnerError(
            "core.http_request: no complete answer within the time that `timeout` allows", retryable=True
        ) from error
