"""Every option that changes a backtest's result is told, with its value."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

from services.edges.backtest_options import options_told
from services.edges.settings_sources import load_settings
from stream.scenario import Scenario


def test_what_is_as_by_default_is_told_as_well() -> None:
    assert options_told(load_settings({}), Scenario(Fraction(1, 20)), seeds=3) == {
        "seeds": "3, from 0 on",
        "rows": "all",
        "order": "that of the file",
        "held back": "one text in 4",
        "latency": "200 texts from request to answer",
        "wrong answers": "0.0%",
        "never answered": "0.0%",
        "classes from half-way on": "0.0%",
        "other settings": "as by default",
    }


def test_a_share_that_is_no_whole_part_is_told_as_it_is() -> None:
    told = options_told(load_settings({}), Scenario(Fraction(1, 20), test_fraction=0.4), seeds=1)

    assert told["held back"] == "2 texts in 5"


def test_every_other_scenario_is_told_otherwise() -> None:
    usual = Scenario(Fraction(1, 20))
    other = Scenario(Fraction(1, 20), 7, 0.125, 0.1, 5_000, True, 0.25, 0.5)
    before, after = (options_told(load_settings({}), scenario, seeds=1) for scenario in (usual, other))

    differ = {name for name in before if before[name] != after[name]}
    assert differ == before.keys() - {"seeds", "other settings"}
    # The budget is told by the result; the last two are no options of a backtest.
    assert len(differ) == len(fields(Scenario)) - 3


def test_settings_that_are_not_as_by_default_are_named() -> None:
    flags = {
        "budget.burst": 3,
        "budget.fraction": 0.1,
        "drift.sensitivity": 2,
        "learner.seed": 4,
        "task.classes": "a,b",
    }
    told = options_told(load_settings(flags), Scenario(Fraction(1, 10)), seeds=2)

    assert told["seeds"] == "2, from 4 on"
    assert told["other settings"] == (
        "SLUICE_BUDGET__BURST=3, SLUICE_DRIFT__SENSITIVITY=2.0, SLUICE_TASK__CLASSES (2 classes)"
    )
