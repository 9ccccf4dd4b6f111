"""Fixtures: the README, the views that strategies look at, and the example among the registered strategies."""

from __future__ import annotations

import pytest

from stream.strategies import STRATEGIES
from tests.docs.largest_margin import LargestMargin
from tests.docs.markdown import Markdown
from tests.services.console.conftest import console, world
from tests.stream.strategies.conftest import make_view

__all__ = ["console", "example", "make_view", "readme", "world"]


@pytest.fixture
def readme() -> Markdown:
    return Markdown.of("README.md")


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the example strategy of the README, which is in the table from here on."""
    monkeypatch.setitem(STRATEGIES, "largest_margin", LargestMargin)
    return "largest_margin"
