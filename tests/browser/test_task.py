"""What the page says of the task: its name, and what its classes mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import enter
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
