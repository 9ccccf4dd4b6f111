"""What the page says of the task: its name, and what its classes mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import STATUS

pytestmark = pytest.mark.slow
NAME = "<b>mails</b> to the bank"


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, name=NAME, instructions="One class each.")
    yield site
    site.close()


def test_its_name_stands_in_the_head_and_in_the_tabs_title(named: Site, page: Page) -> None:
    enter(page, named)
    expect(page.get_by_role("banner").get_by_text(NAME)).to_be_visible()
    expect(page).to_have_title(f"{NAME} · sluice")
    named.world.report(STATUS)
    expect(page).to_have_title(f"(18) {NAME} · sluice")


def test_it_is_asked_for_again_where_the_service_could_not_be_reached(named: Site, page: Page) -> None:
    page.route("**/v1/classes", lambda route: route.abort())
    enter(page, named)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.unroute("**/v1/classes")
    expect(page.get_by_role("banner").get_by_text(NAME)).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.fixture
def explained(tmp_path: Path) -> Iterator[Site]:
    lost = {"name": "card_linking", "description": "<i>A card</i> that is to be linked.", "examples": ["Link it"]}
    late = {"name": "card_arrival", "examples": ["Where is my card?", "It did not come"]}
    site = Site(tmp_path, classes=[lost, late, "exchange_rate"])
    yield site
    site.close()


def test_suggestions_and_found_classes_say_what_they_mean(explained: Site, page: Page) -> None:
    ask(explained, "a")
    enter(page, explained)
    expect_text(page, "a")
    suggested = page.locator("#suggestions .name")
    expect(suggested).to_have_text(["card_arrival“Where is my card?”\n“It did not come”", "exchange_rate"])
    page.keyboard.press("/")
    page.keyboard.type("linking")
    found = page.get_by_role("option", name="card_linking")
    expect(found.locator(".meaning")).to_have_text("<i>A card</i> that is to be linked.")
    expect(found).to_have_attribute("title", "<i>A card</i> that is to be linked.\n“Link it”")
    page.keyboard.press("Enter")
    assert label(explained)["label"] == "card_linking"
