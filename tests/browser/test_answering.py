"""A question is answered on a phone: by touch, by a link from a mail, without JavaScript, with a nested form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.persistence import session
from app.persistence.models import Execution, Inquiry
from app.services import auth, inquiries, workflows
from tests.browser.conftest import PASSWORD, Site
from tests.servers import wait_until

TEXT = """\
ref: examples.offsite
label: Offsite
version: 1.0.0
tasks:
  - name: plan
    action: core.ask
    timeout: 7200
    input:
      prompt: "Who comes to the **offsite**?\\n\\nRooms are held until Friday; see [the house](https://house.example)."
      remind: [3600]
      escalate: {after: 5400, to: {roles: [leads]}}
      assigned_to: {identities: [admin], roles: [crew]}
      comment: true
      response_schema:
        type: object
        required: [people, arrive]
        properties:
          arrive: {type: string, format: date, title: Arrival}
          meal: {type: string, enum: [all, vegetarian, vegan], default: all}
          days: {type: array, items: {type: string, enum: [mon, tue, wed]}}
          address: {type: object, properties: {street: {type: string}, city: {type: string}}}
          people:
            type: array
            title: People
            minItems: 1
            items: {type: object, title: Person, required: [name], properties: {name: {type: string}, guests: {type: integer, minimum: 0}}}
      evidence:
        - {title: Costs, value: {rooms: 4, total: 1240}}
    next: [{do: book}]
  - {name: book, action: core.noop}
"""


@pytest.fixture(scope="module")
def asked(site: Site) -> int:
    """The id of an open question with a nested form."""
    by = auth.check_password("admin", PASSWORD)
    workflows.create(body={"ref": "examples.offsite", "pack_ref": "examples", "text": TEXT}, by=by)
    execution_id = site.start("examples.offsite")
    found: list[int] = []

    def is_asked() -> bool:
        with session.reading() as tx:
            joined = tx.session.query(Inquiry.id).join(Execution, Execution.id == Inquiry.execution)
            found[:] = [row.id for row in joined.filter(Execution.parent == execution_id)]
        return bool(found)

    wait_until(is_asked, timeout_s=20, what="The question being asked")
    return found[0]


@pytest.fixture
def phone(chromium: Any, site: Site) -> Iterator[Any]:
    """A phone with touch, without JavaScript, that nobody is signed in on."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, java_script_enabled=False, base_url=site.address
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def test_a_linked_question_is_answered_by_touch_without_javascript(phone: Any, asked: int) -> None:
    by = auth.check_password("admin", PASSWORD)
    phone.goto(inquiries.make_link(inquiry_id=asked, identity="admin", by=by).path)

    phone.get_by_label("name").fill("Ada")
    phone.get_by_role("button", name="Add another").tap()
    names = phone.get_by_label("name")
    names.nth(1).fill("Grace")
    phone.get_by_label("mon").tap()
    phone.get_by_text("vegan").tap()
    phone.get_by_label("Arrival").fill("2026-12-01")
    phone.locator(".sticky button").tap()

    phone.get_by_text("You answered at").wait_for()
    with session.reading() as tx:
        answer = tx.session.get(Inquiry, asked).response
    assert answer == {
        "arrive": "2026-12-01", "meal": "vegan", "days": ["mon"], "people": [{"name": "Ada"}, {"name": "Grace"}],
    }  # fmt: skip


def test_a_phone_shows_the_form_without_scrolling_sideways_and_with_room_for_thumbs(page_of: Any, asked: int) -> None:
    page = page_of(width=390)
    page.goto("/inbox?show=all")

    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert widths[0] <= widths[1]
    assert re.search(r"/inbox/\d+", page.content())
