"""Arms and audit answers -> weights and utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.adaptive import Adaptive
from stream.strategies.least_confidence import LeastConfidence
from stream.strategies.margin import Margin
from stream.strategies.random import Random
from stream.strategies.ranks import Ranks

SURE, UNSURE, BETWEEN = [1.0, 0.0], [0.5, 0.5], [0.75, 0.25]


def _alone(**settings: float) -> Adaptive:
    return Adaptive(arms={"margin": Margin()}, **settings)


def _audit(strategy: Adaptive, make_view: Callable, correct: bool, request_id: str = "one") -> None:
    """Margin's rank of the audited text is 1: it is less sure than the one before it."""
    view = make_view([SURE, UNSURE])
    strategy.score(view)
    strategy.audited(view, 1, request_id)
    strategy.answered(request_id, correct)


def test_arms_weigh_alike_at_first_but_for_the_floor_and_the_prior() -> None:
    assert Adaptive(arms={"margin": Margin()}).weights == pytest.approx({"random": 0.55, "margin": 0.45})
    weights = Adaptive(floor=0.0).weights
    assert weights["typical_margin"] / weights["margin"] == pytest.approx(np.e**2)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_an_arm_gains_where_its_rank_agrees_with_the_models_mistakes(make_view: Callable) -> None:
    # Before any answer half is thought wrong: the gain is (1 - 1/2) * (1 - 1/2) = 1/4, its weight e^(4/4) of random's.
    strategy = _alone(floor=0.0)
    _audit(strategy, make_view, correct=False)
    assert strategy.weights["margin"] / strategy.weights["random"] == pytest.approx(np.e)


def test_an_arm_loses_where_it_ranks_high_what_the_model_gets_right(make_view: Callable) -> None:
    strategy = _alone(floor=0.0)
    _audit(strategy, make_view, correct=True)
    assert strategy.weights["margin"] / strategy.weights["random"] == pytest.approx(1 / np.e)


def test_early_judgements_are_forgotten_and_the_share_of_mistakes_is_learned(make_view: Callable) -> None:
    # After one mistake 1.5 of 2 are thought wrong (old counts halved); a right answer then gains -1/2 * 3/4.
    strategy = _alone(floor=0.0, keep=0.5, rate=1.0)
    _audit(strategy, make_view, correct=False)
    view = make_view([UNSURE] * 2)
    strategy.score(view)
    strategy.audited(view, 0, "two")  # ranks .75: one of the two before is lower, one equal
    strategy.answered("two", True)
    gain = 0.5 * 0.25 + 0.25 * (0 - 0.75)
    assert strategy.weights["margin"] / strategy.weights["random"] == pytest.approx(np.exp(gain))


def test_random_keeps_its_floor_however_much_the_others_gain(make_view: Callable) -> None:
    strategy = _alone(rate=1_000.0, floor=0.2)
    _audit(strategy, make_view, correct=False)
    assert strategy.weights == pytest.approx({"random": 0.2, "margin": 0.8})


def test_one_arm_ranks_fifty_texts_and_every_arm_gets_its_turns(make_view: Callable) -> None:
    strategy = Adaptive(arms={"margin": Margin(), "least_confidence": LeastConfidence()})
    view = make_view(np.random.default_rng(0).dirichlet(np.ones(5), 2_000))
    ranks = Ranks(3, 250)
    ranks.pass_by(np.stack([arm.score(view) for arm in (Random(), Margin(), LeastConfidence())]))

    alike = (strategy.score(view) == ranks.of()).reshape(3, 40, 50).all(axis=2)
    assert alike.any(axis=0).all()
    assert alike.any(axis=1).all()


def test_the_seed_decides_whose_turn_it_is(make_view: Callable) -> None:
    view = make_view(np.random.default_rng(0).dirichlet(np.ones(3), 500))
    assert Adaptive(1).score(view).tolist() != Adaptive(2).score(view).tolist()
    assert Adaptive(1).score(view).tolist() == Adaptive(1).score(view).tolist()


def test_answers_to_audits_that_it_does_not_know_are_let_pass(make_view: Callable) -> None:
    strategy = _alone()
    _audit(strategy, make_view, correct=False)
    before = strategy.weights
    strategy.answered("one", False)
    strategy.answered("other", False)
    assert strategy.weights == before


def test_audits_that_are_never_answered_are_forgotten_in_the_end(make_view: Callable) -> None:
    strategy, view = _alone(), make_view([SURE, UNSURE])
    strategy.score(view)
    for number in range(1_001):
        strategy.audited(view, 1, str(number))
    before = strategy.weights
    strategy.answered("0", False)
    assert strategy.weights == before
    strategy.answered("1", False)
    assert strategy.weights != before


def test_what_is_saved_goes_on_for_the_same_arms_only(make_view: Callable) -> None:
    strategy, restored, other = _alone(), _alone(), Adaptive()
    _audit(strategy, make_view, correct=False)
    view = make_view([UNSURE, BETWEEN])
    strategy.score(view)
    strategy.audited(view, 1, "open")
    for each in (restored, other):
        each.restore(strategy.save())
    for each in (strategy, restored):
        each.answered("open", True)

    assert restored.weights == strategy.weights
    assert restored.score(view).tolist() == strategy.score(view).tolist()
    assert other.weights == Adaptive().weights


@pytest.mark.parametrize("wrong", [{"rate": -1.0}, {"keep": 1.1}, {"floor": -0.1}, {"floor": float("nan")}])
def test_shares_are_from_zero_to_one(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        Adaptive(**wrong)
