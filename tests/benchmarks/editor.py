"""How fluid typing is: `python -m tests.benchmarks.editor` prints milliseconds for a file of 700 lines.

On a real server with a real browser: the time of each request as a client on this machine sees it, and the time from a key to
the second frame after problems and drawing have come (it holds the pause of 80 ms in which further keys may come).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from app.boot import settle
from app.settings import Settings
from tests.browser.conftest import PASSWORD, _launched
from workers.up import serving

TASKS = 42
ROUNDS = 20

NEXT_ANALYSIS = """() => new Promise((done) => {
  const store = document.getElementById("main").store;
  let pressed = 0;
  document.addEventListener("keydown", () => { pressed = performance.now(); }, { capture: true, once: true });
  const stop = store.on("analysis", () => requestAnimationFrame(() => requestAnimationFrame(() => {
    stop();
    window.tookMs = performance.now() - pressed;
  })));
  window.tookMs = null;
  done();
})"""


def main() -> None:
    with _server() as address, httpx.Client(base_url=address, timeout=30) as client:
        login = {"login": "admin", "password": PASSWORD}
        token = client.post("/auth/login", json=login).json()["data"]["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        text = long_text()
        client.post("/api/v1/packs/examples/workflow-files", json={"name": "long", "text": text}).raise_for_status()
        print(f"{text.count(chr(10))} lines, {TASKS} tasks; median and worst of {ROUNDS}, in ms")
        for name, path, body in _requests(text):
            took = [_request(client, path, body(n)) for n in range(ROUNDS)]
            print(f"{name:<44}{statistics.median(took):>8.0f}{max(took):>8.0f}")
        took = _typed(address)
        print(f"{'key to problems and drawing, in the browser':<44}{statistics.median(took):>8.0f}{max(took):>8.0f}")


def long_text() -> str:
    """A chain with a failure handler; comments, inputs, retries and publishing as people write them."""
    tasks = "\n".join(_task(n) for n in range(TASKS - 1))
    return f"""# A long file.
ref: examples.long
label: A long workflow
version: 1.0.0

parameters:
  region: {{type: string, default: eu}}

vars:
  done: []

tasks:
{tasks}
  - name: clean_up
    action: core.echo
    input:
      message: "Something failed in {{{{ parameters.region }}}}"
"""


def _task(number: int) -> str:
    after = f"step_{number + 1}" if number < TASKS - 2 else "noop"
    return f"""  # what step {number} is for, in a sentence
  - name: step_{number}
    action: core.echo
    timeout: 60
    input:
      message: "step {number} in {{{{ parameters.region }}}}"
    retry:
      count: 3
      delay: 2
      backoff: exponential
    next:
      - when: succeeded()
        publish:
          - done: "{{{{ vars.done + [{number}] }}}}"
        do: {after}
      - when: failed()
        do: clean_up
"""


def _requests(text: str) -> Iterator[tuple[str, str, Any]]:
    def typed(number: int) -> dict[str, Any]:
        return {"text": text.replace("step 20 in", f"step 20 {number} in"), "pack_ref": "examples"}

    def wired(number: int) -> dict[str, Any]:
        return {"text": text.replace("do: step_21", f"do: [step_21, step_{number + 1}]"), "pack_ref": "examples"}

    def operation(**keys: Any) -> Any:
        return lambda number: {**typed(number), "operation": keys}

    yield "analyse, a value typed", "analyse", typed
    yield "analyse, a transition changed", "analyse", wired
    yield "edit, set_field", "edit", operation(op="set_field", path=["tasks", "step_9", "timeout"], value=90)
    yield "edit, rename_task", "edit", operation(op="rename_task", name="step_9", to="nine")
    yield "edit, add_task", "edit", operation(op="add_task", action="core.noop", after="step_9")


def _request(client: httpx.Client, path: str, body: dict[str, Any]) -> float:
    began = time.perf_counter()
    client.post(f"/api/v1/workflows/{path}", json=body).raise_for_status()
    return 1000 * (time.perf_counter() - began)


def _typed(address: str) -> list[float]:
    with sync_playwright() as playwright:
        browser = _launched(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url(lambda url: "login" not in url)
        page.goto(f"{address}/workflows/examples.long/edit")
        page.wait_for_selector("#node-step_0")
        page.get_by_text("A long workflow").last.click()
        page.keyboard.press("End")
        took = [_key(page, "x") for _ in range(ROUNDS)]
        browser.close()
    return took


def _key(page: Page, key: str) -> float:
    page.evaluate(NEXT_ANALYSIS)
    page.keyboard.press(key)
    while (took := page.evaluate("window.tookMs")) is None:  # wait_for_function needs eval, which the policy forbids
        time.sleep(0.01)
    return float(took)


@contextmanager
def _server() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="attune-bench-") as home,
        serving(Settings(home=home, port=0, admin_password=PASSWORD, demo=False)) as server,
    ):
        settle()
        yield f"http://127.0.0.1:{server.effective_port}"


if __name__ == "__main__":
    main()
