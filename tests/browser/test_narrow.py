"""The page on the narrowest screens, with long names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text
from tests.services.console.worlds import STATUS

pytestmark = pytest.mark.slow
LONG = "w" * 90


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, name=LONG, classes=[{"name": LONG, "description": LONG}], instructions=LONG)
    yield site
    site.close()


@pytest.mark.parametrize("width", [320, 700])
def test_long_names_make_nothing_wider_than_the_screen(long: Site, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    long.world.report(STATUS)
    ask(long, "a", suggestions=((LONG, 0.9),))
    enter(page, long, name=LONG)
    expect_text(page, "a")
    expect(page.locator("#texts")).to_have_text("2,000")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    within = "all => all.every(each => each.getBoundingClientRect().right <= innerWidth)"
    assert page.locator("header > *, #question button, footer div").evaluate_all(within)
    for shown in ("#reviewer", "#today", "#task"):
        box = page.locator(shown).bounding_box()
        assert box is not None
        assert box["width"] > 5


def test_the_next_question_is_in_sight_where_the_answer_was_given_further_down(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 640, "height": 430})
    ask(site, *"abcdefgh", suggestions=tuple((f"class {place}", 0.1) for place in range(5)))
    with page.expect_response("**/v1/requests*limit=4"):
        enter(page, site)
    expect_text(page, "a")
    page.get_by_role("button", name="Skip").click()
    expect_text(page, "b")
    expect(page.locator("#text")).to_be_in_viewport(ratio=1)
    expect(page.locator(".why")).to_be_in_viewport(ratio=1)


def test_the_list_of_the_search_is_lower_than_a_low_screen(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 640, "height": 340})
    site.world.report(STATUS | {"classes": [f"class {place}" for place in range(60)]})
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    expect(page.get_by_placeholder("Search 60 classes")).to_be_attached()
    page.keyboard.press("/")
    expect(page.get_by_role("listbox")).to_be_visible()
    heights = page.locator("#matches, #search").evaluate_all("all => all.map(each => each.offsetHeight)")
    assert sum(heights) <= 340
