"""Many pages of runs open at once, each asking for its live part as the browser does, while people ask for pages.

One default server (`attune up`) in a process of its own, on loopback.
"""

from __future__ import annotations

import asyncio
import html
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "b" * 12
_NEXT = re.compile(r'hx-get="([^"]+)"[^>]*data-every="(\d+)"')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
STARTED_S = 60.0
CALMER, CALMEST = 1.2, 3.0  # as app/static/js/behaviors/live.js
OPENING_S, SETTLING_S = 20.0, 5.0  # the pages open one after the other; then it is measured


@dataclass(slots=True)
class Watched:
    """What the open pages and the people saw.

    Attributes:
        polls, pages: milliseconds of each answer.
        sizes: bytes of each live update that brought something, as it travelled.
        failed: answers that were none, or of status 500 and more.
        later: polls that were asked to come again, since others were served.
    """

    polls: list[float] = field(default_factory=list)
    pages: dict[str, list[float]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    failed: int = 0
    later: int = 0


@contextmanager
def default_server(home: str) -> Iterator[tuple[str, int]]:
    """`attune up` with its defaults on this data; the address and the id of its process."""
    port = _free_port()
    told = {"ATTUNE_HOME": home, "PORT": str(port), "ATTUNE_ADMIN_PASSWORD": PASSWORD, "ATTUNE_DEMO": "false"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ATTUNE", "DATABASE_URL", "REDIS_URL"))}
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "up"], cwd=ROOT, env={**kept, **told}, stdout=said, stderr=said
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_up(process, address)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def start_many(address: str, ref: str, count: int, *, over_s: float) -> list[int]:
    """Start runs evenly over some seconds, as people do; their executions."""
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        told = client.post("/auth/login", json={"login": "admin", "password": PASSWORD}).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {told['data']['access_token']}"
        return [_started(client, ref, over_s / count) for _ in range(count)]


def _started(client: httpx.Client, ref: str, pause_s: float) -> int:
    begun = time.monotonic()
    answer = client.post("/api/v1/executions/execute", json={"action_ref": ref}).raise_for_status()
    time.sleep(max(0.0, pause_s - (time.monotonic() - begun)))
    return int(answer.json()["data"]["id"])


def processor_s(process: int) -> float:
    """Seconds of the processor that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(address: str, runs: Sequence[int], pages: Sequence[str], *, seconds: float, people: int = 4) -> Watched:
    """Open the page of each run and keep it open, while `people` ask for `pages` in turn, one each second.

    What happens while the pages are being opened is not counted.
    """
    return asyncio.run(_watch(address, runs, pages, seconds, people))


async def _watch(address: str, runs: Sequence[int], pages: Sequence[str], seconds: float, people: int) -> Watched:
    seen = Watched(pages={page: [] for page in pages})
    async with _browser(address) as first:
        await _sign_in(first)
        until = time.monotonic() + OPENING_S + SETTLING_S + seconds
        watchers = [_open(_browser(address, first.cookies), run, number / len(runs), until, seen) for number, run in enumerate(runs)]
        askers = [_ask(_browser(address, first.cookies), pages, number / people, until, seen) for number in range(people)]
        await asyncio.gather(*watchers, *askers)
    return seen


def _browser(address: str, cookies: httpx.Cookies | None = None) -> httpx.AsyncClient:
    """One with a connection of its own: a shared pool looks through all of its connections for each request."""
    return httpx.AsyncClient(base_url=address, timeout=30, verify=False, cookies=cookies, headers={"Accept-Encoding": "gzip"})


async def _sign_in(client: httpx.AsyncClient) -> None:
    form = await client.get("/login")
    token = _TOKEN.search(form.text)
    assert token is not None
    answer = await client.post("/login", data={"csrf_token": token[1], "login": "admin", "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code


async def _open(browser: httpx.AsyncClient, run: int, later: float, until: float, seen: Watched) -> None:
    """One open page: asks the address that the last answer named, as often as it said (app/static/js/behaviors/live.js)."""
    measured = time.perf_counter() + OPENING_S + SETTLING_S
    await asyncio.sleep(later * OPENING_S)
    async with browser as client:
        await _keep_open(client, run, until, measured, seen)


async def _keep_open(client: httpx.AsyncClient, run: int, until: float, measured: float, seen: Watched) -> None:
    answer = await client.get(f"/runs/{run}")
    address, every = _next(answer.text)
    wait = every
    while time.monotonic() < until:
        await asyncio.sleep(wait)
        begun = time.perf_counter()
        try:
            answer = await client.get(address, headers={"HX-Request": "true"})
        except httpx.TransportError:
            seen.failed += 1
            continue
        if begun > measured:
            seen.polls.append((time.perf_counter() - begun) * 1000)
        seen.failed += answer.status_code >= 500
        seen.later += "Retry-After" in answer.headers
        wait = _pause(answer, every, wait)
        if answer.status_code == 200:
            seen.sizes.append(answer.num_bytes_downloaded)
            address, every = _next(answer.text)


def _pause(answer: httpx.Response, every: float, wait: float) -> float:
    if "Retry-After" in answer.headers:
        return float(answer.headers["Retry-After"]) * random.uniform(0.5, 1.5)
    return min(every * CALMEST, wait * CALMER) if answer.status_code == 204 else every


def _next(text: str) -> tuple[str, float]:
    found = _NEXT.search(text)
    assert found is not None, text[:300]
    return html.unescape(found[1]), float(found[2])


async def _ask(browser: httpx.AsyncClient, pages: Sequence[str], later: float, until: float, seen: Watched) -> None:
    await asyncio.sleep(OPENING_S + SETTLING_S + later)
    async with browser as client:
        await _keep_asking(client, pages, until, seen)


async def _keep_asking(client: httpx.AsyncClient, pages: Sequence[str], until: float, seen: Watched) -> None:
    number = 0
    while time.monotonic() < until:
        page = pages[number % len(pages)]
        number += 1
        begun = time.perf_counter()
        try:
            answer = await client.get(page)
            seen.pages[page].append((time.perf_counter() - begun) * 1000)
            seen.failed += answer.status_code >= 500
        except httpx.TransportError:
            seen.failed += 1
        await asyncio.sleep(1)
