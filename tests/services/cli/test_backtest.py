"""`sluice backtest|compare` -> the promised object, and a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.services.cli.command import Sluice

WORDS = {"card": "my card was stolen", "refund": "give me the money back", "limit": "how much may I spend a day"}
TEXTS = 400


@pytest.fixture
def file(sluice: Sluice) -> Path:
    labels = list(WORDS)
    rows = [{"text": f"{WORDS[labels[row % 3]]} {row}", "label": labels[row % 3]} for row in range(TEXTS)]
    path = Path("texts.jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_backtest_prints_the_promised_object(file: Path, sluice: Sluice) -> None:
    result = sluice("backtest", file, "--budget", 0.1, "--seeds", 2, "--latency", 10, "--json").json
    assert (result["texts"], result["test_texts"], result["classes"]) == (300, 100, 3)
    assert (result["strategy"], result["encoder"], result["names"]) == ("typical_margin", "hashing", True)
    assert [run["seed"] for run in result["runs"]] == [0, 1]
    for run in [*result["runs"], *result["random"]["runs"]]:
        assert run["max_overspend"] <= 0
        assert run["asked"] <= 30
        assert run["spent_fraction"] == run["asked"] / 300
        assert len(run["curve"]) >= 40
        assert run["curve"][-1][0] == run["asked"]
        assert {"estimate", "low", "high", "answers"} <= run["audit_accuracy"].keys()
    assert result["labels_saved"]["to_reach"] == pytest.approx(result["random"]["mean"]["test_accuracy"])
    assert result["mean"]["test_accuracy"] > 0.9


def test_random_sampling_draws_anew_for_each_seed(file: Path, sluice: Sluice) -> None:
    runs = sluice("backtest", file, "--seeds", 2, "--budget", 0.1, "--json").json["random"]["runs"]
    assert runs[0]["curve"] != runs[1]["curve"]


def test_without_names_no_class_is_known_before_the_first_label(file: Path, sluice: Sluice) -> None:
    result = sluice("backtest", file, "--no-names", "--seeds", 1, "--limit", 100, "--json").json
    assert result["names"] is False
    assert (result["texts"], result["test_texts"]) == (75, 25)


@pytest.mark.slow
def test_a_comparison_has_one_result_for_each_strategy_and_a_page(file: Path, sluice: Sluice) -> None:
    done = sluice(
        "compare", file, "--strategies", "margin,random", "--seeds", 1, "--limit", 200, "--report", "page", "--json"
    )
    assert done.json.keys() == {"margin", "random"}
    assert done.json["random"]["mean"] == done.json["margin"]["random"]["mean"]
    assert "2 strategies on texts.jsonl" in Path("page/index.html").read_text()


def test_an_unknown_strategy_is_named_before_anything_is_encoded(file: Path, sluice: Sluice) -> None:
    done = sluice("compare", file, "--strategies", "margin,magic")
    assert done.code == 2
    assert "LEARNER__STRATEGY = magic (flag)" in done.err


def test_a_row_without_a_label_is_named(file: Path, sluice: Sluice) -> None:
    file.write_text('{"text": "a", "label": "x"}\n{"text": "b"}\n')
    done = sluice("backtest", file)
    assert done.code == 2
    assert "line 2" in done.err
