"""Calls that fail while an answer is on its way: what is told, what counts, and what is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from stream.records import OutcomeKind
from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import outcome, request

pytestmark = pytest.mark.slow
LABELS = "**/v1/labels*"


def hang(page: Page) -> list[Route]:
    """The calls with labels that are made from here on; none gets an answer."""
    calls: list[Route] = []
    page.route(LABELS, lambda route: calls.append(route))
    return calls


def answer(site: Site, page: Page) -> None:
    """Answer `a`, so that `b` is shown."""
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")


def correct(page: Page) -> None:
    """Correct the answer to `a`, so that `b` is shown again."""
    page.keyboard.press("u")
    expect_text(page, "a")
    page.keyboard.press("2")
    expect_text(page, "b")


def go_on_as_bob(page: Page) -> None:
    """Enter another name."""
    page.get_by_role("button", name="ada").click()
    page.get_by_label("Your name").fill("bob")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="bob")).to_be_visible()


def test_an_answer_that_arrived_though_the_call_failed_counts_once(site: Site, page: Page) -> None:
    site.world.tell(outcome(request("a").request_id, 1, outcome=OutcomeKind.REPEATED))
    page.route(LABELS, lambda route: (route.fetch(), route.abort()))
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("Your answer may not have been saved, please give it again.")
    expect(page.locator("#today")).to_have_text("0")
    page.unroute(LABELS)
    with page.expect_response(LABELS):
        page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("Labelled card_arrival.")
    expect(page.locator("#today")).to_have_text("1")
    assert len(site.world.labels()) == 2


def test_a_service_that_never_answers_is_told_as_one_that_cannot_be_reached(site: Site, page: Page) -> None:
    page.clock.install()
    hang(page)
    answer(site, page)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.clock.fast_forward(15_000)
    expect(page.get_by_role("alert")).to_contain_text("Your answer may not have been saved, please give it again.")
    expect_text(page, "a")
    expect(page.locator("#today")).to_have_text("0")


def test_an_answer_on_its_way_counts_though_the_page_is_left_and_its_call_ended_before_that(
    site: Site, page: Page
) -> None:
    page.clock.install()
    calls = hang(page)
    answer(site, page)
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 1)
    with page.expect_event("requestfailed"):
        calls[0].abort()
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    page.clock.run_for(1_000)
    expect_text(page, "b")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert page.evaluate("JSON.parse(localStorage['sluice.today']).counts") == {"ada": 1}


def test_it_is_not_called_unreachable_once_it_is_reached(site: Site, page: Page) -> None:
    page.route(LABELS, lambda route: route.abort())
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("sluice cannot be reached. Trying again…")
    expect(page.get_by_role("alert")).to_have_text("Your answer may not have been saved, please give it again.")


def test_an_answer_belongs_to_who_gave_it_also_where_another_goes_on(site: Site, page: Page) -> None:
    calls = hang(page)
    answer(site, page)
    go_on_as_bob(page)
    calls[0].abort()
    expect(page.get_by_role("alert")).to_contain_text("ada's answer may not have been saved.")
    expect(page.locator("#today")).to_have_text("0")
    assert page.evaluate("JSON.parse(localStorage['sluice.today']).counts") == {"ada": 0}


def test_a_correction_of_what_was_never_saved_is_not_sent(site: Site, page: Page) -> None:
    calls = hang(page)
    answer(site, page)
    correct(page)
    calls[0].abort()
    expect_text(page, "a")
    page.unroute(LABELS)
    page.keyboard.press("2")
    assert label(site) == {"request_id": request("a").request_id, "label": "exchange_rate", "reviewer": "ada"}
    expect_text(page, "b")
    expect(page.locator("#today")).to_have_text("1")
    assert len(site.world.labels()) == 1


def test_a_correction_bears_the_name_of_the_answer(site: Site, page: Page) -> None:
    calls = hang(page)
    answer(site, page)
    correct(page)
    go_on_as_bob(page)
    calls[0].continue_()
    page.unroute(LABELS)
    assert label(site, 1)["reviewer"] == "ada"
