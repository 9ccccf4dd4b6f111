"""Items already encoded -> items decided a second by one thread: its choice, the whole learner, and its wire formats.

The stream is real: Banking77 with its MiniLM embeddings, perturbed anew in each pass over it. The learner was taught 5
labels of each of the 77 classes, then shown texts until it kept as many landmarks as it ever does. Requests expire
after 60 batches: unanswered ones would all stay open, and be landmarks, for a week.

The choice is predicting, scoring and deciding. The whole learner does more with each text: it knows its id again,
compares it with open requests, remembers it, watches for drifts, and makes decisions and requests of what was chosen.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from benchmarks import banking
from benchmarks.figures import Figure, say
from services import assembly
from services.edges import batches
from services.edges.settings_sources import load_settings
from services.intake.batching import READ_RECORDS
from services.running import collect_rarely
from stream import exact
from stream.budget.accounts import Rulings
from stream.learner import Learner
from stream.records import Decision, Floats, Items, State, Verdict

REPETITIONS = 5
TEXTS = 200_000
TEXTS_BEFORE = 60_000
LABELS_PER_CLASS = 5
EXPIRE_SECONDS = 60.0
TICK_SECONDS = 16
"""The learner's process expires requests once a step, and reads up to 64 batches in one that has a backlog."""
NOISE = 0.02
"""Of each number in a perturbed embedding: its cosine to the old one is about 0.93, as that of a paraphrase."""
UNIT = "items/s a core"
TARGETS = {"margin": 100_000.0, "typical_margin": 30_000.0}
CHOICE_TARGETS = {"margin": 100_000.0}
_PARTITION = "cluster/topic/0"


class Stream:
    """Texts without end, in batches as the intake makes them."""

    def __init__(self) -> None:
        self._rows = banking.rows()
        self._embeddings = banking.embeddings(self._rows)
        self._rng = np.random.default_rng(0)
        self._end = 0

    def labelled(self) -> Items:
        """The first texts of each class, with their labels."""
        chosen = banking.first_of_each_class(self._rows, LABELS_PER_CLASS)
        return self._items(chosen, self._embeddings[chosen], [self._rows[row].label for row in chosen])

    def unlabelled(self, texts: int) -> list[Items]:
        """The next texts."""
        rows = [row % len(self._rows) for row in range(texts)]
        return [self._perturbed(rows[start : start + READ_RECORDS]) for start in range(0, texts, READ_RECORDS)]

    def examples(self, texts: int) -> list[Items]:
        """The next texts, with their labels."""
        batches_of_rows = [
            [row % len(self._rows) for row in range(start, min(start + READ_RECORDS, texts))]
            for start in range(0, texts, READ_RECORDS)
        ]
        return [
            replace(self._perturbed(rows), labels=[self._rows[row].label for row in rows]) for rows in batches_of_rows
        ]

    def _perturbed(self, rows: Sequence[int]) -> Items:
        noise = self._rng.normal(0.0, NOISE, (len(rows), self._embeddings.shape[1]))
        return self._items(rows, exact.unit(self._embeddings[rows] + noise), [None] * len(rows))

    def _items(self, rows: Sequence[int], embeddings: Floats, labels: Sequence[str | None]) -> Items:
        start, self._end = self._end, self._end + len(rows)
        return Items(
            origins=[f"{_PARTITION}/{offset}" for offset in range(start, self._end)],
            ids=[f"text-{offset}" for offset in range(start, self._end)],
            texts=[self._rows[row].text for row in rows],
            embeddings=embeddings,
            labels=labels,
            sources=[""] * len(rows),
            covered={_PARTITION: (start, self._end)},
            times=[0.0] * len(rows),
        )


class Run(NamedTuple):
    """Items a second of CPU time: in the learner alone, and from the bytes of items to those of decisions."""

    alone: float
    with_formats: float


