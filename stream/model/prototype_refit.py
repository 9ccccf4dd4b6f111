"""Examples, names and the unlabelled window -> a new head: the refit of `softmax_prototypes` as a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream.model.base import Evidence
from stream.model.class_prior import class_prior, lean
from stream.model.cross_validation import FOLDS, judged
from stream.model.head import Head
from stream.model.label_noise import label_weights
from stream.model.linear_maps import unit_rows
from stream.model.names import NamePrior
from stream.model.penalty_choice import FACTORS, USUAL, Penalty, cross_validated
from stream.model.self_assignment import self_assigned
from stream.model.softmax_fit import SoftmaxRegression, TrainingRows, fit_softmax
from stream.model.unlabelled_choice import LET_IN, SHARES, Unlabelled, chosen
from stream.records import Doubles, Entry, Floats, Integers

SHARPNESS = 15.0
"""What a cosine to a prototype counts for among the logits."""
NAME_MASS = 2.0
"""How many examples a class's fully trusted name counts as."""
_PRIOR_STRENGTH = 0.5
"""What the log of a class's share counts for among the logits."""
ROUNDS = 3
"""How often a fit is fitted again, each time from half-way: fitted once, refits on few examples swing to and fro."""
ROUNDS_FROM_ZERO = 100
"""The same for a fit from zero, at most."""
_STILL = 1e-3
"""A fit is done once a round moves no weight by more than this."""
_PENALTY = 0.5
_UNLABELLED_MASS = 4.0
_OFFSET = 0.5 * SHARPNESS
_NAME_WEIGHT = 3.0
_NAME_DECAY = 0.2


