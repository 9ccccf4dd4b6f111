"""Labelled file + settings -> what each strategy would have done on it, beside its random twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from services import assembly
from services.edges.class_names import embed_classes
from services.edges.datasets import Row
from services.edges.encoders.base import Encoder
from services.edges.settings import Settings, TaskClass
from stream import results
from stream.backtest import Labelled, Run, simulate
from stream.scenario import Scenario

_ENCODE_TEXTS = 256
_RANDOM = "random"

Progress = Callable[[int], None]
"""Told how many more texts are done."""


@dataclass(frozen=True)
class Plan:
    """What is to be simulated: with which settings, how often, and on what."""

    settings: Settings
    scenario: Scenario
    seeds: int

    def runs(self, data: Labelled, strategy: str, progress: Progress) -> list[Run]:
        """One run for each seed; only the strategy differs from one call to the other."""
        return [
            simulate(data, self.scenario, assembly.build_learner(_with(self.settings, strategy, seed)), seed, progress)
            for seed in range(self.seeds)
        ]

    def texts(self, data: Labelled, strategies: Sequence[str]) -> int:
        """Texts that `compare` simulates, for its progress."""
        stream, _ = self.scenario.split(len(data.texts), seed=0)
        return len(stream) * self.seeds * len({_RANDOM, *strategies})


def embed(rows: Sequence[Row], encoder: Encoder, names: bool, progress: Progress) -> Labelled:
    """The texts with their labels and embeddings; with ``names``, the labels that occur name the classes."""
    texts, labels = [row.text for row in rows], [row.label or "" for row in rows]
    blocks = []
    for start in range(0, len(texts), _ENCODE_TEXTS):
        blocks.append(encoder.encode(texts[start : start + _ENCODE_TEXTS]))
        progress(len(blocks[-1]))
    classes = [TaskClass(name=label) for label in sorted(set(labels))]
    return Labelled(texts, labels, np.concatenate(blocks), embed_classes(classes, encoder) if names else None)


def compare(data: Labelled, plan: Plan, strategies: Sequence[str], progress: Progress) -> dict[str, dict[str, Any]]:
    """For each strategy the object that `sluice backtest --json` prints; they share one random twin."""
    runs = {strategy: plan.runs(data, strategy, progress) for strategy in dict.fromkeys([*strategies, _RANDOM])}
    return {
        strategy: {**_header(data, plan, strategy), **results.compare(runs[strategy], runs[_RANDOM])}
        for strategy in strategies
    }


def _header(data: Labelled, plan: Plan, strategy: str) -> dict[str, Any]:
    stream, test = plan.scenario.split(len(data.texts), seed=0)
    return {
        "texts": len(stream),
        "test_texts": len(test),
        "classes": len(set(data.labels)),
        "budget": plan.settings.budget.fraction,
        "strategy": strategy,
        "model": plan.settings.learner.model,
        "encoder": plan.settings.encoder.model,
        "names": data.names is not None,
    }


def scenario_of(settings: Settings, **options: Any) -> Scenario:
    """The scenario with the settings' budget; other fields as in `Scenario`."""
    return Scenario(budget=Fraction(str(settings.budget.fraction)), **options)


def _with(settings: Settings, strategy: str, seed: int) -> Settings:
    learner = settings.learner.model_copy(update={"strategy": strategy, "seed": settings.learner.seed + seed})
    return settings.model_copy(update={"learner": learner})
