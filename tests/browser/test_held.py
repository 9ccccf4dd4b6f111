"""The questions that a page holds: kept while somebody looks, and shown only while they are the reviewer's."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import STATUS, request

pytestmark = pytest.mark.slow
LOST = "The question before is no longer yours: it had waited too long, or was closed."


def leased(site: Site, reviewer: str, limit: int = 1) -> list[str]:
    """The texts that this reviewer gets from the service."""
    with urlopen(f"{site.url}/v1/requests?reviewer={reviewer}&limit={limit}") as response:
        return [request["text_id"] for request in json.load(response)["requests"]]


def open_page(site: Site, page: Page) -> None:
    """Open the page, whose clock the test may move on, on the question `a`."""
    page.clock.install()
    enter(page, site)
    expect_text(page, "a")


def minutes_later(page: Page, minutes: int) -> None:
    """Move the page's clock on, without a sign of somebody; returns when it has asked what it holds."""
    with page.expect_response("**/v1/requests*"):
        page.clock.fast_forward(minutes * 60_000)


def test_it_renews_its_leases_while_somebody_looks(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    open_page(site, page)
    site.ahead = 290.0
    minutes_later(page, 1)
    site.ahead = 310.0
    assert leased(site, "bob", 9) == ["b"]
    expect_text(page, "a")


def test_a_question_that_went_to_somebody_else_is_shown_no_more(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    open_page(site, page)
    page.keyboard.press("/")
    page.keyboard.type("half a wo")
    site.ahead = 301.0
    assert leased(site, "bob") == ["a"]
    minutes_later(page, 1)
    expect_text(page, "b")
    expect(page.get_by_role("status")).to_have_text(LOST)
    expect(page.get_by_role("combobox")).to_have_value("")


def test_a_key_for_the_question_before_does_not_answer_the_next(site: Site, page: Page) -> None:
    ask(site, "a", "b", "c")
    open_page(site, page)
    site.ahead = 301.0
    assert leased(site, "bob") == ["a"]
    # The page's time stands still, so that the key always comes at once.
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 1)
    page.clock.fast_forward(60_000)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect_text(page, "b")
    page.keyboard.press("1")
    expect_text(page, "b")
    page.clock.run_for(501)
    page.keyboard.press("2")
    expect_text(page, "c")
    assert label(site)["label"] == "exchange_rate"


def test_what_it_holds_is_checked_when_the_tab_is_looked_at_again(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    open_page(site, page)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.clock.fast_forward(301_000)
    site.ahead = 301.0
    assert leased(site, "bob") == ["a"]
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect_text(page, "b")


def test_who_has_left_the_page_keeps_nothing(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    open_page(site, page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/v1/status"):
        page.clock.fast_forward(901_000)
    with page.expect_response("**/v1/status"):
        page.clock.fast_forward(61_000)
    assert [url for url in asked if "/v1/requests" in url] == []
    site.ahead = 301.0
    assert leased(site, "bob") == ["a"]
    page.mouse.click(5, 5)
    expect_text(page, "b")


def test_a_question_that_is_closed_meanwhile_makes_way_for_the_next(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    open_page(site, page)
    site.world.close_request(request("a").request_id)
    minutes_later(page, 1)
    expect_text(page, "b")
    expect(page.get_by_role("status")).to_have_text(LOST)


def test_where_few_are_open_a_colleague_gets_some(site: Site, page: Page) -> None:
    ask(site, "a", "b", "c")
    enter(page, site)
    expect_text(page, "a")
    assert leased(site, "bob", 9) == ["b", "c"]


def test_where_many_are_open_four_are_held_so_that_the_next_is_there_at_once(site: Site, page: Page) -> None:
    ask(site, *"abcdefgh")
    with page.expect_response("**/v1/requests*limit=4"):
        enter(page, site)
    expect_text(page, "a")
    assert leased(site, "bob", 9) == ["e", "f", "g", "h"]


def test_what_is_with_others_is_not_called_caught_up(site: Site, page: Page) -> None:
    ask(site, "a", "b", "c")
    site.world.report(STATUS)
    enter(page, site, "eve")
    expect_text(page, "a")
    assert leased(site, "bob", 9) == ["b", "c"]
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Nothing left for you")).to_be_visible()
    expect(page.get_by_text("2 open requests are with other reviewers.")).to_be_visible()
    site.world.close_request(request("b").request_id)
    expect(page.get_by_text("1 open request is with other reviewers.")).to_be_visible()
    site.world.close_request(request("c").request_id)
    expect(page.get_by_role("heading", name="All caught up")).to_be_visible()
