"""Predicted and true classes -> accuracy and macro F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def accuracy(predicted: Sequence[str | None], true: Sequence[str]) -> float:
    """The share of texts whose class was predicted; 0 where there is none.

    >>> accuracy(["a", "b", None], ["a", "c", "c"])
    0.3333333333333333
    """
    return sum(p == t for p, t in zip(predicted, true, strict=True)) / len(true) if true else 0.0


def macro_f1(predicted: Sequence[str | None], true: Sequence[str]) -> float:
    """The mean over the true classes of F1, the harmonic mean of precision and recall (van Rijsbergen 1979).

    >>> macro_f1(["a", "a", "b"], ["a", "b", "b"])
    0.6666666666666666
    """
    hits = Counter(t for p, t in zip(predicted, true, strict=True) if p == t)
    predictions, truths = Counter(predicted), Counter(true)
    scores = [2 * hits[label] / (predictions[label] + truths[label]) for label in truths]
    return sum(scores) / len(scores) if scores else 0.0
