"""Answers that are corrected: which ones can be, and what is told where that fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import request

pytestmark = pytest.mark.slow


def answer_two(site: Site, page: Page) -> None:
    """Answer `a` and `b`, so that `c` is shown."""
    ask(site, "a", "b", "c")
    enter(page, site)
    for text_id, following in ("ab", "bc"):
        expect_text(page, text_id)
        page.keyboard.press("1")
        expect_text(page, following)
    label(site, 1)


def test_answers_before_the_last_one_are_corrected_too(site: Site, page: Page) -> None:
    answer_two(site, page)
    page.keyboard.press("u")
    expect_text(page, "b")
    page.get_by_role("button", name="Correct the one before").click()
    expect_text(page, "a")
    expect(page.get_by_role("button", name="Correct the one before")).to_be_disabled()
    page.keyboard.press("2")
    expect_text(page, "c")
    assert label(site, 2)["request_id"] == request("a").request_id
    page.keyboard.press("u")
    expect_text(page, "b")


def test_an_answer_that_was_taken_back_is_not_offered_again(site: Site, page: Page) -> None:
    answer_two(site, page)
    page.keyboard.press("u")
    expect_text(page, "b")
    page.keyboard.press("s")
    expect_text(page, "c")
    page.keyboard.press("u")
    expect_text(page, "a")


def test_a_correction_that_cannot_be_saved_is_told_as_one(site: Site, page: Page) -> None:
    answer_two(site, page)
    page.route("**/v1/labels*", lambda route: route.abort())
    page.keyboard.press("u")
    expect_text(page, "b")
    page.keyboard.press("2")
    expect(page.get_by_role("alert")).to_contain_text(
        "Your correction may not have been saved, please correct it again."
    )
    expect_text(page, "c")
    page.keyboard.press("u")
    expect(page.get_by_text("You answered card_arrival. What is it instead?")).to_be_visible()
