"""Class names that are written from right to left: how they are shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text
from tests.services.console.worlds import STATUS

pytestmark = pytest.mark.slow
HEBREW = "\u05d1\u05d9\u05d8\u05d5\u05dc <b>card</b>"


def begins_right(name: Locator) -> bool:
    """Whether the first letter of the name stands to the right of its last one."""
    return bool(
        name.evaluate("""name => {
            const node = document.createTreeWalker(name, NodeFilter.SHOW_TEXT).nextNode();
            const range = new Range();
            const at = (place) => {
                range.setStart(node, place);
                range.setEnd(node, place + 1);
                return range.getBoundingClientRect().left;
            };
            return at(0) > at(node.length - 1);
        }""")
    )


def test_a_name_from_right_to_left_keeps_its_order_wherever_it_stands(site: Site, page: Page) -> None:
    site.world.report(STATUS | {"classes": [HEBREW]})
    ask(site, "a", "b", suggestions=((HEBREW, 0.6),))
    enter(page, site)
    expect_text(page, "a")
    expect(page.get_by_placeholder("Search 1 class")).to_be_visible()
    assert begins_right(page.locator("#suggestions bdi"))
    page.keyboard.press("/")
    assert begins_right(page.locator("#match-0 bdi"))
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect_text(page, "b")
    assert begins_right(page.locator("#said bdi"))
    page.keyboard.press("u")
    expect_text(page, "a")
    assert begins_right(page.locator("#answered bdi"))
