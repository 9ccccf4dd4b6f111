"""Curves and labelling states -> whether a plateau was said in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.learning import plateau
from benchmarks.learning.grid import Configuration
from benchmarks.learning.ledger import Ledger


def test_a_curve_is_flat_from_where_doubling_no_longer_gains_a_point() -> None:
    rising = [(50 * step, 0.5 + 0.1 * min(step, 8)) for step in range(1, 21)]

    # From 400 labels on; at 350, 700 have ten points more.
    assert plateau.flat_from(rising) == 400
    assert plateau.flat_from(rising[:10]) is None
    assert plateau.flat_from([(10, 0.5), (20, 0.5)]) == 10
    assert plateau.flat_from([(10, 0.5)]) is None


def test_curves_are_averaged_and_smoothed() -> None:
    one, other = [(10 * step, 0.1 * step) for step in range(1, 8)], [(10 * step, 0.0) for step in range(1, 8)]
    labels, accuracies = zip(*plateau.mean_curve([one, other]), strict=True)

    assert labels == pytest.approx((10, 20, 30, 40, 50, 60, 70))
    # Half of each line; the first is the mean of three points, the middle ones lie on the line.
    assert accuracies == pytest.approx((0.1, 0.125, 0.15, 0.2, 0.25, 0.275, 0.3))


@pytest.mark.parametrize(
    ("said", "flat", "labels", "early", "soon"),
    [
        (300, 400, 1000, True, True),
        (500, 400, 1000, False, True),
        (900, 400, 1000, False, False),
        (None, 400, 1000, False, False),
        (None, 400, 700, False, None),
        (300, None, 1000, True, None),
        (900, None, 1000, None, None),
        (None, None, 1000, False, None),
    ],
)
def test_a_run_is_judged_by_when_it_was_told(
    said: int | None, flat: float | None, labels: int, early: bool | None, soon: bool | None
) -> None:
    states = [(0, "cold"), (20, "worth_it"), *([(said, "plateau")] if said is not None else [])]

    assert plateau.judge(states, flat, labels) == (said, early, soon)


def test_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(tmp_path / "runs.jsonl")
    curve = [[50 * step, 0.9] for step in range(1, 21)]
    for seed, said in enumerate((300, 60)):
        result = {"asked": 1000, "curve": curve, "labelling": [[0, "cold"], [said, "plateau"]]}
        ledger.add(Configuration("a", "0.5", seed, "margin", names=True), "s", result)
    plateau.main([str(tmp_path / "runs.jsonl")])

    told = capsys.readouterr().out
    assert "| a | margin, names, 50% | 50 | 300, 60 | 0 of 2 (0%) | 1 of 2 (50%) |" in told
    assert "| **all** |  |  |  | 0 of 2 (0%) | 1 of 2 (50%) |" in told
