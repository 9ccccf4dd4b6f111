"""Runs with imperfect labels -> what each costs beside the same run without."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.learning import costs
from benchmarks.learning.grid import Configuration
from benchmarks.learning.ledger import Ledger

USUAL = Configuration("a", "0.05", 0, "margin", names=False)


def line(configuration: Configuration, **measured: float) -> dict[str, Any]:
    return {
        "key": configuration.key, "script": "s", "configuration": asdict(configuration), "result": measured,
    }  # fmt: skip


def test_a_run_is_compared_with_the_one_in_which_all_is_as_it_should_be() -> None:
    assert costs.usual(replace(USUAL, latency=500, unanswered=0.1)) == USUAL
    assert costs.usual(replace(USUAL, noise=0.2, settings={"learner.noisy_labels": "true"})) == USUAL
    assert costs.usual(replace(USUAL, names=True, noise=0.2)) == replace(USUAL, names=True)
    assert costs.usual(replace(USUAL, names=True, rotated=True)) == USUAL
    known = replace(USUAL, late_classes=0.5, late_known=True)
    assert costs.usual(replace(USUAL, late_classes=0.5)) == known
    assert costs.usual(known) == known


def test_costs_are_means_over_sets_with_the_spread_over_seeds() -> None:
    lines = []
    for name, seed, plain, noisy in [("a", 0, 0.9, 0.8), ("b", 0, 0.7, 0.6), ("a", 1, 0.9, 0.7), ("b", 1, 0.7, 0.7)]:
        configuration = replace(USUAL, set=name, seed=seed)
        lines += [
            line(configuration, test_accuracy=plain),
            line(replace(configuration, noise=0.1), test_accuracy=noisy),
        ]

    # Both seeds lose 10 points in the mean of the sets; set a loses 15.
    assert list(costs.costs_table(costs.compared(lines, "test_accuracy")))[2:] == [
        "| margin, 5.0%: noise 0.1 | 2 | 2 | 0.700 | 0.800 | -10.0 ± 0.0 | -15.0 (a) |"
    ]


def test_late_classes_are_measured_a_thousand_texts_after_they_came() -> None:
    late = replace(USUAL, late_classes=0.5)
    lines = [
        line(late, test_accuracy=0.9, changed_accuracy=0.5),
        line(replace(late, late_known=True), test_accuracy=0.9, changed_accuracy=0.6),
        line(USUAL, test_accuracy=0.1),
    ]

    assert costs.compared(lines, "test_accuracy") == {"margin, 5.0%: late_known False": {("a", 0): (0.5, 0.6)}}


def test_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(tmp_path / "runs.jsonl")
    for configuration, accuracy in ((USUAL, 0.9), (replace(USUAL, latency=500, unanswered=0.1), 0.85)):
        ledger.add(configuration, "s", {"test_accuracy": accuracy})
    costs.main([str(tmp_path / "runs.jsonl")])

    assert "| margin, 5.0%: latency 500, unanswered 0.1 | 1 | 1 | 0.850 | 0.900 | -5.0" in capsys.readouterr().out