class Bench:
    """A strategy's learner, brought up once; each run begins with the same one. A batch takes a second."""

    def __init__(self, strategy: str, before: Sequence[Items]) -> None:
        self._settings = load_settings({"learner.strategy": strategy, "requests.expire_seconds": EXPIRE_SECONDS})
        self.learner = assembly.build_learner(self._settings)
        self._begin = len(before)
        for now, items in enumerate(before):
            observe(self.learner, items, now)
            while self.learner.job is not None:
                self.learner.adopt(self.learner.job.run())
        self._window = self.learner.parts.window.last(1_000).copy()
        self._state: State = {key: entry for key, entry in self.learner.changes().items() if entry is not None}

    def choose(self, stream: Sequence[Items]) -> float:
        """Items a second of CPU time that are predicted, scored and decided about, and no more done with them."""
        learner = self._brought_up()
        started = time.process_time()
        for now, items in enumerate(stream, self._begin):
            choose(learner, items, now)
        return sum(map(len, stream)) / (time.process_time() - started)

    def run(self, stream: Sequence[bytes]) -> Run:
        """Let encoded batches of items pass through the learner."""
        learner = self._brought_up()
        inside, started = 0.0, time.process_time()
        for now, data in enumerate(stream, self._begin):
            batch = batches.decode(data)
            assert isinstance(batch, batches.ItemsBatch)
            arrived = time.process_time()
            decisions = observe(learner, batch.items, now)
            inside += time.process_time() - arrived
            batches.encode_decisions(decisions)
        texts = learner.texts - self.learner.texts
        return Run(texts / inside, texts / (time.process_time() - started))

    def _brought_up(self) -> Learner:
        learner = assembly.build_learner(self._settings)
        learner.restore(self._state, self._window)
        return learner


def choose(learner: Learner, items: Items, now: float) -> Rulings:
    """Predict, score, decide: what `Learner` does first with a block of texts."""
    parts = learner.parts
    view = parts.view(items, parts.knowledge.model.predict(items.embeddings), learner.texts)
    utility = parts.strategy.score(view)
    utilities, rulings, waiting = utility.tolist(), Rulings(), len(parts.pending)
    while len(rulings) < len(items):
        parts.budget.decide_run(utilities, now, waiting, items.sources, rulings=rulings)
        row = len(rulings) - 1
        if rulings[row].verdict is not Verdict.SKIP:
            parts.strategy.asked(view, row, utility)
            utilities[row + 1 :] = utility[row + 1 :].tolist()
    return rulings


def observe(learner: Learner, items: Items, now: float) -> list[Decision]:
    """What the learner's process does with a batch, without its journal."""
    if now % TICK_SECONDS == 0:
        learner.tick(now)
    return learner.observe(items, now).decisions


def main() -> None:
    collect_rarely()  # as the learner's process does
    texts = Stream()
    before = [texts.labelled(), *texts.unlabelled(TEXTS_BEFORE)]
    stream = texts.unlabelled(TEXTS)
    encoded = [batches.encode_items(items, "minilm") for items in stream]
    figures: list[Figure] = []
    settings: dict[str, object] = {"texts": TEXTS, "batch_texts": READ_RECORDS, "threads": 1}
    for strategy, target in TARGETS.items():
        bench = Bench(strategy, before)
        parts = bench.learner.parts
        settings[strategy] = {"classes": len(parts.knowledge.model.classes), "landmarks": len(parts.landmarks)}
        choices, runs = zip(*((bench.choose(stream), bench.run(encoded)) for _ in range(REPETITIONS)), strict=True)
        figures.append(Figure(f"predict, score, decide, {strategy}", UNIT, choices, CHOICE_TARGETS.get(strategy)))
        figures.append(Figure(f"learner alone, {strategy}", UNIT, [run.alone for run in runs], target))
        figures.append(Figure(f"learner and wire formats, {strategy}", UNIT, [run.with_formats for run in runs]))
    say(figures, settings)


if __name__ == "__main__":
    main()
