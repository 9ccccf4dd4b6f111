"""The search over all classes: what matches, what is marked, and what Enter takes."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import ask, enter, expect_text, label
from tests.services.console.worlds import STATUS

pytestmark = pytest.mark.slow
CLASSES = ["Kündigung", "exchange_rate", "lost\n card"]


def search(site: Site, page: Page, typed: str, classes: list[str]) -> None:
    """Ask about two texts, and type this into the search over these classes."""
    site.world.report(STATUS | {"classes": classes})
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    expect(page.get_by_placeholder(f"Search {len(classes)} class")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(typed)


def chosen(page: Page) -> Locator:
    return page.locator("[role=option][aria-selected=true]")


def test_enter_takes_nothing_until_something_was_typed_or_an_arrow_pressed(site: Site, page: Page) -> None:
    search(site, page, "", CLASSES)
    expect(page.get_by_role("option")).to_have_count(len(CLASSES))
    expect(chosen(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(len(CLASSES))
    expect_text(page, "a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_text(page, "b")
    assert label(site)["label"] == "exchange_rate"
    assert len(site.world.labels()) == 1


def test_the_first_match_is_taken_by_enter(site: Site, page: Page) -> None:
    search(site, page, "rate", CLASSES)
    expect(chosen(page)).to_have_text("exchange_rate")
    page.keyboard.press("Enter")
    assert label(site)["label"] == "exchange_rate"


@pytest.mark.parametrize(
    ("typed", "found", "marked"),
    [
        ("kundi", "Kündigung", "Kündi"),
        ("KÜNDI", "Kündigung", "Kündi"),
        ("ku\u0308ndi", "Kündigung", "Kündi"),
        ("strassen", "Straßen bahn", "Straßen"),
        ("straßen", "Straßen bahn", "Straßen"),
        ("gung", "Kündigung", "gung"),
        ("cafe", "Cafe\u0301 au lait", "Cafe\u0301"),
        ("card", "lost\n card", "card"),
        ("rate", "exchange_rate", "rate"),
    ],
)
def test_accents_sharp_s_and_spaces_do_not_count_and_what_was_typed_is_marked(
    site: Site, page: Page, typed: str, found: str, marked: str
) -> None:
    search(site, page, typed, ["Kündigung", "Straßen bahn", "Cafe\u0301 au lait", "lost\n card", "exchange_rate"])
    option = page.get_by_role("option").first
    assert option.evaluate("option => option.textContent") == found
    assert option.locator("mark").evaluate_all("marks => marks.map(mark => mark.textContent)") == [marked]


@pytest.mark.parametrize("typed", ["Café", "Cafe\u0301", "cafe", "CAFE"])
def test_of_classes_that_differ_in_case_or_accents_the_one_that_was_typed_comes_first(
    site: Site, page: Page, typed: str
) -> None:
    search(site, page, typed, ["cafe", "Cafe", "Café", "CAFE"])
    expect(page.get_by_role("option")).to_have_count(4)
    expect(chosen(page)).to_have_text(normalize("NFC", typed))


def test_a_class_that_is_there_in_other_case_and_spaces_is_not_offered_as_a_new_one(site: Site, page: Page) -> None:
    search(site, page, "LOST CARD", ["lost\n card"])
    expect(page.get_by_role("option")).to_have_count(1)


@pytest.mark.parametrize(("typed", "options"), [("exchnage", 1), ("rate", 2)])
def test_enter_makes_no_new_class_where_it_was_not_chosen(site: Site, page: Page, typed: str, options: int) -> None:
    search(site, page, typed, CLASSES)
    new = page.get_by_role("option", name=f"New class {typed}")
    expect(page.get_by_role("option")).to_have_count(options)
    expect(new).to_have_attribute("aria-selected", "false")
    expect(new).to_contain_text("↓ and Enter, or click")
    if options == 1:
        page.keyboard.press("Enter")
        expect(new).to_be_visible()
        expect_text(page, "a")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert label(site)["label"] == typed
    assert len(site.world.labels()) == 1


def test_it_says_how_many_more_match_than_are_shown(site: Site, page: Page) -> None:
    search(site, page, "", [f"class {place:03}" for place in range(1, 1_052)])
    expect(page.get_by_role("option")).to_have_count(50)
    more = page.get_by_role("listbox").get_by_text("and 1,001 more: type to narrow")
    expect(more).to_be_visible()
    page.keyboard.type("1001")
    expect(more).to_be_hidden()


def test_the_active_option_is_named_to_readers_by_an_id_without_spaces(site: Site, page: Page) -> None:
    search(site, page, "card", ["lost\n card"])
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-activedescendant", "match-0")
    expect(page.locator("#match-0")).to_contain_text("card")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "match-1")


def test_who_leaves_the_search_is_back_at_the_text(site: Site, page: Page) -> None:
    search(site, page, "card", CLASSES)
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_be_focused()
    expect_text(page, "a")
