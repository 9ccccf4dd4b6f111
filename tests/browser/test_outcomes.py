"""What a reviewer is told of answers that were not taken, and that they do not count."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from stream.records import OutcomeKind
from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import outcome, request

pytestmark = pytest.mark.slow
CLOSED = "This one was closed meanwhile: somebody else answered it, or it was withdrawn."


def answer_twice(site: Site, page: Page, kind: OutcomeKind) -> None:
    """Answer two questions, of which the second has this outcome and the first was learned."""
    ask(site, "a", "b", "c")
    enter(page, site)
    expect_text(page, "a")
    site.world.tell(outcome(request("a").request_id, 0))
    site.world.tell(outcome(request("b").request_id, 1, outcome=kind))
    page.keyboard.press("1")
    expect_text(page, "b")
    label(site)
    page.keyboard.press("1")
    expect_text(page, "c")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (OutcomeKind.CLOSED, CLOSED),
        (OutcomeKind.LATE, "This question had expired, so the answer was not learned."),
        (OutcomeKind.REJECTED, "This class is not one of the task's, so the answer was not taken."),
    ],
)
def test_an_answer_that_was_not_taken_is_told_and_does_not_count(
    site: Site, page: Page, kind: OutcomeKind, told: str
) -> None:
    answer_twice(site, page, kind)
    expect(page.get_by_role("status")).to_have_text(told)
    expect(page.locator("#today")).to_have_text("1")
    page.reload()
    expect(page.locator("#today")).to_have_text("1")


def test_an_answer_to_what_was_closed_cannot_be_corrected_the_one_before_can(site: Site, page: Page) -> None:
    answer_twice(site, page, OutcomeKind.CLOSED)
    expect(page.get_by_role("status")).to_have_text(CLOSED)
    page.keyboard.press("u")
    expect_text(page, "a")
    site.world.tell(outcome(request("a").request_id, 2, outcome=OutcomeKind.CLOSED))
    page.keyboard.press("2")
    expect(page.get_by_role("status")).to_have_text("It is too late to correct this one.")
    expect(page.locator("#today")).to_have_text("1")
