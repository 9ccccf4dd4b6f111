"""`sluice backtest|compare` -> the promised object, and a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.edges.random_twins import saved_interval
from stream.strategies import STRATEGIES
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
    result = sluice("backtest", file, "--budget", 0.1, "--seeds", 2, "--latency", 10, "--jobs", 1, "--json").json
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
    runs = sluice("backtest", file, "--seeds", 2, "--budget", 0.1, "--jobs", 1, "--json").json["random"]["runs"]
    assert runs[0]["curve"] != runs[1]["curve"]


def test_runs_go_on_from_the_seed_of_the_settings(file: Path, sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--shuffle", "--jobs", 1, "--latency", 5, "--budget", 0.1, "--against", "river/softmax", "--json"]
    both = sluice("compare", file, "--seeds", 2, *options).json
    monkeypatch.setenv("SLUICE_LEARNER__SEED", "1")
    second = sluice("compare", file, "--seeds", 1, *options).json
    for name, result in second.items():
        assert result["runs"] == both[name]["runs"][1:]
        assert result["random"]["runs"] == both[name]["random"]["runs"][1:]


def test_without_names_no_class_is_known_before_the_first_label(file: Path, sluice: Sluice) -> None:
    result = sluice("backtest", file, "--no-names", "--seeds", 1, "--limit", 100, "--jobs", 1, "--json").json
    assert result["names"] is False
    assert (result["texts"], result["test_texts"]) == (75, 25)


@pytest.mark.slow
def test_a_comparison_has_one_result_for_each_strategy_and_a_page(file: Path, sluice: Sluice) -> None:
    done = sluice(
        "compare", file, "--strategies", "margin,random", "--seeds", 1, "--limit", 200, "--report", "page", "--json"
    )
    assert done.json.keys() == {"margin", "random"}
    assert done.json["random"]["mean"] == done.json["margin"]["random"]["mean"]
    assert "2 configurations on texts.jsonl" in Path("page/index.html").read_text()


def test_an_unknown_strategy_is_named_before_anything_is_encoded(file: Path, sluice: Sluice) -> None:
    done = sluice("compare", file, "--strategies", "margin,margn")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("sluice: --strategies margn: there is no such part; did you mean margin? there are ")


def test_a_row_without_a_label_is_named(file: Path, sluice: Sluice) -> None:
    file.write_text('{"text": "a", "label": "x"}\n{"text": "b"}\n')
    done = sluice("backtest", file)
    assert done.code == 2
    assert "line 2" in done.err


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(file: Path, sluice: Sluice) -> None:
    one, two = (sluice("backtest", file, "--seeds", 2, "--limit", 120, "--jobs", jobs, "--json") for jobs in (1, 2))

    assert one.json == two.json


def test_texts_are_encoded_once_unless_told_otherwise(file: Path, sluice: Sluice) -> None:
    options = ["backtest", file, "--seeds", 1, "--limit", 80, "--jobs", 1, "--json"]
    first, again, without = sluice(*options), sluice(*options), sluice(*options, "--no-cache")

    # 80 texts and the names of three classes.
    assert "embeddings: 0 found, 83 encoded" in first.err
    assert "embeddings: 83 found, 0 encoded" in again.err
    assert "embeddings" not in without.err
    assert first.json == again.json == without.json


def test_strategies_models_and_rules_are_compared_pairwise(file: Path, sluice: Sluice) -> None:
    models = "softmax_prototypes,nearest_class_mean"
    options = ["--seeds", 1, "--limit", 80, "--jobs", 1, "--json"]
    results = sluice("compare", file, "--strategies", "margin,random", "--models", models, *options).json

    assert list(results) == [
        "margin softmax_prototypes", "margin nearest_class_mean",
        "random softmax_prototypes", "random nearest_class_mean",
    ]  # fmt: skip
    for name, result in results.items():
        assert result["model"] == name.split()[1]
        assert result["random"]["mean"] == results[f"random {result['model']}"]["mean"]


def test_each_model_has_a_random_twin_of_its_own_and_none_is_told_twice(file: Path, sluice: Sluice) -> None:
    options = ["--seeds", 1, "--limit", 80, "--latency", 5, "--jobs", 1, "--budget", 0.2]
    models = ["--models", "softmax_prototypes,nearest_class_mean"]
    done = sluice("compare", file, "--strategies", "margin", *models, *options, "--report", "page")

    told = [line.split("\t")[0] for line in done.out.splitlines()[1:]]
    twins = ["random softmax_prototypes", "random nearest_class_mean"]
    assert told == ["margin softmax_prototypes", "margin nearest_class_mean", *twins]
    assert all(f">{name}<" in Path("page/index.html").read_text() for name in twins)
    done = sluice("compare", file, "--strategies", "random,margin", *options)
    assert [line.split("\t")[0] for line in done.out.splitlines()[1:]] == ["random", "margin"]
    assert "random reaches" not in done.err


def test_how_sure_a_saving_is_is_told_with_it(file: Path, sluice: Sluice) -> None:
    options = ["--limit", 240, "--latency", 5, "--jobs", 1, "--budget", 0.2, "--no-names"]
    saved = sluice("backtest", file, *options, "--seeds", 2, "--json").json["labels_saved"]
    told = next(line for line in sluice("backtest", file, *options, "--seeds", 2).err.splitlines() if "reaches" in line)
    assert saved["low"] is not None
    assert told.endswith(f"({saved_interval(saved)})")


def test_where_nothing_was_held_back_or_asked_that_is_told(file: Path, sluice: Sluice) -> None:
    options = ["--seeds", 1, "--jobs", 1, "--no-cache", "--latency", 1, "--report", "page"]
    done = sluice("backtest", file, "--limit", 3, *options)
    assert "no text is held back to measure by: give more rows" in done.err
    assert "no text was held back: no accuracy on unseen texts was measured" in done.err
    assert ("reaches" in done.err, "0.0%\t" in done.out.split("\n")[1].split("\t")[1]) == (False, False)
    assert "nothing was held back" in Path("page/index.html").read_text()
    done = sluice("backtest", file, "--limit", 100, "--budget", 0, *options)
    assert "typical_margin: nothing was asked\n" in done.err
    assert "nothing was asked" in Path("page/index.html").read_text()


def test_streams_of_seeds_that_differ_in_length_are_told_as_such(sluice: Sluice) -> None:
    lines = [{"text": f"text {row}", "label": f"class {min(row % 9, 4)}"} for row in range(90)]
    Path("uneven.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = ["--late-classes", 0.4, "--seeds", 3, "--latency", 5, "--jobs", 1, "--report", "page"]
    result = sluice("backtest", "uneven.jsonl", *options, "--json").json

    texts = [run["texts_at"][-1] for run in result["runs"]]
    assert len(set(texts)) > 1
    assert result["texts"] == round(sum(texts) / 3)
    assert f"{min(texts)} to {max(texts)} texts streamed past once" in Path("page/index.html").read_text()


def test_classes_are_those_that_occur(file: Path, sluice: Sluice) -> None:
    lines = [{"text": f"text {row}", "label": f"class {row}"} for row in range(40)]
    Path("many.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = ["--shuffle", "--limit", 8, "--seeds", 1, "--jobs", 1, "--json"]
    assert sluice("backtest", "many.jsonl", *options).json["classes"] == 8


def test_all_strategies_are_every_registered_one(file: Path, sluice: Sluice) -> None:
    results = sluice("compare", file, "--strategies", "all", "--seeds", 1, "--limit", 60, "--jobs", 1, "--json").json

    assert list(results) == list(STRATEGIES)


def test_a_peer_stands_beside_ours_on_the_same_stream(file: Path, sluice: Sluice) -> None:
    peer = "scikit-activeml/split/parzen_window"
    options = ["--seeds", 1, "--limit", 80, "--jobs", 1, "--budget", 0.2, "--report", "page"]
    done = sluice("compare", file, "--against", f"{peer},river", *options, "--json")

    assert list(done.json) == ["typical_margin", peer, "river/softmax", "river/one_vs_rest"]
    ours, theirs = done.json["typical_margin"], done.json[peer]
    assert theirs["runs"][0]["texts_at"] == ours["runs"][0]["texts_at"]
    assert (theirs["capped"], theirs["names"], theirs["mean"]["max_overspend"]) == (True, False, 0)
    assert theirs["random"]["mean"] == ours["random"]["mean"]
    assert peer in Path("page/index.html").read_text()


def test_an_unknown_peer_is_refused_before_anything_is_encoded(file: Path, sluice: Sluice) -> None:
    done = sluice("compare", file, "--against", "magic")
    assert done.code == 2
    assert "scikit-activeml, river" in done.err
    done = sluice("compare", file, "--against", "river,")
    assert (done.code, "there is no peer ''" in done.err) == (2, True)


def test_what_the_task_says_of_its_classes_is_taken(
    file: Path, sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["backtest", file, "--seeds", 1, "--limit", 80, "--jobs", 1, "--json"]
    plain = sluice(*options).json
    described = [{"name": name, "description": WORDS[name]} for name in WORDS]
    monkeypatch.setenv("SLUICE_TASK__CLASSES", json.dumps(described))

    assert sluice(*options).json["mean"]["prequential_accuracy"] > plain["mean"]["prequential_accuracy"]


def test_wrong_names_are_worse_than_right_ones(file: Path, sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    described = [{"name": name, "description": WORDS[name]} for name in WORDS]
    monkeypatch.setenv("SLUICE_TASK__CLASSES", json.dumps(described))
    options = ["backtest", file, "--seeds", 1, "--limit", 80, "--jobs", 1, "--budget", 0, "--json"]

    assert sluice(*options, "--names-rotated").json["mean"]["test_accuracy"] < 0.2
    assert sluice(*options).json["mean"]["test_accuracy"] > 0.8


def test_late_classes_and_silent_reviewers_are_part_of_the_scenario(file: Path, sluice: Sluice) -> None:
    options = ["backtest", file, "--seeds", 1, "--jobs", 1, "--budget", 0.5, "--json"]
    run = sluice(*options, "--late-classes", 0.4, "--unanswered", 1.0, "--no-names").json["runs"][0]

    assert run["changed_at"] * 2 == run["texts_at"][-1]
    assert (run["test_accuracy"], run["audit_accuracy"]["answers"]) == (0.0, 0)
    assert sum(each["asked"] for each in run["per_class"].values()) == run["asked"]
    refused = sluice(*options, "--late-classes", 1.0)
    assert (refused.code, "all texts are of late classes" in refused.err) == (2, True)


def test_a_page_that_cannot_be_made_is_refused_before_anything_is_encoded(file: Path, sluice: Sluice) -> None:
    done = sluice("backtest", file, "--report", file)
    assert (done.code, done.err) == (2, f"sluice: {file} is a file: name a directory with --report\n")
    done = sluice("backtest", file, "--report", file / "page")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"sluice: {file}/page cannot be written (")


def test_results_are_printed_though_the_disk_is_too_full_for_the_page(file: Path, sluice: Sluice) -> None:
    page = Path("page")
    page.mkdir()
    (page / "index.html").symlink_to("/dev/full")
    done = sluice("backtest", file, "--seeds", 1, "--jobs", 1, "--no-cache", "--json", "--report", page)
    assert (done.code, done.json["mean"]["asked"] > 0) == (1, True)
    assert done.err.splitlines()[-1] == "sluice: page was not written in full: No space left on device"


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (24, "a budget of 0.05 allows no request on 18 texts, and 6 test texts measure little: give more rows"),
        (76, "19 test texts measure little: give more rows"),
        (80, ""),
    ],
)
def test_too_few_rows_are_told_in_one_line(limit: int, told: str, file: Path, sluice: Sluice) -> None:
    options = ["--seeds", 1, "--limit", limit, "--jobs", 1, "--no-cache", "--latency", 5]
    done = sluice("backtest", file, *options, "--json")
    assert (done.code, done.err) == (0, f"sluice: {told}\n" if told else "")


@pytest.mark.parametrize(
    ("latency", "told"),
    [(300, "no answer arrives"), (239, "at most 3 of 15 answers arrive"), (200, ""), (30, "")],
)
def test_answers_that_come_after_the_stream_are_told_there_and_on_the_page(
    latency: int, told: str, file: Path, sluice: Sluice
) -> None:
    options = ["--seeds", 1, "--latency", latency, "--jobs", 1, "--no-cache", "--report", "page"]
    *doubts, _ = sluice("backtest", file, *options, "--json").err.splitlines()

    line = f"with a latency of {latency} {told} within the 300 texts: give more rows, or try --latency 30"
    assert doubts == ([f"sluice: {line}"] if told else [])
    page = Path("page/index.html").read_text()
    assert f"<dd>{latency} texts from request to answer</dd>" in page
    assert (line in page) == ("Beware" in page) == bool(told)


def test_texts_that_the_service_takes_not_are_told_of_there_and_at_a_replay(sluice: Sluice) -> None:
    lines = [{"text": "long " * (2_001 if row % 50 == 0 else 1), "label": f"{row % 2}"} for row in range(200)]
    Path("long.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = "sluice: 4 texts have more than 10,000 characters: the service takes no such text\n"
    options = ["--seeds", 1, "--jobs", 1, "--no-cache", "--latency", 5, "--json"]
    assert sluice("backtest", "long.jsonl", *options).err == told
    assert sluice("replay", "long.jsonl", "--limit", 50, "--json").err.count("1 text has more than") == 1


def test_a_budget_of_nothing_is_not_told_to_be_answered_late(file: Path, sluice: Sluice) -> None:
    options = ["--seeds", 1, "--budget", 0, "--latency", 300, "--jobs", 1, "--no-cache"]
    assert sluice("backtest", file, *options, "--json").err == ""
