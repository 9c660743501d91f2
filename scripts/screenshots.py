"""Pictures of the pages of a throw-away server with real runs: for looking at, and for the documentation.

    python scripts/screenshots.py tmp/shots                 every page, 1440/1024/390 px, light and dark
    python scripts/screenshots.py tmp/shots --only run,home --widths 1440 --themes light
    python scripts/screenshots.py docs/images --documentation              the pictures of the documentation

Needs Playwright and a Chromium (its own, or the system's); uses loopback and a temporary directory only.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from app.engine.access import Caller
from app.queries import inquiries as questions
from app.queries import workflows as workflow_reads
from app.services import auth, executions, workflows
from app.settings import Settings
from workers.up import serving

SYSTEM_BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
HEIGHTS = {1440: 900, 1340: 838, 1200: 750, 1024: 768, 390: 844}
# file -> page, width, theme
DOCUMENTATION = {
    "editor": ("editor", 1340, "light"),
    "editor-dark": ("editor-task", 1340, "dark"),
    "editor-phone": ("editor", 390, "light"),
    "rehearsal": ("rehearsal", 1340, "light"),
    "tests": ("tests", 1200, "light"),
    "compare": ("compare", 1200, "light"),
    "import": ("import-preview", 1200, "light"),
    "home": ("home", 1200, "light"),
    "run": ("run", 1200, "light"),
    "workflow": ("workflow", 1200, "light"),
    "inquiry": ("inquiry", 390, "light"),
    "inbox": ("inbox", 1200, "light"),
    "timeline": ("run-timeline", 1200, "light"),
    "nested": ("run-nested", 1200, "light"),
    "retry-plan": ("retry-plan", 1200, "light"),
    "statistics": ("statistics", 1200, "light"),
}
PASSWORD = "a password for pictures"
ORQUESTA = """\
version: 1.0
description: Builds the report and sends it
input: [day, {copies: 2}]
vars: [{sent: 0}]
tasks:
  collect:
    action: core.http url="https://reports.example/<% ctx(day) %>"
    retry: {when: <% failed() %>, count: 3, delay: 10}
    next:
      - {when: <% succeeded() %>, publish: [{rows: <% result().body.rows %>}], do: render}
      - {when: <% failed() %>, do: complain}
  render:
    with: {items: row in <% ctx(rows) %>, concurrency: 4}
    action: core.echo message="<% item(row) %>"
    next: [{when: <% succeeded() %>, publish: lucky=<% random() %>, do: send}]
  send: {action: core.noop}
  complain: {action: core.noop}
