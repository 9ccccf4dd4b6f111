"""The drift in the status: which signals it is, without a pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_page import enter
from tests.services.console.worlds import STATUS

pytestmark = pytest.mark.slow


def test_a_key_or_a_touch_shows_which_signals_drift_the_worst_first(site: Site, page: Page) -> None:
    drift = {"utility": "stable", "audit_error": "drift", "class_mix": "warning", "another": "stable"}
    site.world.report(STATUS | {"drift": drift})
    enter(page, site)
    button = page.get_by_role("button", name="drift", exact=True)
    signals = page.get_by_role("list", name="Signals of drift")
    expect(signals).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(signals.get_by_role("listitem")).to_have_text([
        "drift audit_error: how often the model errs where that is checked",
        "warning class_mix: how often each class is predicted",
        "stable utility: how much the model could learn from texts",
        "stable another",
    ])  # fmt: skip
    button.click()
    expect(signals).to_be_hidden()


def test_without_a_signal_there_is_nothing_to_show(site: Site, page: Page) -> None:
    enter(page, site)
    expect(page.locator("#drift")).to_be_disabled()
    expect(page.locator("#drift")).to_have_text("–")  # noqa: RUF001 (what the page shows for no value)
