"""Class names that are written from right to left, and those that change while the page is open."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
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


def test_a_class_that_is_renamed_is_suggested_under_its_new_name_and_no_correction_makes_the_old_one_anew(
    site: Site, page: Page
) -> None:
    site.world.report(STATUS)
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")
    ask(site, "b", suggestions=(("new_card", 0.6), ("exchange_rate", 0.3)))
    site.world.report(STATUS | {"classes": ["new_card", "card_linking", "exchange_rate"]})
    expect(page.locator("#suggestions .name")).to_have_text(["new_card", "exchange_rate"])
    page.keyboard.press("u")
    expect_text(page, "a")
    expect(page.get_by_text("You answered card_arrival. What is it instead?")).to_be_visible()
    expect(page.locator("#suggestions .name")).to_have_text(["exchange_rate"])
    page.keyboard.press("1")
    assert label(site, 1)["label"] == "exchange_rate"


def test_a_renamed_class_takes_nobody_out_of_the_search(site: Site, page: Page) -> None:
    site.world.report(STATUS)
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    expect(page.get_by_placeholder("Search 3 classes")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("card 1")
    ask(site, "a", suggestions=(("new_card", 0.6),))
    with page.expect_response("**/v1/requests*"):
        site.world.report(STATUS | {"classes": ["new_card"]})
    expect(page.get_by_placeholder("Search 1 class")).to_be_focused()
    expect(page.get_by_role("combobox")).to_have_value("card 1")
    assert site.world.labels() == []
