"""A configuration -> its result, in a process of its own with one BLAS thread."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

from benchmarks.learning.grid import Configuration
from benchmarks.learning.oracle import ORACLES, enlightened
from benchmarks.learning.sets import Source, read
from services.assembly import build_learner
from services.backtest import rotated, scenario_of
from services.edges import peers
from services.edges.settings_sources import load_settings
from stream.backtest import Labelled, Run, put_to_test, simulate
from stream.learner import Learner
from stream.scenario import Scenario, Split
from stream.status import status

TEXTS_AFTER = 1_000
"""Texts after late classes began to come at which their accuracy is noted."""
_OF_THE_SCENARIO = (
    "latency", "noise", "unanswered", "late_classes", "late_known", "rare_share", "shuffle", "limit", "test_fraction",
)  # fmt: skip


class LabellingStates:
    """Listens to a simulation, and notes at how many labels the labelling state became another."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self.changes: list[tuple[int, str]] = []

    def __call__(self, texts: int) -> None:  # noqa: ARG002  the learner knows how many
        """Some more texts were simulated."""
        told = status(self._learner)
        state = str(told["labelling"]["state"])
        if not self.changes or self.changes[-1][1] != state:
            self.changes.append((told["labels"], state))


def run(configuration: Configuration, source: Source) -> dict[str, Any]:
    """What `sluice backtest --json` says of one run, with the sizes of the set and the seconds that it took."""
    started = time.perf_counter()
    data = read(configuration.set, source)
    data = rotated(data) if configuration.rotated else data
    data = data if configuration.names else replace(data, names=None)
    settings = load_settings({**configuration.flags(), "learner.seed": configuration.seed})
    scenario = scenario_of(settings, **{name: getattr(configuration, name) for name in _OF_THE_SCENARIO})
    split, states = scenario.arrange(data.labels, configuration.seed), list[tuple[int, str]]()
    if configuration.peer:
        done = _run_peer(configuration, data, scenario)
    else:
        learner = build_learner(settings)
        if configuration.strategy in ORACLES:
            truth = [data.labels[row] for row in split.stream]
            learner = enlightened(learner, configuration.strategy, truth, data.embeddings[split.stream])
        listener = LabellingStates(learner)
        done, states = simulate(data, scenario, learner, configuration.seed, listener), listener.changes
    sizes = {"texts": len(split.stream), "test_texts": len(split.test), "classes": len(set(data.labels))}
    curve = [(asked, round(accuracy, 4)) for asked, accuracy in done.curve]
    told = {"labelling": states, **of_the_change(done), **of_the_rare(split, done)}
    return {**sizes, **asdict(done), "curve": curve, **told, "seconds": round(time.perf_counter() - started, 2)}


def _run_peer(configuration: Configuration, data: Labelled, scenario: Scenario) -> Run:
    classes = sorted(set(data.labels))
    peer = peers.build(configuration.strategy, classes, scenario.budget, configuration.seed, capped=True)
    return put_to_test(data, scenario, peer, configuration.seed, lambda _texts: None)


def of_the_change(done: Run) -> dict[str, float]:
    """The test accuracy 1,000 texts after late classes began to come, or at the end where there are fewer."""
    if done.changed_at is None:
        return {}
    after = [place for place, texts in enumerate(done.texts_at) if texts >= done.changed_at + TEXTS_AFTER]
    return {"changed_accuracy": done.curve[after[0] if after else -1][1]}


def of_the_rare(split: Split, done: Run) -> dict[str, Any]:
    """The rare class, how much of it was found among the held-back texts, and how many of its texts were asked."""
    if split.rare is None:
        return {}
    scores = done.per_class[split.rare]
    return {"rare": split.rare, "rare_recall": scores["recall"], "rare_asked": scores["asked"]}
