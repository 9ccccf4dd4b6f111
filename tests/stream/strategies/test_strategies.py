"""The table of strategies -> names that are their modules'."""

from __future__ import annotations

from stream.strategies import STRATEGIES


def test_every_strategy_is_found_under_the_name_of_its_module() -> None:
    assert {name: strategy.__module__ for name, strategy in STRATEGIES.items()} == {
        name: f"stream.strategies.{name}" for name in STRATEGIES
    }
    assert STRATEGIES
