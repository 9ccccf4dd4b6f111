"""A study -> its results file and its tables, on a set small enough to run here."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.learning import tables
from benchmarks.learning.__main__ import main
from benchmarks.learning.grid import Configuration, configurations, script_hash
from benchmarks.learning.ledger import Ledger
from benchmarks.learning.run import LabellingStates, of_the_change, of_the_rare
from services.assembly import build_learner
from services.edges.settings_sources import load_settings
from stream.backtest import Run
from stream.scenario import Split

WORDS = {"card": "my card was stolen", "refund": "give me the money back", "limit": "how much may I spend a day"}


def line(strategy: str, budget: str, seed: int, accuracy: float, *, name: str = "s", asked: int = 10) -> dict[str, Any]:
    configuration = Configuration(name, budget, seed, strategy, names=False)
    result = {"test_accuracy": accuracy, "asked": asked}
    return {"key": configuration.key, "script": "s", "configuration": vars(configuration), "result": result}


def test_a_configuration_is_known_by_all_its_fields_and_by_nothing_else() -> None:
    plain, again = (
        Configuration("s", "0.1", 0, "margin", names=True),
        Configuration("s", "0.1", 0, "margin", names=True),
    )

    assert plain.key == again.key
    assert plain.key != Configuration("s", "0.1", 0, "margin", names=True, settings={"learner.seed": "1"}).key


def test_the_grid_has_every_combination() -> None:
    axes = {"set": ["a", "b"], "budget": ["0.1"], "seed": [0, 1], "strategy": ["margin"], "names": [False, True]}

    assert len({each.key for each in configurations(axes, {"noise": 0.1})}) == 8


def test_the_hash_of_the_sources_changes_with_the_core_and_not_with_the_rest(tmp_path: Path) -> None:
    for place in ("stream/learner.py", "services/backtest.py", "services/assembly.py", "services/edges/class_names.py",
                  "benchmarks/learning/grid.py", "benchmarks/learning/run.py", "benchmarks/learning/oracle.py",
                  "services/edges/peers/river.py", "services/demo.py"):  # fmt: skip
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("1")
    before = script_hash(tmp_path)
    (tmp_path / "services/demo.py").write_text("2")
    assert script_hash(tmp_path) == before
    (tmp_path / "stream/learner.py").write_text("2")
    assert script_hash(tmp_path) != before


def test_a_line_that_a_crash_cut_off_is_run_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "runs.jsonl")
    first, second = (Configuration("s", "0.1", seed, "margin", names=True) for seed in (0, 1))
    ledger.add(first, "x", {"asked": 1})
    with (tmp_path / "runs.jsonl").open("a") as file:
        file.write('{"key": "' + second.key)

    assert ledger.done("x") == {first.key}
    assert ledger.done("y") == set()
    ledger.add(second, "x", {"asked": 2})
    assert [each["result"]["asked"] for each in ledger.lines()] == [1, 2]


def test_differences_are_paired_by_seed() -> None:
    lines = [
        line("margin", "0.1", 0, 0.6), line("random", "0.1", 0, 0.5),
        line("margin", "0.1", 1, 0.9), line("random", "0.1", 1, 0.6),
    ]  # fmt: skip
    results = tables.variants(lines)

    assert list(tables.means_table(results, "test_accuracy"))[2:] == [
        "| margin | s | 0.750 ± 0.212 |",
        "| margin | **mean** | **0.750** |",
        "| random | s | 0.550 ± 0.071 |",
        "| random | **mean** | **0.550** |",
    ]
    # +10 and +30 points: their standard deviation is 14.1, over √2.
    assert list(tables.differences_table(results, "test_accuracy"))[2] == "| margin | s | +20.0 ± 10.0 |"


def test_a_cell_is_judged_by_its_points_and_by_its_standard_error() -> None:
    lines = [
        line("margin", budget, seed, accuracy)
        for budget, accuracies in {"0.1": (0.45, 0.47), "0.2": (0.45, 0.57)}.items()
        for seed, accuracy in enumerate(accuracies)
    ]
    lines += [line("random", budget, seed, 0.5) for budget in ("0.1", "0.2") for seed in (0, 1)]

    # At 10%: -4 points ± 1; at 20%: +1 ± 6.
    assert list(tables.verdicts(tables.variants(lines), "test_accuracy"))[2:] == ["| margin | 2 | 50% | 50% | 50% |"]


def test_variants_are_told_apart_by_what_varies() -> None:
    named = line("margin", "0.1", 0, 0.5)
    named["configuration"] = {**named["configuration"], "names": True}
    named["key"] = "other"

    assert set(tables.variants([line("margin", "0.1", 0, 0.5), named])) == {"margin names=false", "margin names=true"}
    assert tables.twin("margin names=true") == "random names=true"


def test_labels_needed_lie_between_the_budgets_around_the_target() -> None:
    assert tables.labels_needed([(1000, 0.7), (10, 0.5)], 0.6) == pytest.approx(100)
    assert tables.labels_needed([(10, 0.5), (1000, 0.7)], 0.4) == 10
    assert tables.labels_needed([(10, 0.5), (1000, 0.7)], 0.8) is None


@pytest.mark.slow
def test_a_study_runs_what_is_missing_and_no_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = list(WORDS)
    rows = [{"text": f"{WORDS[labels[row % 3]]} {row}", "label": labels[row % 3]} for row in range(200)]
    (tmp_path / "tiny.jsonl.gz").write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    results = tmp_path / "runs.jsonl"
    options = [
        "--sets", "tiny", "--budgets", "0.1", "--encoder", "hashing", "--jobs", "1",
        "--strategies", "margin,random,scikit-activeml/split/parzen_window",
        "--data", str(tmp_path), "--cache", str(tmp_path / "cache"), "--results", str(results),
    ]  # fmt: skip

    main([*options, "--seeds", "1"])
    main([*options, "--seeds", "2"])
    main([*options, "--seeds", "1", "--first-seed", "1"])

    told = capsys.readouterr().err
    assert (told.count("3 runs to do"), told.count("0 runs to do")) == (2, 1)
    lines = list(Ledger(results).lines())
    assert len({each["key"] for each in lines}) == len(lines) == 6
    assert {each["result"]["texts"] for each in lines} == {150}
    tables.main([str(results)])
    assert "| margin | tiny |" in capsys.readouterr().out


def test_what_is_kept_of_a_result_is_its_figures_and_what_is_unusual() -> None:
    result = {**dict.fromkeys([*tables.MEASURES, "asked"], 1 / 3), "audit_accuracy": {"low": 0.25}, "rare": None}
    result |= {"curve": [[1, 2]], "per_class": {}}
    whole = line("margin", "0.1", 0, 0.5) | {"result": result}
    kept = tables.figures(whole)

    assert (kept["key"], kept["script"]) == (whole["key"], "s")
    assert kept["result"] == {**dict.fromkeys([*tables.MEASURES, "asked"], 0.33333), "audit_accuracy": {"low": 0.25}}
    assert kept["configuration"] == {"set": "s", "budget": "0.1", "seed": 0, "strategy": "margin", "names": False}
    assert tables.complete(kept["configuration"]) == whole["configuration"]
    assert tables.figures(whole, curve=True)["result"]["curve"] == [[1, 2]]


def test_the_accuracy_after_a_change_is_that_of_the_first_point_a_thousand_texts_later() -> None:
    done = Run(
        0, 30, 0.01, 0.0, 0.5, 0.8, 0.8, {}, [(10, 0.5), (20, 0.6), (30, 0.7), (30, 0.8)],
        [500, 1_400, 1_600, 1_600], [], [], {}, 500,
    )  # fmt: skip

    assert of_the_change(done) == {"changed_accuracy": 0.7}
    assert of_the_change(replace(done, changed_at=1_000)) == {"changed_accuracy": 0.8}
    assert of_the_change(replace(done, changed_at=None)) == {}


def test_a_rare_class_is_told_with_its_recall() -> None:
    scores = {"few": {"recall": 0.25, "asked": 3}, "many": {"recall": 1.0, "asked": 9}}
    done = Run(0, 12, 0.01, 0.0, 0.5, 0.8, 0.8, {}, [], [], [], [], scores, None)

    assert of_the_rare(Split([], [], rare="few"), done) == {"rare": "few", "rare_recall": 0.25, "rare_asked": 3}
    assert of_the_rare(Split([], []), done) == {}


def test_labelling_states_are_noted_when_they_change() -> None:
    learner = build_learner(load_settings({}))
    states = LabellingStates(learner)
    states(10)
    states(10)

    assert states.changes == [(0, "cold")]


def test_no_results_make_empty_tables() -> None:
    assert list(tables.means_table(tables.variants([]), "test_accuracy")) == ["| variant | set |", "| --- | --- |"]
