"""Results with peers -> the tables, on numbers that can be checked by hand."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Any

import pytest

from benchmarks.learning import against_peers
from benchmarks.learning.grid import Configuration
from benchmarks.learning.ledger import Ledger
from benchmarks.learning.tables import variants

SPLIT, DENSITY = "scikit-activeml/split/parzen_window", "scikit-activeml/density/parzen_window"
RIVER = "river/softmax"
FIGURES = [
    # strategy, set, budget, labels, test accuracy
    ("margin", "a", "0.01", 10, 0.5), ("margin", "a", "0.1", 100, 0.7),
    ("margin", "b", "0.01", 10, 0.5), ("margin", "b", "0.1", 100, 0.6),
    ("random", "a", "0.01", 10, 0.4), ("random", "a", "0.1", 100, 0.6),
    (SPLIT, "a", "0.1", 100, 0.6), (DENSITY, "a", "0.1", 50, 0.55), (RIVER, "a", "0.1", 100, 0.8),
    (SPLIT, "b", "0.1", 100, 0.62), (DENSITY, "b", "0.1", 100, 0.65),
]  # fmt: skip


def lines() -> list[dict[str, Any]]:
    every = []
    for strategy, name, budget, asked, accuracy in FIGURES:
        configuration = Configuration(name, budget, 0, strategy, names=False)
        result = {"test_accuracy": accuracy, "asked": asked}
        every.append({"key": configuration.key, "script": "s", "configuration": vars(configuration), "result": result})
    return every


def test_each_peer_is_beaten_in_some_cells_and_the_best_of_them_in_fewer() -> None:
    assert list(against_peers.cells_table(variants(lines()), "test_accuracy"))[2:] == [
        f"| margin | {SPLIT} | 2 | 50% | +4.0 | -2.0 (b, 10%) |",
        f"| margin | {DENSITY} | 2 | 50% | +5.0 | -5.0 (b, 10%) |",
        f"| margin | {RIVER} | 1 | 0% | -10.0 | -10.0 (a, 10%) |",
        "| margin | the best of them | 2 | 0% | -7.5 | -10.0 (a, 10%) |",
    ]


def test_the_target_is_the_best_of_the_library_and_its_own_labels() -> None:
    results = variants(lines())
    goals = against_peers.targets(results, "0.1", "test_accuracy")

    assert {name: (goal.peer, goal.accuracy, goal.labels) for name, goal in goals.items()} == {
        "a": (SPLIT, 0.6, 100),
        "b": (DENSITY, 0.65, 100),
    }
    shares = against_peers.shares_needed(results, goals, "test_accuracy")
    # Half-way between 10 and 100 labels in the logarithm, at 0.6 between 0.5 and 0.7.
    assert shares["margin"] == {"a": pytest.approx(10**0.5 / 10), "b": inf}
    assert shares["random"] == {"a": 1.0}


def test_seeds_that_the_peer_did_not_run_do_not_count() -> None:
    more = lines()
    configuration = Configuration("a", "0.1", 1, "margin", names=False)
    result = {"test_accuracy": 0.0, "asked": 100}
    more.append({"key": configuration.key, "script": "s", "configuration": vars(configuration), "result": result})
    results = variants(more)
    goals = against_peers.targets(results, "0.1", "test_accuracy")

    assert against_peers.shares_needed(results, goals, "test_accuracy")["margin"]["a"] == pytest.approx(10**0.5 / 10)


def test_both_tables_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(tmp_path / "runs.jsonl")
    for each in lines():
        ledger.add(Configuration(**each["configuration"]), "s", each["result"])
    against_peers.main([str(tmp_path / "runs.jsonl")])

    told = capsys.readouterr().out
    assert "| a | scikit-activeml/split/parzen_window | 0.600 | 100 | 0.32 | 1.00 |" in told
    assert "| **highest** |  |  |  | **inf** | **1.00** |" in told
