"""Simulations on worlds so plain that every figure can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from stream.backtest import CURVE_POINTS, Labelled, Run, put_to_test, simulate
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.drift.adwin import adwin
from stream.drift.signals import SIGNALS, Alarm, Signals
from stream.knowledge import Knowledge
from stream.learner import Learner
from stream.model.nearest_class_mean import NearestClassMean
from stream.parts import Parts
from stream.records import ClassNames, Floats
from stream.scenario import Scenario
from stream.strategies.random import Random
from stream.subject import Seen

CLASSES = ("east", "north", "west")


def alternating(texts: int, classes: int = 2, named: bool = False) -> Labelled:
    """East, north, east, north ...: texts of a class are all alike, and classes share nothing."""
    axes = np.eye(classes, dtype=np.float32)
    order = [text % classes for text in range(texts)]
    names = ClassNames(CLASSES[:classes], axes, "digest") if named else None
    return Labelled([f"text {text}" for text in range(texts)], [CLASSES[each] for each in order], axes[order], names)


def learner_with(budget: str, seed: int = 0) -> Learner:
    return Learner(
        Parts(
            knowledge=Knowledge(NearestClassMean()),
            strategy=Random(seed),
            strategy_name="random",
            budget=Budget(RULES["window_quantile"], budget, "0"),
            signals=Signals({signal: adwin() for signal in SIGNALS}),
        )
    )


def run(data: Labelled, budget: str = "1", seed: int = 0, **scenario: object) -> Run:
    chosen = Scenario(**{"budget": Fraction(budget), "test_fraction": 0.0, **scenario})  # type: ignore[arg-type]
    return simulate(data, chosen, learner_with(budget, seed), seed, lambda _texts: None)


def test_every_fourth_text_is_held_back_in_the_order_of_the_file() -> None:
    assert Scenario(Fraction(1)).split(9, seed=0) == ([0, 1, 2, 4, 5, 6, 8], [3, 7])
    assert Scenario(Fraction(1), test_fraction=0.5, limit=5).split(9, seed=0) == ([0, 2, 4], [1, 3])
    assert Scenario(Fraction(1), test_fraction=0.0).split(3, seed=0) == ([0, 1, 2], [])


@pytest.mark.parametrize("fraction", [0.4, 0.3, 1 / 3, 0.26, 0.01])
def test_as_many_texts_are_held_back_as_was_asked_for_from_everywhere(fraction: float) -> None:
    stream, test = Scenario(Fraction(1), test_fraction=fraction).split(3_000, seed=0)

    assert sorted([*stream, *test]) == list(range(3_000))
    assert all(abs(len([row for row in test if row < end]) - end * fraction) < 1 for end in range(3_000))


def test_a_shuffle_comes_before_the_limit_and_differs_by_seed() -> None:
    scenario = Scenario(Fraction(1), limit=50, shuffle=True)
    first, again, other = (scenario.split(1_000, seed) for seed in (1, 1, 2))

    assert first == again != other
    assert (len(first[0]), len(first[1])) == (38, 12)
    assert max(first[0]) > 500
    assert not set(first[0]) & set(first[1])


@pytest.mark.parametrize(("latency", "wrong"), [(0, 2), (1, 2), (2, 4), (3, 4), (4, 6)])
def test_an_answer_comes_so_many_texts_after_its_question(latency: int, wrong: int) -> None:
    # Text 0 is answered before text 1 + latency, until which every prediction is wrong; text 1 one text later, so that
    # a text 1 + latency of the north is wrong too.
    assert run(alternating(100), latency=latency).prequential_accuracy == (100 - wrong) / 100


def test_every_outstanding_answer_is_given_before_the_last_measurement() -> None:
    done = run(alternating(80), latency=1_000, test_fraction=0.25)

    assert done.prequential_accuracy == 0.0
    assert [point for point in done.curve if point[1] > 0] == [(60, 1.0)]
    assert (done.curve[-1], done.test_accuracy, done.test_macro_f1) == ((60, 1.0), 1.0, 1.0)


def test_names_alone_predict_before_the_first_answer() -> None:
    done = run(alternating(40, named=True), budget="0")

    assert (done.asked, done.prequential_accuracy) == (0, 1.0)


def test_what_was_asked_is_within_the_budget_and_almost_all_of_it() -> None:
    done = run(alternating(2_000), budget="0.05", latency=20)

    assert done.max_overspend == 0.0
    assert 98 <= done.asked <= 100
    assert done.spent_fraction == done.asked / 2_000


def test_spending_beyond_the_budget_would_be_told() -> None:
    scenario = Scenario(Fraction(1, 4), test_fraction=0.0)
    done = simulate(alternating(100), scenario, learner_with("1"), 0, lambda _texts: None)

    assert (done.asked, done.max_overspend) == (100, 75.0)


def test_the_curve_has_its_points_equally_spaced_and_one_after_all_answers() -> None:
    done = run(alternating(1_000), budget="0.5", latency=10)

    assert done.texts_at == [*range(20, 1_001, 20), 1_000]
    assert len(done.curve) == CURVE_POINTS + 1
    assert [asked for asked, _ in done.curve] == sorted(asked for asked, _ in done.curve)


def test_a_noisy_reviewer_is_wrong_as_often_as_told() -> None:
    always, never = (run(alternating(60, classes=3), latency=0, noise=noise) for noise in (1.0, 0.0))

    assert never.prequential_accuracy == 57 / 60
    assert always.prequential_accuracy < 0.2


def test_progress_adds_up_to_the_texts_of_the_stream() -> None:
    told: list[int] = []
    simulate(alternating(100), Scenario(Fraction("0.1")), learner_with("0.1"), 0, told.append)

    assert sum(told) == 75


def test_the_same_seed_runs_the_same_course() -> None:
    data = alternating(300, classes=3)

    assert run(data, "0.2", noise=0.3, latency=7, seed=4) == run(data, "0.2", noise=0.3, latency=7, seed=4)
    assert run(data, "0.2", noise=0.3, latency=7, seed=4).curve != run(data, "0.2", noise=0.3, latency=7, seed=5).curve


def test_an_answer_that_never_comes_teaches_nothing() -> None:
    done = run(alternating(80), latency=0, unanswered=1.0, test_fraction=0.25)

    assert (done.asked, done.test_accuracy, done.prequential_accuracy) == (60, 0.0, 0.0)


def test_late_classes_are_not_named_beforehand() -> None:
    data = alternating(400, classes=2, named=True)
    done = run(data, budget="0", late_classes=0.5)

    # The stream is 266 texts: 133 of the one class, then 67 of it and 66 of the late one, which nobody names.
    assert (done.changed_at, done.texts_at[-1]) == (133, 266)
    assert done.prequential_accuracy == 200 / 266


def test_the_audit_stands_beside_the_true_accuracy_of_all_predictions_so_far() -> None:
    done = run(alternating(100), latency=0)

    # Texts 0 and 1 are wrong; a point every second text.
    assert len(done.audits) == len(done.curve)
    assert [point["running_accuracy"] for point in done.audits[:3]] == [0.0, 0.5, 4 / 6]
    assert done.audits[-1]["running_accuracy"] == done.prequential_accuracy
    assert {"estimate", "low", "high", "answers"} <= done.audits[0].keys()


def test_each_class_is_told_with_what_was_asked_about_it() -> None:
    done = run(alternating(90, classes=3), latency=0, test_fraction=0.1)

    assert {label: each["asked"] for label, each in done.per_class.items()} == {"east": 27, "north": 27, "west": 27}
    assert done.per_class["east"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "texts": 3, "asked": 27}


class Mute:
    """Knows nothing, asks nothing, and must not be asked about no text at all."""

    def observe(self, texts: Sequence[str], embeddings: Floats, start: int) -> Seen:
        return Seen([None] * len(texts), [])

    def learn(self, answers: Sequence[tuple[int, str]], position: int) -> None:
        raise AssertionError

    def predict(self, embeddings: Floats) -> list[str | None]:
        assert len(embeddings)
        return [None] * len(embeddings)

    def audit(self) -> dict[str, Any]:
        return {}

    def alarms(self) -> list[Alarm]:
        return []


@pytest.mark.parametrize(("fraction", "held_back"), [(0.0, 0), (0.25, 10)])
def test_nothing_is_predicted_where_nothing_is_held_back(fraction: float, held_back: int) -> None:
    scenario = Scenario(Fraction(1, 4), test_fraction=fraction)
    done = put_to_test(alternating(40), scenario, Mute(), 0, lambda _texts: None)

    assert (done.test_accuracy, done.texts_at[-1]) == (0.0, 40 - held_back)
