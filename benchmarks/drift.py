"""Streams that stand still, and streams that change at their middle -> false alarms, and texts until the first alarm.

Banking77 with its MiniLM embeddings, drawn anew with replacement for each run. In the streams that change, half of the
classes come from the middle on. The learner asks about 2% of the texts and is answered 250 texts later.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported

import time
from collections.abc import Sequence

import numpy as np

from benchmarks import banking
from benchmarks.figures import Figure, say
from services import assembly
from services.edges.settings_sources import load_settings
from stream.drift import DETECTORS
from stream.drift.signals import AUDIT_ERROR, SIGNALS, Alarm
from stream.learner import Learner
from stream.records import Floats, Items, Label, Request

RUNS = 3
STILL_TEXTS = 35_000
CHANGING_TEXTS = 10_000
BATCH_TEXTS = 250
BUDGET = 0.02


class Stream:
    """Labelled texts, drawn in the order of ``rows``, on their way through a new learner."""

    def __init__(self, labels: Sequence[str], embeddings: Floats, detector: str, seed: int) -> None:
        self._labels, self._embeddings = labels, embeddings
        settings = {
            "learner.strategy": "margin",
            "learner.seed": seed,
            "budget.fraction": BUDGET,
            "drift.detector": detector,
            "drift.error_detector": detector,
        }
        self._learner: Learner = assembly.build_learner(load_settings(settings))
        self._answers = 0

    def run(self, rows: Sequence[int]) -> list[Alarm]:
        """All alarms of a stream of these rows of the data."""
        asked: list[tuple[Request, str]] = []
        for start in range(0, len(rows), BATCH_TEXTS):
            self._answer(asked, float(start))
            asked = self._pass(rows[start : start + BATCH_TEXTS], start)
        return self._learner.parts.signals.alarms

    def _pass(self, rows: Sequence[int], start: int) -> list[tuple[Request, str]]:
        origins = [f"cluster/topic/0/{start + offset}" for offset in range(len(rows))]
        blank = [""] * len(rows)
        items = Items(origins, origins, blank, self._embeddings[list(rows)], [None] * len(rows), blank)
        truth = {origin: self._labels[row] for origin, row in zip(origins, rows, strict=True)}
        return [(request, truth[request.origin]) for request in self._learner.observe(items, float(start)).requests]

    def _answer(self, asked: Sequence[tuple[Request, str]], now: float) -> None:
        labels = [
            Label(request.request_id, label, "benchmark", self._answers + offset)
            for offset, (request, label) in enumerate(asked)
        ]
        self._answers += len(labels)
        self._learner.learn(labels, now)
        while self._learner.job is not None:
            self._learner.adopt(self._learner.job.run())


def still(labels: Sequence[str], seed: int) -> list[int]:
    """Rows whose distribution stands still."""
    drawn: list[int] = np.random.default_rng(seed).integers(0, len(labels), STILL_TEXTS).tolist()
    return drawn


def changing(labels: Sequence[str], seed: int) -> list[int]:
    """Rows of half of the classes, then of all."""
    rng = np.random.default_rng(seed)
    classes = sorted(set(labels))
    known = {classes[place] for place in rng.permutation(len(classes))[: len(classes) // 2]}
    first = rng.choice([row for row, label in enumerate(labels) if label in known], CHANGING_TEXTS // 2)
    return [*first.tolist(), *rng.integers(0, len(labels), CHANGING_TEXTS // 2).tolist()]


def delay(alarms: Sequence[Alarm], signal: str) -> float:
    """Texts from the change to the first alarm of the signal; all that followed it where there was none."""
    half = CHANGING_TEXTS // 2
    return min((alarm.texts - half for alarm in alarms if alarm.signal == signal and alarm.texts > half), default=half)


def figures(detector: str, labels: Sequence[str], embeddings: Floats) -> list[Figure]:
    """What a detector does on every signal."""
    calm = [Stream(labels, embeddings, detector, seed).run(still(labels, seed)) for seed in range(RUNS)]
    moved = [Stream(labels, embeddings, detector, seed).run(changing(labels, seed)) for seed in range(RUNS)]
    found = []
    for signal in SIGNALS:
        rates = [sum(alarm.signal == signal for alarm in alarms) / STILL_TEXTS * 1e5 for alarms in calm]
        found.append(Figure(f"{detector} on {signal}, standing still", "false alarms in 100,000 texts", rates))
        if signal != AUDIT_ERROR:
            delays = [float(delay(alarms, signal)) for alarms in moved]
            found.append(Figure(f"{detector} on {signal}, half of the classes new", "texts until noticed", delays))
    return found


def main() -> None:
    rows = banking.rows()
    labels, embeddings = [str(row.label) for row in rows], banking.embeddings(rows)
    found: list[Figure] = []
    started = time.process_time()
    for detector in DETECTORS:
        found += figures(detector, labels, embeddings)
    settings = {"runs": RUNS, "still_texts": STILL_TEXTS, "changing_texts": CHANGING_TEXTS, "budget": BUDGET}
    say(found, {**settings, "seconds": round(time.process_time() - started)})


if __name__ == "__main__":
    main()
