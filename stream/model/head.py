"""What a refit finds -> a value that is saved, adopted and started from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stream.class_change import ClassChange
from stream.model.class_sums import added
from stream.model.penalty_choice import USUAL, Penalty
from stream.model.softmax_fit import SoftmaxRegression
from stream.model.unlabelled_choice import LET_IN, Unlabelled
from stream.records import Entry, Floats


@dataclass(frozen=True)
class Head:
    """The fitted part of a model of k classes.

    ``regression`` is the softmax regression; ``unlabelled`` (k, d) the sums of the unlabelled texts that look like each
    class; ``mean`` (d,) the mean text; ``trust`` in [0, 1] how far the class names are believed; ``lean`` (k,) what the
    latest labels add to the logarithms of the classes' shares; ``penalty`` what the regression was fitted with, and
    ``let_in`` how far the unlabelled texts were.
    """

    classes: tuple[str, ...]
    regression: SoftmaxRegression
    unlabelled: Floats
    mean: Floats
    trust: float
    lean: Floats
    penalty: Penalty = USUAL
    let_in: Unlabelled = LET_IN

    @staticmethod
    def empty() -> Head:
        """The head before any refit."""
        rows, numbers = np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
        return Head((), SoftmaxRegression(rows, numbers), rows, numbers, 0.0, numbers)

    def arranged(self, classes: Sequence[str], dimension: int) -> Head:
        """The same head for these classes; those that it does not know get zeros."""
        index = {label: row for row, label in enumerate(self.classes)}
        known = [row for row, label in enumerate(classes) if label in index]
        source = [index[classes[row]] for row in known]
        weights, unlabelled = np.zeros((2, len(classes), dimension), np.float32)
        (bias, lean), mean = np.zeros((2, len(classes)), np.float32), np.zeros(dimension, np.float32)
        if self.classes:
            weights[known], unlabelled[known] = self.regression.weights[source], self.unlabelled[source]
            bias[known], lean[known], mean = self.regression.bias[source], self.lean[source], self.mean
        regression = SoftmaxRegression(weights, bias)
        return Head(tuple(classes), regression, unlabelled, mean, self.trust, lean, self.penalty, self.let_in)

    def changed(self, change: ClassChange) -> Head:
        """The same head after a change of classes: a merged class keeps its own row, and both classes' texts."""
        if change.old not in self.classes:
            return self
        rows = change.rows(self.classes)
        kept = [made_of[0] for made_of in rows]
        regression = SoftmaxRegression(self.regression.weights[kept], self.regression.bias[kept])
        classes, unlabelled = change.classes(self.classes), added(self.unlabelled, rows)
        lean = self.lean[kept]
        return Head(classes, regression, unlabelled, self.mean, self.trust, lean, self.penalty, self.let_in)

    def entry(self) -> Entry:
        """The head as state."""
        weights, bias = self.regression
        arrays = {"weights": weights, "bias": bias, "unlabelled": self.unlabelled, "mean": self.mean, "lean": self.lean}
        choices = {"penalty": list(self.penalty), "let_in": list(self.let_in)}
        return Entry({"classes": list(self.classes), "trust": self.trust, **choices}, arrays)

    @staticmethod
    def parse(entry: Entry) -> Head:
        """The head that `entry` saved. Raises ValueError where a number in it is not finite."""
        trust = float(entry.fields["trust"])
        if not (np.isfinite(trust) and all(np.isfinite(array).all() for array in entry.arrays.values())):
            raise ValueError("a head that is not finite cannot be adopted")
        arrays = entry.arrays
        return Head(
            classes=tuple(entry.fields["classes"]),
            regression=SoftmaxRegression(arrays["weights"], arrays["bias"]),
            unlabelled=arrays["unlabelled"],
            mean=arrays["mean"],
            trust=trust,
            lean=arrays.get("lean", np.zeros_like(arrays["bias"])),  # none in an older state, as of the next two
            penalty=Penalty(*entry.fields.get("penalty", ())),
            let_in=Unlabelled(*entry.fields.get("let_in", ())),
        )
