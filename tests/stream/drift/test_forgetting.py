"""After a drift, old examples that the model contradicts count less, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from stream.drift.forgetting import example_weights

NEW = np.full(20, 0.3)
LOSSES = np.concatenate([[0.0, 0.3, 0.55, 1.0], NEW])
ASKED_AT = np.concatenate([[1, 2, 3, 4], np.full(20, 100)])


def test_the_weight_falls_with_the_loss_beyond_the_median_of_the_newer_ones() -> None:
    weights = example_weights(LOSSES, ASKED_AT, 50)

    assert weights[:4] == pytest.approx([1.0, 1.0, np.exp(-1.0), 0.1])
    assert (weights[4:] == 1.0).all()


def test_the_weight_comes_back_when_the_loss_falls() -> None:
    losses = LOSSES.copy()
    losses[3] = 0.3

    assert example_weights(losses, ASKED_AT, 50)[3] == 1.0


def test_age_alone_takes_no_weight() -> None:
    assert (example_weights(np.minimum(LOSSES, 0.3), ASKED_AT, 50) == 1.0).all()


def test_new_examples_keep_their_weight_however_wrong_the_model_is_about_them() -> None:
    losses = np.concatenate([LOSSES, [1.0]])

    assert example_weights(losses, np.concatenate([ASKED_AT, [50]]), 50)[-1] == 1.0


@pytest.mark.parametrize("drifted_at", [None, 101, 0])
def test_without_a_drift_or_newer_or_older_examples_everything_counts(drifted_at: int | None) -> None:
    assert (example_weights(LOSSES, ASKED_AT, drifted_at) == 1.0).all()


def test_it_waits_for_twenty_newer_examples() -> None:
    assert (example_weights(LOSSES[:-1], ASKED_AT[:-1], 50) == 1.0).all()


def test_losses_without_places_are_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        example_weights(LOSSES, ASKED_AT[:-1], 50)
