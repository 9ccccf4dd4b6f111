"""The demo's traffic keeps its word about which classes come when, and its summary the contract's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.demo import HELD_BACK_TEXTS, UNNAMED_CLASSES, Demo, Progress, Traffic, draw_traffic
from services.edges import datasets
from services.edges.datasets import Row
from services.edges.settings_sources import load_settings

TEXTS = 400


@pytest.fixture(scope="module")
def rows() -> Sequence[Row]:
    return datasets.load(datasets.BANKING77).rows


@pytest.fixture(scope="module")
def traffic(rows: Sequence[Row]) -> Traffic:
    return draw_traffic(rows, 6_001, seed=3)


def test_the_late_classes_have_no_text_before_they_are_injected(traffic: Traffic) -> None:
    assert traffic.injected_at == 3_000
    assert {row.label for row in traffic.rows[:3_000]} == set(traffic.named)
    assert len(traffic.named) == 77 - UNNAMED_CLASSES


def test_from_then_on_half_of_the_texts_are_theirs(traffic: Traffic) -> None:
    late = [row.label not in traffic.named for row in traffic.rows[3_000:]]

    assert (len(late), sum(late)) == (3_001, 1_500)
    assert 0.4 < sum(late[:300]) / 300 < 0.6
    assert len({row.label for row in traffic.rows} - set(traffic.named)) == UNNAMED_CLASSES


def test_only_texts_of_the_named_classes_are_held_back(traffic: Traffic) -> None:
    assert len(traffic.held_back) == HELD_BACK_TEXTS
    assert {row.label for row in traffic.held_back} <= set(traffic.named)


def test_no_row_is_used_twice(traffic: Traffic) -> None:
    ids = Counter(row.id for row in (*traffic.rows, *traffic.held_back))

    assert len(traffic.rows) == 6_001
    assert set(ids.values()) == {1}


def test_a_seed_draws_the_same_traffic_and_another_one_other_classes(rows: Sequence[Row], traffic: Traffic) -> None:
    assert draw_traffic(rows, 6_001, seed=3) == traffic
    assert set(draw_traffic(rows, 6_001, seed=4).named) != set(traffic.named)


def test_more_texts_than_there_are_is_refused_with_how_many_there_are(rows: Sequence[Row]) -> None:
    with pytest.raises(ValueError, match=r"texts enough for [0-9]+, not for 20000") as refused:
        draw_traffic(rows, 20_000, seed=0)
    most = int(str(refused.value).split("enough for ")[1].split(",")[0])

    assert len(draw_traffic(rows, most, seed=0).rows) == most
    with pytest.raises(ValueError, match="texts enough"):
        draw_traffic(rows, most + 4, seed=0)


def run(directory: Path, **options: bool) -> tuple[list[Progress], dict[str, Any]]:
    settings = load_settings({"encoder.model": "hashing:64", "budget.fraction": 0.1})
    with closing(Demo(settings, TEXTS, directory, **options)) as demo:
        return list(demo.run()), demo.summary()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Progress], dict[str, Any]]:
    return run(tmp_path_factory.mktemp("demo"))


def test_the_summary_has_the_fields_of_the_contract(course: tuple[list[Progress], dict[str, Any]]) -> None:
    _, summary = course

    assert summary.keys() == {
        "texts", "asked", "budget", "max_overspend", "spent_fraction", "accuracy", "random", "drift",
    }  # fmt: skip
    assert summary["accuracy"].keys() == summary["random"]["accuracy"].keys() == {"no_label", "first_quarter", "final"}
    assert summary["drift"].keys() == {"injected_at", "noticed_at", "false_alarms"}
    assert (summary["texts"], summary["budget"], summary["drift"]["injected_at"]) == (TEXTS, 0.1, 200)


def test_the_budget_is_kept_at_every_step_and_spent(course: tuple[list[Progress], dict[str, Any]]) -> None:
    steps, summary = course

    assert summary["max_overspend"] == 0.0
    assert all(step.asked <= Fraction("0.1") * step.texts for step in steps)
    assert 36 <= summary["asked"] == steps[-1].asked <= 40
    assert 36 <= summary["random"]["asked"] <= 40
    assert summary["spent_fraction"] == summary["asked"] / TEXTS


def test_the_same_seed_gives_the_same_run(tmp_path: Path, course: tuple[list[Progress], dict[str, Any]]) -> None:
    assert run(tmp_path) == course


def test_progress_tells_how_far_it_is_and_what_came_of_it(course: tuple[list[Progress], dict[str, Any]]) -> None:
    steps, summary = course

    assert [(step.texts, step.of, step.injected) for step in steps] == [
        (texts, TEXTS, texts > 200) for texts in (0, 100, 200, 300, 400)
    ]
    assert (steps[0].accuracy, steps[-1].accuracy) == (summary["accuracy"]["no_label"], summary["accuracy"]["final"])
    assert steps[1].accuracy == summary["accuracy"]["first_quarter"]
    assert steps[0].accuracy > 1 / 77
    assert steps[-1].labels == summary["asked"]


def test_without_learning_the_names_are_all_that_is_known(tmp_path: Path) -> None:
    steps, summary = run(tmp_path, learning=False)

    assert [step.labels for step in steps] == [0] * 5
    assert summary["asked"] >= 36
