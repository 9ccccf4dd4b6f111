"""Losses and ages of examples, and a drift -> how much each example should still count."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles, Integers

_LEAST_LABELS = 20
_LEAST = 0.1
_SHARPNESS = 4.0


def example_weights(losses: Doubles, asked_at: Integers, drifted_at: int | None) -> Doubles:
    """Weights in [0.1, 1] of n examples: an old one that the present model contradicts counts less, not each old one.

    Parameters
    ----------
    losses
        1 - the probability that the model, fitted with the newer answers, gives to the example's label, (n,).
    asked_at
        The place in the stream of each example's text, (n,).
    drifted_at
        The place from which the stream is another; None where no drift was noticed.

    Examples from after the change keep their weight. An older one is judged against the losses of the newer ones: up to
    their median it counts fully, beyond it by ``exp(-4 (loss - median))``, and never below a tenth. So the weight comes
    back when the loss falls, and without a drift, or before 20 newer examples, everything counts.

    >>> example_weights(np.array([0.1, 0.9, 0.9] + [0.3] * 20), np.array([1, 2, 200] + [100] * 20), 50).round(2)[:3]
    array([1.  , 0.1 , 1.  ])
    """
    if losses.shape != asked_at.shape:
        raise ValueError(f"as many losses as places, not {losses.shape} and {asked_at.shape}")
    weights = np.ones(len(losses))
    if drifted_at is None:
        return weights
    old = asked_at < drifted_at
    if (~old).sum() < _LEAST_LABELS:
        return weights
    excess = np.maximum(0.0, losses[old] - np.median(losses[~old]))
    weights[old] = np.maximum(_LEAST, np.exp(-_SHARPNESS * excess))
    return weights
