"""A report in a real browser: a click on a heading sorts by it, and a narrow screen is wide enough."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page

from services.edges.charts import Course, Series
from services.edges.report import Card, Report, Row, Table, render

pytestmark = pytest.mark.slow


def sort(page: Page, cells: Sequence[str], clicks: int = 1) -> list[str]:
    """How these cells of a column follow each other after so many clicks on its heading."""
    series = [Series("margin", [Course([1, 2], [0, 1], [0.5, 0.6])])]
    table = Table(["column"], [Row([cell]) for cell in cells])
    page.goto("about:blank")  # or the script of the page before would still be there
    page.set_content(render(Report("title", "summary", [], series, 0.05, [table], {})))
    for _ in range(clicks):
        page.click("th")
    return page.locator("td").all_inner_texts()


def test_class_names_that_begin_with_digits_are_words(page: Page) -> None:
    assert sort(page, ["30 days", "200 metres", "100 metres"]) == ["100 metres", "200 metres", "30 days"]
    assert sort(page, ["5", "10", "7 or more"]) == ["10", "5", "7 or more"]


def test_a_column_of_numbers_begins_with_the_highest_and_turns(page: Page) -> None:
    cells = ["9.5%", "none", "1,000.0%", "57% (9% to 96%)", "1e-05"]
    falling = ["1,000.0%", "57% (9% to 96%)", "9.5%", "1e-05", "none"]
    assert sort(page, cells) == falling
    assert sort(page, cells, clicks=2) == falling[::-1]


def test_headings_have_names_and_take_both_keys_of_a_button(page: Page) -> None:
    assert sort(page, ["5", "10", "7"], clicks=0) == ["5", "10", "7"]
    page.get_by_role("columnheader", name="column").focus()
    page.keyboard.press("Space")
    assert page.locator("td").all_inner_texts() == ["10", "7", "5"]
    page.keyboard.press("Enter")
    assert page.locator("td").all_inner_texts() == ["5", "7", "10"]


def test_long_names_do_not_make_the_page_wider_than_a_narrow_screen(page: Page) -> None:
    name = "typical_margin nearest_class_mean balanced_incremental_quantile_filter"
    series = [Series(name, [Course([1, 2], [0, 1], [0.5, 0.6])])]
    setup = {"configurations": name, "a_name_without_spaces_" * 3: "a_value_without_spaces_" * 9}
    table = Table(["", "accuracy"], [Row([name, "50%"])])
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("about:blank")
    page.set_content(render(Report("one_long_word_" * 5, "summary", [Card(name, "50%")], series, 0.05, [table], setup)))
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert page.get_by_role("columnheader", name="configuration").count() == 1