"""
STARTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("release.ship", {}),
    ("examples.failure_handled", {}),
    ("examples.items_failing", {}),
    ("examples.parallel", {}),
    ("examples.inquiry", {}),
    ("examples.fail_on_purpose", {}),
    ("examples.join_all", {}),
    *(("examples.retry", {}),) * 4,
    ("examples.output_on_failure", {}),
    ("examples.nested", {}),
    ("examples.tour", {}),
)


def main() -> None:
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, server(home) as address, browser() as chromium:
        runs = seed()
        time.sleep(options.settle)
        if options.documentation:
            for file, (name, width, theme) in DOCUMENTATION.items():
                if options.only and file not in options.only:
                    continue
                with signed_in(chromium, address, width, theme) as page:
                    shoot(page, address, {file: pages_of(runs, {name})[name]}, options.folder, "", act=ACTS.get(name))
            return
        for theme in options.themes:
            for width in options.widths:
                with signed_in(chromium, address, width, theme) as page:
                    shoot(page, address, pages_of(runs, options.only), options.folder, f"{width}-{theme}")


@contextmanager
def server(home: str) -> Iterator[str]:
    settings = Settings(home=home, port=0, admin_password=PASSWORD, demo=False, sweep_s=0.1)
    with serving(settings) as running:
        yield f"http://127.0.0.1:{running.effective_port}"


@contextmanager
def browser() -> Iterator[Browser]:
    own = next((path for path in SYSTEM_BROWSERS if Path(path).exists()), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@contextmanager
def signed_in(chromium: Browser, address: str, width: int, theme: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=theme)
    page = context.new_page()
    page.on("console", lambda message: print("console:", message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: print("error:", error))
    page.goto(f"{address}/login")
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{address}/")
    yield page
    context.close()


def seed() -> dict[str, int]:
    """Start one run of each example, and save a second revision of one; execution ids by ref."""
    by = auth.check_password("admin", PASSWORD)
    _revise("examples.tour", by)
    return {ref: executions.start(action_ref=ref, parameters=values, by=by).execution_id for ref, values in STARTS}


def _revise(ref: str, by: Caller) -> None:
    """What somebody might change: another time-out, one more task."""
    head = workflow_reads.get_workflow(ref=ref, by=by)["revision"]
    text = workflow_reads.source_text(head) or ""
    first = text.index("\n  - name: ")
    more = "\n  - name: announce\n    action: core.echo\n    input: {message: It begins}\n"
    changed = text[:first] + more + text[first:].replace("timeout: 86400", "timeout: 3600", 1)
    workflows.save_changes(ref=ref, body={"text": changed}, by=by, note="Say that it begins")


def pages_of(runs: dict[str, int], only: set[str]) -> dict[str, str]:
    tour, failed, release = runs["examples.tour"], runs["examples.items_failing"], runs["release.ship"]
    broken, nested = runs["examples.output_on_failure"], runs["examples.nested"]
    by = auth.check_password("admin", PASSWORD)
    pending = questions.list_inquiries(by=by, status="pending")[0]
    pages = {
        "home": "/",
        "runs": "/runs",
        "run": f"/runs/{release}",
        "run-task": f"/runs/{failed}?task=" + _first_task(failed),
        "run-tasks": f"/runs/{tour}?tab=tasks",
        "run-timeline": f"/runs/{release}?tab=timeline",
        "run-nested": f"/runs/{nested}?open=first&open=second",
        "retry-plan": f"/runs/{broken}/retry",
        "bulk-plan": f"/runs/bulk?do=cancel&run={broken}&run={tour}&run={release}",
        "run-items": f"/runs/{failed}?tab=items",
        "run-variables": f"/runs/{tour}?tab=variables",
        "run-log": f"/runs/{tour}?tab=log",
        "run-events": f"/runs/{tour}?tab=events",
        "run-definition": f"/runs/{tour}?tab=definition",
        "workflows": "/workflows",
        "workflow": "/workflows/release.ship",
        "statistics": "/workflows/examples.retry/statistics",
        "copy": "/workflows/examples.tour/copy",
        "profile": "/profile",
        "editor": "/workflows/release.ship/edit",
        "editor-task": "/workflows/release.ship/edit",
        "rehearsal": "/workflows/release.ship/edit",
        "revisions": "/workflows/examples.tour/revisions",
        "compare": "/workflows/examples.tour/revisions/1..2",
        "tests": "/packs/release/tests/ship",
        "import": "/workflows/import",
        "import-preview": "/workflows/import",
        "start": "/run/examples.tour",
        "start-action": "/run/core.http_request",
        "packs": "/packs",
        "pack": "/packs/examples",
        "inbox": "/inbox",
        "inquiry": f"/inbox/{min(q['id'] for q in pending if 'production' in q['prompt'])}",
        **{f"inquiry-{n}": f"/inbox/{q['id']}" for n, q in enumerate(pending[:2])},
        "missing": "/nothing-here",
    }
    return {name: path for name, path in pages.items() if not only or name in only}


def _first_task(execution_id: int) -> str:
    from app.queries import workflow_executions

    by = auth.check_password("admin", PASSWORD)
    run = workflow_executions.run_of_execution(execution_id=execution_id, by=by)
    return workflow_executions.list_tasks(workflow_execution_id=run["id"], by=by)[0]["name"]


def _select(page: Page) -> None:
    page.locator("#outline [data-task=build]").dispatch_event("click")
    page.wait_for_timeout(800)


def _rehearse(page: Page) -> None:
    if page.locator("[data-tab=graph]:visible").count():
        page.click("[data-tab=graph]")
    for _ in range(5):
        page.click("[data-reh=step]")
        page.wait_for_timeout(700)


def _import(page: Page) -> None:
    page.get_by_label("Pack").select_option("examples")
    page.get_by_label("Name").fill("nightly")
    page.get_by_label("Workflow file").fill(ORQUESTA)
    page.get_by_role("button", name="Show what comes of it").click()
    page.wait_for_timeout(400)


# What is done on a page before its picture is taken.
ACTS: dict[str, Callable[[Page], None]] = {"editor-task": _select, "rehearsal": _rehearse, "import-preview": _import}


def shoot(
    page: Page, address: str, pages: dict[str, str], folder: Path, suffix: str, *, act: Callable[[Page], None] | None = None
) -> None:
    for name, path in pages.items():
        page.goto(address + path)
        page.wait_for_timeout(2500 if path.endswith("/edit") else 250)  # first live update and fonts; text and drawing
        if prepare := act or ACTS.get(name):
            prepare(page)
        page.screenshot(path=folder / f"{'-'.join(filter(None, (name, suffix)))}.png")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", type=lambda text: set(text.split(",")), default=set())
    parser.add_argument("--widths", type=lambda text: [int(w) for w in text.split(",")], default=[1440, 1024, 390])
    parser.add_argument("--themes", type=lambda text: text.split(","), default=["light", "dark"])
    parser.add_argument("--documentation", action="store_true", help="the pictures of docs/images")
    parser.add_argument("--settle", type=float, default=12.0, help="seconds the runs get before the pictures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
