"""A stream -> how well the texts that the model is most wrong about can be told by what a learner sees of them.

`python -m benchmarks.learning.foreseen --help`. Of each 500 texts the twentieth that one would ask about is taken: by
the default strategy, by entropy, by gradient boosting that was shown on four fifths of these very texts how wrong the
model is, and by that itself.
"""

from __future__ import annotations

import argparse
import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when numpy is imported

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_predict

from benchmarks.learning.grid import LIMIT, TEST_FRACTION
from benchmarks.learning.oracle import Wrong, by_chances, expected
from benchmarks.learning.sets import Source, read
from benchmarks.learning.tables import head, row
from services.assembly import build_learner
from services.backtest import scenario_of
from services.edges.settings_sources import load_settings
from stream.backtest import simulate
from stream.records import Doubles
from stream.strategies.base import View
from stream.strategies.entropy import normalised_entropy
from stream.strategies.margin import one_minus_margin
from stream.strategies.neighbours import Nearest, density
from stream.strategies.typical_margin import TypicalMargin

SETS = "banking77,hwu64,trec6,huffpost"
STARTED = 1_500
"""Texts after which all classes have labels, mostly, so that the utilities of a stream can be compared."""
_BUDGET = 0.05
_TOGETHER, _CHOSEN = 500, 25


class Witness(TypicalMargin):
    """The default strategy; notes its utilities, how wrong the model is, and what else can be seen of each text."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__()
        self._wrong = wrong
        self.utility: list[Doubles] = []
        self.wrong: list[Doubles] = []
        self.seen: list[Doubles] = []

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        utility = super().score(view)
        if view.positions[0] >= STARTED and len(view.label_counts) > 1:
            self.utility.append(utility.copy())
            self.wrong.append(self._wrong(view))
            self.seen.append(features(view))
        return utility


def features(view: View) -> Doubles:
    """What a learner knows of each text, (n, 10); the first is the entropy.

    Then the margins of both maps, the highest probability, how far the maps are from each other, density, novelty, the
    labels of the two likeliest classes, and the place in the stream.
    """
    query, likely = view.query_probabilities, np.argsort(-view.query_probabilities, axis=1)[:, :2]
    return np.column_stack(
        [
            normalised_entropy(query),
            one_minus_margin(query),
            one_minus_margin(view.probabilities),
            query.max(axis=1),
            np.abs(query - view.probabilities).sum(axis=1),
            density(view, 500, 10),
            Nearest(view.embeddings, view.asked).novelty(),
            view.label_counts[likely],
            view.positions,
        ]
    )


def chosen(scores: Doubles, wrong: Doubles) -> float:
    """How wrong the model is, in the mean, about the texts with the highest scores of each 500."""
    found = [
        wrong[start : start + _TOGETHER][np.argsort(-scores[start : start + _TOGETHER], kind="stable")[:_CHOSEN]]
        for start in range(0, len(scores) - _TOGETHER + 1, _TOGETHER)
    ]
    return float(np.mean(found))


def witnessed(name: str, seed: int, source: Source) -> list[float]:
    """Chosen by the default strategy, by entropy, as foreseen, and as it is; last, of all texts."""
    settings = load_settings({"budget.fraction": _BUDGET, "learner.seed": seed})
    data = replace(read(name, source), names=None)
    scenario = scenario_of(settings, shuffle=True, limit=LIMIT, test_fraction=TEST_FRACTION)
    stream, learner = scenario.arrange(data.labels, seed).stream, build_learner(settings)
    chances, classes = expected(data.embeddings[stream], [data.labels[place] for place in stream])
    witness = Witness(by_chances(chances, classes, lambda: learner.parts.knowledge.model.classes))
    learner.parts = replace(learner.parts, strategy=witness)
    simulate(data, scenario, learner, seed, lambda _texts: None)

    utility, wrong, seen = (np.concatenate(each) for each in (witness.utility, witness.wrong, witness.seen))
    folds = KFold(5, shuffle=True, random_state=0)
    foreseen = cross_val_predict(HistGradientBoostingRegressor(learning_rate=0.05, max_depth=4), seen, wrong, cv=folds)
    return [*(chosen(scores, wrong) for scores in (utility, seen[:, 0], foreseen, wrong)), float(wrong.mean())]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser("python -m benchmarks.learning.foreseen", description=__doc__)
    parser.add_argument("--sets", default=SETS, help="between commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, required=True, help="where SET.jsonl.gz are")
    parser.add_argument("--cache", type=Path, required=True, help="where embeddings are kept")
    options = parser.parse_args(arguments)
    print("\n".join(head(["set", "typical_margin", "entropy", "boosting", "itself", "all texts"])))
    for name in options.sets.split(","):
        found = witnessed(name, options.seed, Source(options.data, options.cache, "minilm"))
        print(row([name, *(f"{each:.3f}" for each in found)]))


if __name__ == "__main__":
    main()
