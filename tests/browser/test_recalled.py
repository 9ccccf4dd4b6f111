"""Answers that were given before the page was opened, or elsewhere: what of them can be corrected."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from services.edges import outcome_keys, topics
from services.edges.journal.base import Message
from stream.records import OutcomeKind
from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import outcome, request
from tests.waiting import wait_for

pytestmark = pytest.mark.slow
TOLD = "You answered card_arrival. What is it instead?"


def learn(site: Site, text_id: str, offset: int, **changes: object) -> None:
    """Tell what became of the answer about this text, and that its request is closed."""
    told = outcome(request(text_id).request_id, offset, **changes)
    site.world.tell(told)
    site.world.close_request(request(text_id).request_id)
    wait_for(lambda: offset in site.view.outcomes([offset]), what="the outcome in the view")


def answer_two_and_reload(site: Site, page: Page) -> None:
    """Answer `a`, skip `b`, and open the page anew on `c`."""
    ask(site, "a", "b", "c")
    enter(page, site)
    for place, (text_id, pressed, following) in enumerate((("a", "1", "b"), ("b", "s", "c"))):
        expect_text(page, text_id)
        page.keyboard.press(pressed)
        expect_text(page, following)
        label(site, place)
    learn(site, "a", 0)
    learn(site, "b", 1, outcome=OutcomeKind.SKIPPED, label=None)
    page.reload()
    expect_text(page, "c")


def test_answers_from_before_a_reload_are_corrected_the_last_one_first(site: Site, page: Page) -> None:
    answer_two_and_reload(site, page)
    page.get_by_role("button", name="Correct the last answer").click()
    expect_text(page, "b")
    expect(page.get_by_text("You skipped this one. What is it instead?")).to_be_visible()
    page.keyboard.press("u")
    expect_text(page, "a")
    expect(page.get_by_text(TOLD)).to_be_visible()
    page.keyboard.press("2")
    expect_text(page, "c")
    assert label(site, 2) == {
        "request_id": request("a").request_id, "label": "exchange_rate", "reviewer": "ada", "corrects": True,
    }  # fmt: skip
    expect(page.locator("#today")).to_have_text("2")


def test_another_browser_offers_the_answers_of_the_name_that_is_entered_and_no_others(site: Site, page: Page) -> None:
    ask(site, "a", "b", "c")
    wait_for(lambda: site.view.count_open(0.0, 9) == 3, what="the requests in the view")
    learn(site, "a", 0)
    learn(site, "b", 1, reviewer="bob")
    enter(page, site)
    expect_text(page, "c")
    page.get_by_role("button", name="Correct the last answer").click()
    expect_text(page, "a")
    expect(page.get_by_role("button", name="Correct the one before")).to_be_disabled()


def test_what_another_tab_did_is_known_once_this_one_is_looked_at(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    undo = page.get_by_role("button", name="Correct the last answer")
    expect(undo).to_be_disabled()
    learn(site, "a", 0)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect_text(page, "b")
    expect(undo).to_be_enabled()
    undo.click()
    expect_text(page, "a")
    page.keyboard.press("Escape")
    learn(site, "a", 1, outcome=OutcomeKind.CORRECTED, label=None)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(undo).to_be_disabled()


def test_forgotten_texts_are_offered_no_more_and_the_browser_keeps_none(site: Site, page: Page) -> None:
    answer_two_and_reload(site, page)
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert "the text of" not in kept
    undo = page.get_by_role("button", name="Correct the last answer")
    expect(undo).to_be_enabled()
    keys = [outcome_keys.of_answer(request(text_id).request_id, "ada", place) for place, text_id in enumerate("ab")]
    site.world.journal.append([Message(topics.LABEL_OUTCOMES, None, key=key) for key in keys])
    wait_for(lambda: site.view.outcomes([0, 1]) == {}, what="the view without the outcomes")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(undo).to_be_disabled()
    page.reload()
    expect_text(page, "c")
    expect(undo).to_be_disabled()


def test_they_are_asked_for_again_where_the_service_could_not_be_reached(site: Site, page: Page) -> None:
    answer_two_and_reload(site, page)
    page.route("**/v1/answers*", lambda route: route.abort())
    page.reload()
    expect_text(page, "c")
    expect(page.get_by_role("button", name="Correct the last answer")).to_be_disabled()
    page.unroute("**/v1/answers*")
    expect(page.get_by_role("button", name="Correct the last answer")).to_be_enabled()
