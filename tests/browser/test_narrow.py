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
