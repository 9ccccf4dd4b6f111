"""scikit-activeml's stream strategies over its classifiers -> a peer.

As its documentation runs them: one text at a time through `query`, then `update` with what became of it. The classifier
is fitted anew when its labels have grown by 5%, and at the first label of each class; a fit for each label is
unaffordable, and ours refits on the same rule. ``window`` trains on the last 500 labels, which forgets under drift.
LogisticRegression has C=30, which suits unit vectors; the Parzen window has the mean criterion for its width. Density
strategies keep their defaults.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final, TypeVar

import numpy as np
from skactiveml import stream
from skactiveml.classifier import ParzenWindowClassifier, SklearnClassifier
from sklearn.linear_model import LogisticRegression

from services.edges.peers.base import Peer
from stream.records import Floats

_Method = TypeVar("_Method", bound=Callable[..., Any])

_GROWTH = 1.05
_WINDOW_LABELS = 500
_WITHOUT_CLASSIFIER = {"random", "periodic"}

_STRATEGIES: Final[Mapping[str, Callable[..., Any]]] = {
    "variable_uncertainty": stream.VariableUncertainty,
    "split": stream.Split,
    "density": stream.StreamDensityBasedAL,
    "random_variable_uncertainty": stream.RandomVariableUncertainty,
    "fixed_uncertainty": stream.FixedUncertainty,
    "probabilistic": stream.StreamProbabilisticAL,
    "cognitive_dual_random": stream.CognitiveDualQueryStrategyRan,
    "cognitive_dual_variable": stream.CognitiveDualQueryStrategyVarUn,
    "cognitive_dual_random_variable": stream.CognitiveDualQueryStrategyRanVarUn,
    "cognitive_dual_fixed": stream.CognitiveDualQueryStrategyFixUn,
    "periodic": stream.PeriodicSampling,
    "random": stream.StreamRandomSampling,
}
_NEED_CLASSES = {"fixed_uncertainty", "cognitive_dual_fixed"}


def _logistic_regression(classes: Sequence[int]) -> Any:
    return SklearnClassifier(LogisticRegression(C=30), classes=classes, random_state=0)


def _parzen_window(classes: Sequence[int]) -> Any:
    return ParzenWindowClassifier(classes=classes, metric="rbf", metric_dict={"gamma": "mean"}, random_state=0)


_CLASSIFIERS: Final[Mapping[str, tuple[Callable[[Sequence[int]], Any], int | None]]] = {
    "logistic_regression": (_logistic_regression, None),
    "parzen_window": (_parzen_window, None),
    "logistic_regression_window": (_logistic_regression, _WINDOW_LABELS),
    "parzen_window_window": (_parzen_window, _WINDOW_LABELS),
}
CONFIGURATIONS: Final = tuple(
    f"{strategy}/{classifier}"
    for strategy in _STRATEGIES
    for classifier in _CLASSIFIERS
    # McPAL weighs by frequencies, which only the Parzen window knows.
    if strategy != "probabilistic" or classifier.startswith("parzen")
)
USUAL: Final = tuple(
    f"{strategy}/{classifier}"
    for strategy in ("variable_uncertainty", "split", "density")
    for classifier in ("logistic_regression", "parzen_window")
)


def build(configuration: str, classes: Sequence[str], budget: float, seed: int) -> Peer:
    """``STRATEGY/CLASSIFIER`` of the tables above."""
    strategy, _, classifier = configuration.partition("/")
    codes = list(range(len(classes)))
    options = {"classes": codes} if strategy in _NEED_CLASSES else {}
    factory, window = _CLASSIFIERS[classifier]
    query = _STRATEGIES[strategy](budget=budget, random_state=seed, **options)
    return ScikitActiveml(query, factory(codes), classes, window, blind=strategy in _WITHOUT_CLASSIFIER)


def _quietly(method: _Method) -> _Method:
    """Without the warnings of what is usual here: few iterations of a fit, and a single class so far."""

    @wraps(method)
    def quiet(*arguments: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return method(*arguments)

    return quiet  # type: ignore[return-value]


class ScikitActiveml(Peer):
    """One strategy with one classifier; ``blind`` strategies do not look at it."""

    def __init__(self, strategy: Any, classifier: Any, classes: Sequence[str], window: int | None, blind: bool) -> None:
        self._strategy, self._classifier, self._classes = strategy, classifier, list(classes)
        self._window, self._blind = window, blind
        self._codes = {label: code for code, label in enumerate(classes)}
        self._embeddings: list[Floats] = []
        self._labels: list[int] = []
        self._fitted_labels = 0
        self._fit_is_first = True
        self._about: dict[str, Any] = {}

    @_quietly
    def wants(self, embedding: Floats) -> bool:
        """As `Peer.wants`; before the first fit the classifier is uniform, as the library has it."""
        if self._blind:
            return len(self._strategy.query(embedding)) > 0
        self._fit_once(embedding)
        asked, utilities = self._strategy.query(embedding, clf=self._classifier, return_utilities=True)
        self._about = {"budget_manager_param_dict": {"utilities": utilities}}
        return len(asked) > 0

    def settle(self, embedding: Floats, asked: bool) -> None:
        """As `Peer.settle`."""
        self._strategy.update(embedding, np.array([0] if asked else [], dtype=int), **self._about)

    @_quietly
    def learn(self, embeddings: Floats, labels: Sequence[str]) -> None:
        """As `Peer.learn`; fits when it is due."""
        codes = [self._codes[label] for label in labels]
        new = not set(codes) <= set(self._labels)
        self._embeddings += list(embeddings)
        self._labels += codes
        if new or len(self._labels) >= _GROWTH * self._fitted_labels:
            self._fit()

    @_quietly
    def predict(self, embeddings: Floats) -> list[str | None]:
        """As `Peer.predict`."""
        if not self._labels:
            return [None] * len(embeddings)
        return [self._classes[int(code)] for code in self._classifier.predict(embeddings)]

    def _fit(self) -> None:
        first = 0 if self._window is None else -self._window
        self._fitted_labels = len(self._labels)
        self._fit_is_first = False
        self._classifier.fit(np.array(self._embeddings[first:]), np.array(self._labels[first:]))

    def _fit_once(self, embedding: Floats) -> None:
        """A strategy refuses a classifier that was never fitted: one text without a label makes it uniform."""
        if self._fit_is_first:
            self._fit_is_first = False
            self._classifier.fit(embedding, np.array([np.nan]))
