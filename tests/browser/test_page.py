"""The review page in a real browser, over a real journal: what reviewers do, and what lands in `labels`."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.edges import topics
from stream.records import Reason, Verdict
from tests.browser.conftest import Site
from tests.services.console.worlds import DAY, STATUS, request

pytestmark = pytest.mark.slow


def ask(site: Site, *text_ids: str, **changes: Any) -> None:
    """Publish one request for each text, the first the most useful."""
    now = time.time()
    times = {"asked_at": now, "expires_at": now + DAY}
    requests = [request(name, **({"utility": 0.9 - n / 10} | times | changes)) for n, name in enumerate(text_ids)]
    site.world.ask(*requests)


def enter(page: Page, site: Site, name: str = "ada") -> None:
    """Open the page and tell it who answers."""
    page.goto(site.url)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Start").click()


def expect_text(page: Page, text_id: str) -> None:
    expect(page.locator("#text")).to_have_text(f"the text of {text_id}")


def label(site: Site, place: int = 0) -> dict[str, Any]:
    """The label at this place of the topic, waited for; without what is the same in all."""
    (record,) = site.world.journal.read({(topics.LABELS, 0): place}, 1, 20.0)
    fields: dict[str, Any] = json.loads(record.value or b"")
    assert fields.pop("answered_at").endswith("Z")
    assert fields.pop("schema_version") == 1
    return {name: value for name, value in fields.items() if value is not False}


def test_an_answer_by_key_lands_in_labels_and_the_next_question_comes(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("2")
    expect_text(page, "b")
    assert label(site) == {"request_id": request("a").request_id, "label": "exchange_rate", "reviewer": "ada"}
    expect(page.locator("#today")).to_have_text("1")
    expect(page.get_by_role("status")).to_have_text("Labelled exchange_rate.")


def test_an_answer_by_mouse_lands_in_labels_and_a_double_click_answers_once(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.get_by_role("button", name="card_arrival").dblclick()
    expect_text(page, "b")
    assert label(site)["label"] == "card_arrival"
    expect(page.locator("#today")).to_have_text("1")
    assert len(site.world.labels()) == 1


def test_any_class_is_found_by_typing_parts_of_its_words(site: Site, page: Page) -> None:
    site.world.report(STATUS)
    ask(site, "a")
    enter(page, site)
    expect(page.get_by_placeholder("Search 3 classes or add one")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("card")
    options = ["card_arrival", "card_linking", "New class card (↓ and Enter, or click)"]
    expect(page.get_by_role("option")).to_have_text(options)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert label(site)["label"] == "card_linking"


def test_a_new_class_is_named_by_typing_it(site: Site, page: Page) -> None:
    site.world.report(STATUS)
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("/")
    page.keyboard.type("Card stolen abroad 1")
    page.get_by_role("option", name="New class Card stolen abroad 1").click()
    assert label(site)["label"] == "Card stolen abroad 1"


def test_a_skipped_question_is_told_to_the_learner(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("s")
    expect_text(page, "b")
    assert label(site) == {"request_id": request("a").request_id, "skip": True, "reviewer": "ada"}


def test_the_last_answer_is_corrected_and_the_question_behind_it_waits(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")
    page.keyboard.press("u")
    expect_text(page, "a")
    expect(page.get_by_text("You answered card_arrival. What is it instead?")).to_be_visible()
    page.keyboard.press("2")
    expect_text(page, "b")
    assert label(site, 1) == {
        "request_id": request("a").request_id, "label": "exchange_rate", "reviewer": "ada", "corrects": True,
    }  # fmt: skip
    expect(page.locator("#today")).to_have_text("1")


def test_the_last_answer_is_taken_back_by_skipping_instead(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")
    page.keyboard.press("u")
    expect_text(page, "a")
    page.keyboard.press("s")
    expect_text(page, "b")
    assert label(site, 1) == {
        "request_id": request("a").request_id, "skip": True, "reviewer": "ada", "corrects": True,
    }  # fmt: skip


def test_an_answer_that_is_looked_at_again_can_be_kept(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")
    page.keyboard.press("u")
    expect_text(page, "a")
    page.keyboard.press("Escape")
    expect_text(page, "b")
    assert label(site)["request_id"] == request("a").request_id
    assert len(site.world.labels()) == 1


def test_a_text_that_looks_like_a_page_is_shown_as_it_is_and_runs_nothing(site: Site, page: Page) -> None:
    wild = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    ask(site, "a", text=wild, suggestions=((wild, 0.9),))
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    enter(page, site, name="<b>ada</b>")
    expect(page.locator("#text")).to_have_text(wild)
    page.keyboard.press("1")
    expect(page.get_by_role("status")).to_have_text(f"Labelled {wild}.")
    assert label(site) == {"request_id": request("a").request_id, "label": wild, "reviewer": "<b>ada</b>"}
    assert page.locator("main img[src=x], main script").count() == 0
    assert dialogs == []


def test_a_question_that_is_published_later_appears_by_itself(site: Site, page: Page) -> None:
    enter(page, site)
    expect(page.get_by_role("heading", name="Waiting for the first text")).to_be_visible()
    site.world.report(STATUS)
    expect(page.get_by_role("heading", name="All caught up")).to_be_visible()
    ask(site, "a", verdict=Verdict.AUDIT, reason=Reason.AUDIT)
    expect_text(page, "a")
    expect(page.get_by_text("Random check")).to_be_visible()


def test_an_answer_that_cannot_be_saved_is_not_lost(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.route("**/v1/labels*", lambda route: route.abort())
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("Your answer may not have been saved, please give it again.")
    expect_text(page, "a")
    page.unroute("**/v1/labels*")
    page.keyboard.press("1")
    assert label(site)["request_id"] == request("a").request_id
    expect_text(page, "b")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_the_name_and_the_days_count_outlive_the_page(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    enter(page, site)
    expect_text(page, "a")
    page.keyboard.press("1")
    expect_text(page, "b")
    page.reload()
    expect_text(page, "b")
    expect(page.get_by_role("button", name="ada")).to_be_visible()
    expect(page.locator("#today")).to_have_text("1")


def test_the_days_count_is_that_of_all_tabs_and_begins_anew_with_the_day(site: Site, page: Page) -> None:
    ask(site, "a", "b")
    page.clock.install(time="2026-03-01T23:50:00")
    enter(page, site)
    expect_text(page, "a")
    other = page.context.new_page()
    other.goto(site.url)
    expect_text(other, "a")
    page.keyboard.press("1")
    expect(page.locator("#today")).to_have_text("1")
    expect(other.locator("#today")).to_have_text("1")
    page.clock.fast_forward(11 * 60_000)
    expect(page.locator("#today")).to_have_text("0")


def test_the_foot_tells_how_the_service_stands(site: Site, page: Page) -> None:
    site.world.report(STATUS)
    enter(page, site)
    expect(page.locator("#texts")).to_have_text("2,000")
    expect(page.locator("#budget")).to_have_text("4.9% of 5%")
    expect(page.locator("#accuracy")).to_have_text("88%")
    expect(page.locator("#interval")).to_have_text("53% to 98%")
    expect(page.locator("#drift")).to_have_text("warning")
    expect(page).to_have_title("(18) sluice")


def test_it_can_be_used_with_the_tab_key_alone(site: Site, page: Page) -> None:
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("Tab")
    first = page.get_by_role("button", name="card_arrival")
    expect(first).to_be_focused()
    assert first.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert label(site)["label"] == "card_arrival"


def test_it_asks_no_other_host_and_its_policy_is_never_broken(site: Site, page: Page) -> None:
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    ask(site, "a")
    enter(page, site)
    expect_text(page, "a")
    assert asked
    assert [url for url in asked if not url.startswith(site.url)] == []
    assert told == []


@pytest.mark.parametrize(("scheme", "brightness"), [("light", 200), ("dark", 40)])
def test_it_is_light_or_dark_as_the_reader_prefers_and_fits_a_narrow_screen(
    site: Site, browser: Browser, scheme: Any, brightness: int
) -> None:
    ask(site, "a", text="a long word: " + "x" * 400)
    with browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 700}) as context:
        page = context.new_page()
        enter(page, site)
        expect(page.locator("#text")).to_contain_text("a long word")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        assert (min(ground) > brightness) if scheme == "light" else (max(ground) < brightness)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
