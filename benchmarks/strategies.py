"""Items with their embeddings -> items decided a second by one thread, under each query strategy.

The stream is that of `benchmarks.learner`, and so is what the learner was taught: 5 labels of each of 77 classes, a
full window, and as many landmarks as it ever keeps. It is brought up once, and its state given to a learner of each
strategy: predict, score, decide and remember are all in the figure.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported

import time
from collections.abc import Sequence

from benchmarks.figures import Figure, say
from benchmarks.learner import EXPIRE_SECONDS, TEXTS_BEFORE, UNIT, Stream, observe
from services import assembly
from services.edges.settings_sources import load_settings
from services.intake.batching import READ_RECORDS
from stream.learner import Learner
from stream.records import Items, State
from stream.strategies import STRATEGIES

REPETITIONS = 3
TEXTS = 10_000
_BROUGHT_UP_WITH = "margin"


class Bench:
    """A learner's state after many texts, given to a new learner for each run. A batch takes a second."""

    def __init__(self, before: Sequence[Items]) -> None:
        self.learner = build(_BROUGHT_UP_WITH)
        self._begin = len(before)
        for now, items in enumerate(before):
            observe(self.learner, items, now)
            refit(self.learner)
        self._window = self.learner.parts.window.last(1_000).copy()
        self._state: State = {key: entry for key, entry in self.learner.changes().items() if entry is not None}

    def run(self, strategy: str, stream: Sequence[Items]) -> float:
        """Items a second of CPU time."""
        learner = build(strategy)
        learner.restore(self._state, self._window)
        refit(learner)
        started = time.process_time()
        for now, items in enumerate(stream, self._begin):
            observe(learner, items, now)
        return (learner.texts - self.learner.texts) / (time.process_time() - started)


def build(strategy: str) -> Learner:
    """A new learner with this strategy."""
    return assembly.build_learner(
        load_settings({"learner.strategy": strategy, "requests.expire_seconds": EXPIRE_SECONDS})
    )


def refit(learner: Learner) -> None:
    """Adopt the heads that are due."""
    while learner.job is not None:
        learner.adopt(learner.job.run())


def main() -> None:
    texts = Stream()
    bench = Bench([texts.labelled(), *texts.unlabelled(TEXTS_BEFORE)])
    stream = texts.unlabelled(TEXTS)
    figures = [
        Figure(strategy, UNIT, [bench.run(strategy, stream) for _ in range(REPETITIONS)])
        for strategy in sorted(STRATEGIES)
    ]
    parts = bench.learner.parts
    learner = {"classes": len(parts.knowledge.model.classes), "landmarks": len(parts.landmarks)}
    say(figures, {"texts": TEXTS, "batch_texts": READ_RECORDS, "threads": 1, **learner})


if __name__ == "__main__":
    main()
