"""The review page where calls need a token: it asks for one, once, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import STATUS, request

pytestmark = pytest.mark.slow
TOKEN = "0123456789abcdef"
REFUSED = "That token was not accepted."


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, tokens=[TOKEN])
    yield site
    site.close()


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="This service asks for a token")


def unlock(page: Page, token: str = TOKEN) -> None:
    page.get_by_label("Token", exact=True).fill(token)
    page.keyboard.press("Enter")


def test_it_asks_once_for_the_token_then_for_the_name_and_answers_are_taken(closed: Site, page: Page) -> None:
    ask(closed, "a", "b")
    page.goto(closed.url)
    expect(dialog(page)).to_be_visible()
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    expect(page.get_by_text(REFUSED)).to_be_hidden()
    unlock(page, f" {TOKEN} ")
    expect(dialog(page)).to_be_hidden()
    page.get_by_label("Your name").fill("ada")
    page.get_by_role("button", name="Start").click()
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")
    assert label(closed)["request_id"] == request("a").request_id


def test_a_wrong_token_is_said_to_be_wrong_and_another_is_asked_for(closed: Site, page: Page) -> None:
    page.goto(closed.url)
    for _ in range(2):
        unlock(page, "fedcba9876543210")
        expect(page.get_by_role("alert").filter(has_text=REFUSED)).to_be_visible()
        expect(page.get_by_label("Token", exact=True)).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_visible()
    unlock(page)
    expect(dialog(page)).to_be_hidden()


def test_the_token_outlives_a_reload_and_no_other_tab_has_it(closed: Site, page: Page) -> None:
    closed.world.report(STATUS)
    page.goto(closed.url)
    unlock(page)
    enter(page, closed)
    page.reload()
    expect(page.locator("#texts")).to_have_text("2,000")
    expect(dialog(page)).to_be_hidden()
    other = page.context.new_page()
    other.goto(closed.url)
    expect(dialog(other)).to_be_visible()
    assert TOKEN not in str(page.evaluate("Object.entries(localStorage)"))


def test_an_answer_that_is_given_when_the_token_counts_no_more_waits_for_the_next_one(closed: Site, page: Page) -> None:
    ask(closed, "a", "b")
    page.goto(closed.url)
    unlock(page)
    enter(page, closed)
    expect_text(page, "a")
    page.route("**/v1/**", lambda route: route.fulfill(status=401, body="{}"))
    page.keyboard.press("2")
    expect(page.get_by_role("alert").filter(has_text=REFUSED)).to_be_visible()
    page.unroute("**/v1/**")
    unlock(page)
    assert label(closed)["label"] == "exchange_rate"
    expect_text(page, "b")


def test_the_first_call_that_it_shows_brings_a_token_too_but_not_this_one(closed: Site, page: Page) -> None:
    page.goto(closed.url)
    unlock(page)
    enter(page, closed)
    expect(page.locator("#first-text")).to_contain_text('-H "Authorization: Bearer $TOKEN"')
    assert TOKEN not in page.content()


def test_without_tokens_none_is_asked_for(site: Site, page: Page) -> None:
    enter(page, site)
    expect(page.get_by_role("heading", name="Waiting for the first text")).to_be_visible()
    expect(dialog(page)).to_be_hidden()
    expect(page.locator("#first-text")).not_to_contain_text("Bearer")
