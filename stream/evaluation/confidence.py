"""Right answers among n -> an interval for the mean: anytime-valid, or Wilson's for one fixed n."""

from __future__ import annotations

from functools import lru_cache
from math import log, sqrt

import numpy as np

_Z95 = 1.959963984540054
_LEVEL = 0.05
_SIZES = 3.2 / 2.0 ** np.arange(9)
_BETS = np.concatenate([_SIZES, -_SIZES])
_LOG_SHARES = np.log(np.array(([0.18] * 5 + [0.025] * 4) * 2) / 2)
"""Of each bet in the mixture. The least four sizes are for thousands of answers, where the interval would else not
narrow any more; with few answers their tenth of the mixture makes it some 1% wider."""
_HALVINGS = 40


@lru_cache(maxsize=64)
def anytime_interval(right: int, answers: int) -> tuple[float, float]:
    """Where the mean of the answers' probabilities of being right lies, at every moment at once with 95%.

    Howard, Ramdas, McAuliffe, Sekhon (2021, "Time-uniform, nonparametric, nonasymptotic confidence sequences"), in the
    sub-Bernoulli case: if answer i is right with probability p_i given the past, ``exp(l X_i) / (1 - p_i + p_i e^l)``
    multiplies up to a martingale. The logarithm of the denominator is concave in p_i, so that putting the mean m of all
    p_i in place of each makes a smaller process: for every l, whatever the p_i. A mixture over fixed l of both signs
    stays below 20 with probability 95% (Ville); the interval holds all m for which it does. Nothing is assumed of the
    p_i: the model may learn, or the stream drift.

    >>> [round(end, 3) for end in anytime_interval(80, 100)]
    [0.656, 0.907]
    """
    if not 0 <= right <= answers:
        raise ValueError(f"from 0 to {answers} answers are right, not {right}")
    if not answers:
        return 0.0, 1.0
    share = right / answers
    return _end(right, answers, share, 0.0), _end(right, answers, share, 1.0)


def wilson_interval(right: int, answers: int) -> tuple[float, float]:
    """Wilson's (1927) interval at 95%, for a mean that stands still and a number of answers fixed beforehand.

    >>> [round(end, 3) for end in wilson_interval(80, 100)]
    [0.711, 0.867]
    """
    if not 0 <= right <= answers:
        raise ValueError(f"from 0 to {answers} answers are right, not {right}")
    if not answers:
        return 0.0, 1.0
    n, p, z2 = answers, right / answers, _Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _end(right: int, answers: int, inside: float, outside: float) -> float:
    """Where between a mean inside and one at the border the mixture, convex in the mean, reaches its bound."""
    if _log_mixture(right, answers, outside) < log(1 / _LEVEL):
        return outside
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if _log_mixture(right, answers, middle) < log(1 / _LEVEL):
            inside = middle
        else:
            outside = middle
    return outside


def _log_mixture(right: int, answers: int, mean: float) -> float:
    """Half of the mixture bets on a higher mean and half on a lower one; no bet is certain, even at 0 and 1."""
    logs = _BETS * right - answers * np.log1p(mean * np.expm1(_BETS))
    return float(np.logaddexp.reduce(logs + _LOG_SHARES))
