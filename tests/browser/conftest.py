"""A live server with a worker, and a real browser. Playwright's own browser, else the system's.

Without a browser these tests are skipped on a developer's machine and fail where `CI` is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from app.persistence import session
from app.persistence.models import WorkflowDraft
from app.services import auth, executions
from app.settings import Settings

SYSTEM_BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PASSWORD = "correct horse battery"
WIDTHS = {1440: 900, 1024: 768, 390: 844}


@dataclass(frozen=True)
class Site:
    """The live server."""

    address: str

    def start(self, ref: str, **parameters: Any) -> int:
        by = auth.check_password("admin", PASSWORD)
        return executions.start(action_ref=ref, parameters=parameters, by=by).execution_id


# Of this folder only: its worker threads use the process's database, which other folders set to their own.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from workers.up import serving

    home = tmp_path_factory.mktemp("browser")
    settings = Settings(home=str(home), port=0, admin_password=PASSWORD, demo=False, sweep_s=0.1)
    with serving(settings) as server:
        yield Site(f"http://127.0.0.1:{server.effective_port}")


@pytest.fixture(autouse=True)
def no_draft_left(site: Site) -> Iterator[None]:
    """What one test left unsaved must not open in the next; a page that closes may still send some while it goes."""
    _discard_drafts()
    yield
    _discard_drafts()


def _discard_drafts() -> None:
    with session.transaction() as tx:
        tx.session.execute(delete(WorkflowDraft))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        yield (browser := _launched(playwright))
        browser.close()


def _launched(playwright: Any) -> Any:
    args = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    for path in (None, *(p for p in SYSTEM_BROWSERS if Path(p).exists())):
        try:
            return playwright.chromium.launch(executable_path=path, args=args)
        except Exception as error:  # playwright raises its own kinds, all of them mean "not this one"
            problem = error
    if os.environ.get("CI"):
        raise RuntimeError("No browser: install chromium.") from problem
    pytest.skip("no browser here: install chromium to run these tests")


@pytest.fixture(scope="package")
def signed_in_state(chromium: Any, site: Site) -> Any:
    """The cookies of a browser in which the administrator has signed in. Signing in takes a moment, and these tests are many."""
    context = chromium.new_context(base_url=site.address)
    page = context.new_page()
    page.goto("/login")
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site.address}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page_of(chromium: Any, site: Site, signed_in_state: Any) -> Iterator[Callable[..., Any]]:
    """`page_of(width=1440, theme="light")`: a signed-in page; what the console reports as an error fails the test."""
    contexts, errors = [], []

    def open_page(
        *, width: int = 1440, theme: str = "light", javascript: bool = True, signed_in: bool = True, watched: bool = True
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS[width]}, color_scheme=theme, java_script_enabled=javascript,
            base_url=site.address, storage_state=signed_in_state if signed_in else None,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if watched:
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda m: errors.append(m.text) if m.type == "error" and "404" not in m.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