@dataclass(frozen=True)
class PrototypeRefit:
    """A refit that is due: for ``classes``, of which the first were named, starting from ``start``.

    ``penalty`` and ``let_in`` are those of the refit before; where one is due, it is chosen anew.
    """

    classes: tuple[str, ...]
    names: NamePrior
    start: SoftmaxRegression
    evidence: Evidence
    rounds: int = ROUNDS
    penalty: Penalty = USUAL
    let_in: Unlabelled = LET_IN

    @property
    def size(self) -> int:
        """Examples x classes, times the fits where something is chosen."""
        labels = len(self.evidence.classes)
        compared = len(FACTORS) * self.penalty.due(labels) + len(SHARES) * self.let_in.due(labels, self._rarest())
        return labels * len(self.classes) * (1 + FOLDS * compared)

    def run(self) -> Entry:
        """The new head, for `SoftmaxPrototypes.adopt`."""
        evidence = self.evidence.wide(self.start.weights.shape[1])
        fit, labels = replace(self, evidence=evidence), len(evidence.classes)
        judges = evidence.classes, evidence.weights
        if self.let_in.due(labels, self._rarest()):
            share = chosen(judged(*judges, fit._held_out_by_share, SHARES))
            fit = replace(fit, let_in=Unlabelled(share, labels))
        if self.penalty.due(labels):
            factor = cross_validated(*judges, partial(fit._held_out, factors=FACTORS))
            fit = replace(fit, penalty=Penalty(factor, labels))
        return fit._found().entry()

    def _held_out_by_share(self, known: Integers, held_out: Integers) -> Iterator[Doubles]:
        """Logits of the ``held_out`` examples, (m, k), by a fit to the ``known`` ones with each of the `SHARES`."""
        for share in SHARES:
            yield from replace(self, let_in=Unlabelled(share))._held_out(known, held_out, [self.penalty.factor])

    def _held_out(self, known: Integers, held_out: Integers, factors: Sequence[float]) -> Iterator[Doubles]:
        """Logits of the ``held_out`` examples, (m, k), by a fit from zero to the ``known`` ones under each factor."""
        fit, zero = replace(self, evidence=self.evidence.of(known)), SoftmaxRegression(*map(np.zeros_like, self.start))
        head, sums, rows = fit._ground(zero)
        prototypes, prior = SHARPNESS * unit_rows(sums + head.unlabelled), prior_logits(fit._counts(), head.lean)
        for factor in factors:
            weights, bias = fit._regression(zero, rows, factor)
            yield self.evidence.embeddings[held_out] @ (weights + prototypes).T + bias + prior

    def _found(self) -> Head:
        """The head after so many ``rounds``, or once they change it no more.

        Each round starts half-way between the start and the end of the one before: from the end alone, rounds on few
        examples swing between two ends for ever.
        """
        start, head = self.start, self._fitted(self.start)
        for _ in range(self.rounds - 1):
            weights, bias = head.regression
            if np.abs(weights - start.weights).max(initial=0.0) <= _STILL:
                break
            half = np.float32(0.5)
            start = SoftmaxRegression(half * (start.weights + weights), half * (start.bias + bias))
            head = self._fitted(start)
        return head

    def _fitted(self, start: SoftmaxRegression) -> Head:
        head, _, rows = self._ground(start)
        return replace(head, regression=self._regression(start, rows, self.penalty.factor))

    def _ground(self, start: SoftmaxRegression) -> tuple[Head, Doubles, TrainingRows]:
        """What no regression decides: a head with that of the start, the labelled texts' sums, and the rows to fit."""
        evidence = self.evidence
        mean = _mean(evidence.window, self.start.weights.shape[1])
        trust = self.names.trust(evidence.embeddings, evidence.classes, mean)
        expected = NAME_MASS * trust * self.names.prototypes(mean)
        sums: Doubles = np.zeros(start.weights.shape)
        np.add.at(sums, evidence.classes, evidence.embeddings)
        sums[: len(self.names)] += expected
        unlabelled = self._unlabelled(start, sums, trust)
        rows = self._examples(sums + unlabelled)
        if evidence.noisy:
            rows = rows._replace(
                weights=rows.weights * label_weights(rows.offsets * (SHARPNESS / _OFFSET), rows.classes)
            )
        if trust > 0:
            rows = rows.joined(self._named_rows(sums + unlabelled, expected, mean, trust))
        latest = lean(evidence.classes, len(self.classes)).astype(np.float32)
        head = Head(self.classes, start, unlabelled.astype(np.float32), mean, trust, latest, self.penalty, self.let_in)
        return head, sums, rows

    def _unlabelled(self, start: SoftmaxRegression, sums: Doubles, trust: float) -> Doubles:
        weights, bias = start
        biased = SoftmaxRegression(weights, (bias + prior_logits(self._counts())).astype(np.float32))
        mass = self.let_in.share * _UNLABELLED_MASS * (len(self.evidence.classes) + trust * len(self.names))
        return self_assigned(self.evidence.window, sums, biased, SHARPNESS, mass)

    def _examples(self, sums: Doubles) -> TrainingRows:
        """The examples; what their class's prototype says of each is said without that example."""
        evidence = self.evidence
        others = sums[evidence.classes] - evidence.embeddings
        return _offset_rows(evidence.embeddings, evidence.classes, evidence.weights, sums, others)

    def _named_rows(self, sums: Doubles, expected: Doubles, mean: Floats, trust: float) -> TrainingRows:
        """The names as examples that fade among real ones; a prototype is asked without its name."""
        named = len(self.names)
        weights = _NAME_WEIGHT * trust / (1.0 + _NAME_DECAY * self._counts()[:named])
        return _offset_rows(self.names.rows(mean), np.arange(named), weights, sums, sums[:named] - expected)

    def _regression(self, start: SoftmaxRegression, rows: TrainingRows, factor: float) -> SoftmaxRegression:
        """Rare classes weigh more, fully so where the labels do not show that classes differ in frequency."""
        if not len(rows.classes):
            return SoftmaxRegression(np.zeros_like(start.weights), np.zeros_like(start.bias))
        counts = np.bincount(rows.classes, rows.weights, len(self.classes))
        balance = counts[rows.classes] ** (class_prior(self._counts()).inequality / 2 - 1.0)
        penalty = factor * _PENALTY / np.sqrt(len(self.classes)) / rows.weights.sum()
        return fit_softmax(rows._replace(weights=rows.weights * balance), start, float(penalty))

    def _counts(self) -> Doubles:
        return np.bincount(self.evidence.classes, minlength=len(self.classes)).astype(np.float64)

    def _rarest(self) -> int:
        """How many labels the class with the fewest has."""
        return int(self._counts().min(initial=len(self.evidence.classes)))

    def save(self) -> Entry:
        """The job as state; embeddings as float16, which holds them exactly."""
        evidence = self.evidence
        arrays: dict[str, NDArray[Any]] = {
            "embeddings": evidence.embeddings.astype(np.float16),
            "classes": evidence.classes,
            "example_weights": evidence.weights,
            "window": evidence.window.astype(np.float16),
            "directions": self.names.directions,
            "weights": self.start.weights,
            "bias": self.start.bias,
        }
        numbers = {"noisy": evidence.noisy, "rounds": self.rounds}
        choices = {"penalty": list(self.penalty), "let_in": list(self.let_in)}
        return Entry({"classes": list(self.classes), **numbers, **choices}, arrays)

    @staticmethod
    def parse(entry: Entry) -> PrototypeRefit:
        """The job that `save` described."""
        arrays = entry.arrays
        evidence = Evidence(
            embeddings=arrays["embeddings"].astype(np.float32),
            classes=arrays["classes"],
            weights=arrays["example_weights"],
            window=arrays["window"].astype(np.float32),
            noisy=entry.fields.get("noisy", False),
        )
        start = SoftmaxRegression(arrays["weights"], arrays["bias"])
        fields, names = entry.fields, NamePrior(arrays["directions"])
        rounds, penalty = fields.get("rounds", ROUNDS), Penalty(*fields.get("penalty", ()))  # none in older states
        let_in = Unlabelled(*fields.get("let_in", ()))
        return PrototypeRefit(tuple(fields["classes"]), names, start, evidence, rounds, penalty, let_in)


def prior_logits(counts: Doubles, latest: Floats | float = 0.0) -> Doubles:
    """What how common the classes are adds to their logits, (k,): by the labels' counts, and the ``latest``'s lean."""
    logits: Doubles = _PRIOR_STRENGTH * (np.log(class_prior(counts).shares) + latest)
    return logits


def _offset_rows(
    embeddings: Floats, classes: Integers, weights: Doubles, sums: Doubles, own_sums: Doubles
) -> TrainingRows:
    """Rows with half of what the prototypes say of them, so that the regression learns mostly what they miss.

    Of its own class's prototype each row hears what ``own_sums`` (n, d) say: with itself inside, it would hear itself.
    With all of it instead of half, refits swing to and fro: a regression that corrects good prototypes assigns
    unlabelled texts badly, and the next prototypes are worse.
    """
    offsets = _OFFSET * (embeddings @ unit_rows(sums).T)
    offsets[np.arange(len(classes)), classes] = _OFFSET * np.einsum("nd,nd->n", embeddings, unit_rows(own_sums))
    return TrainingRows(embeddings, classes, weights, offsets.astype(np.float32))


def _mean(window: Floats, dimension: int) -> Floats:
    return window.mean(axis=0, dtype=np.float64).astype(np.float32) if len(window) else np.zeros(dimension, np.float32)
