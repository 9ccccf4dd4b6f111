"""Texts and corrections for those who read by keys or by ear."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def test_a_text_that_is_cut_off_is_reached_by_tab_and_scrolled_by_keys(site: Site, page: Page) -> None:
    ask(site, "a", text="a line\n" * 200)
    enter(page, site)
    text = page.locator("#text")
    expect(text).to_contain_text("a line")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="card_arrival")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(text).to_be_focused()
    assert text.evaluate("text => getComputedStyle(text).outlineStyle") == "solid"
    page.keyboard.press("End")
    wait_for(lambda: text.evaluate("text => text.scrollTop > 1000"), what="the text's end")


def test_a_short_text_is_no_stop_of_the_tab_key(site: Site, page: Page) -> None:
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    expect(page.locator("#text")).to_have_attribute("tabindex", "-1")


def test_that_an_answer_is_being_corrected_is_read_with_the_text(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    expect(page.get_by_role("region", name="Question", exact=True)).to_be_visible()
    expect(page.get_by_role("heading")).to_have_accessible_description("")
    page.keyboard.press("1")
    expect_text(page, "b")
    page.keyboard.press("u")
    expect_text(page, "a")
    told = "You answered card_arrival. What is it instead?"
    expect(page.get_by_role("heading")).to_have_accessible_description(told)
