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
    found = [scores["f1"] for scores in class_scores(predicted, true, sorted(set(true))).values()]
    scores = [f1 for f1 in found if f1 is not None]
    return sum(scores) / len(scores) if scores else 0.0


def class_scores(
    predicted: Sequence[str | None], true: Sequence[str], classes: Sequence[str]
) -> dict[str, dict[str, float | None]]:
    """Precision, recall and F1 of each class, and how many texts it has; None where there is nothing to divide by.

    >>> class_scores(["a", "a", "b"], ["a", "b", "b"], ["b"])
    {'b': {'precision': 1.0, 'recall': 0.5, 'f1': 0.6666666666666666, 'texts': 2}}
    """
    hits = Counter(t for p, t in zip(predicted, true, strict=True) if p == t)
    predictions, truths = Counter(predicted), Counter(true)
    return {
        label: {
            "precision": hits[label] / predictions[label] if predictions[label] else None,
            "recall": hits[label] / truths[label] if truths[label] else None,
            "f1": 2 * hits[label] / (predictions[label] + truths[label]) if truths[label] else None,
            "texts": truths[label],
        }
        for label in classes
    }
