"""Labelled file + settings -> what each configuration would have done on it, beside its random twin."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from services import assembly
from services.edges import peers
from services.edges.class_names import embed_classes
from services.edges.datasets import Row, too_long
from services.edges.encoders.base import Encoder
from services.edges.random_twins import RANDOM
from services.edges.settings import Settings, TaskClass
from services.parallel import run_all
from stream import results
from stream.backtest import Labelled, Run, put_to_test, simulate
from stream.records import ClassNames
from stream.scenario import Scenario

_ENCODE_TEXTS = 256
_FEW_TEST_TEXTS = 20
_FEW_ANSWERED = 0.25
"""The share of answers within the stream below which it hardly shows what is learned on the way."""
_SOON = 10
"""A latency of this part of the stream leaves most answers within it."""

Progress = Callable[[int], None]
"""Told how many more texts are done."""


@dataclass(frozen=True)
class Configuration:
    """What differs between the columns of a comparison; ``peer`` is the full name of one, else ours runs."""

    strategy: str
    model: str
    budget_rule: str
    peer: str | None = None

    @property
    def twin(self) -> Configuration:
        """Random sampling with the same model and budget rule; ours also for a peer."""
        return replace(self, strategy=RANDOM, peer=None)


@dataclass(frozen=True)
class Plan:
    """What is to be simulated: with which settings, how often, in how many processes.

    ``peers_capped``: whether a peer's request beyond the budget is refused.
    """

    settings: Settings
    scenario: Scenario
    seeds: int
    jobs: int = 1
    peers_capped: bool = True

    @property
    def each_seed(self) -> range:
        """Of each run the seed of all that it draws: its order, its learner, and what reviewers say."""
        first = self.settings.learner.seed
        return range(first, first + self.seeds)

    def texts(self, data: Labelled, configurations: Sequence[Configuration]) -> int:
        """Texts that `compare` simulates, for its progress. Raises ValueError where late classes are too few."""
        streams = sum(len(self.scenario.arrange(data.labels, seed).stream) for seed in self.each_seed)
        return streams * len(_all(configurations))

    def doubts(self, data: Labelled) -> list[str]:
        """Why the result will tell little, and how to mend it, each in one line. Raises ValueError as `texts`."""
        split, budget = self.scenario.arrange(data.labels, self.each_seed[0]), self.settings.budget
        texts, tested, told = len(split.stream), len(split.test), []
        if budget.fraction and self.scenario.budget * texts + budget.burst < 1:
            told.append(f"a budget of {budget.fraction:g} allows no request on {texts} texts")
        if tested < _FEW_TEST_TEXTS:
            told.append(f"{tested} test texts measure little" if tested else "no text is held back to measure by")
        few = f"{', and '.join(told)}: give more rows" if told else ""
        return [doubt for doubt in (few, self._late(texts), too_long(data.texts)) if doubt]

    def _late(self, texts: int) -> str:
        """That (nearly) no answer comes before so many texts have passed; empty where more do."""
        latency, burst = self.scenario.latency, self.settings.budget.burst
        before = texts - 1 - latency
        asked = int(self.scenario.budget * texts) + burst
        answered = int(self.scenario.budget * before) + burst if before > 0 else 0
        if not self.scenario.budget or answered >= _FEW_ANSWERED * asked or latency <= texts // _SOON:
            return ""
        arrive = f"at most {answered} of {asked} answers arrive" if answered else "no answer arrives"
        mend = f"give more rows, or try --latency {texts // _SOON}"
        return f"with a latency of {latency:,} {arrive} within the {texts:,} texts: {mend}"


@dataclass(frozen=True)
class _Task:
    """One run, for a process that reads the data from a folder."""

    folder: Path
    plan: Plan
    configuration: Configuration
    seed: int


def embed(rows: Sequence[Row], encoder: Encoder, classes: Sequence[TaskClass] | None, progress: Progress) -> Labelled:
    """The texts with their labels and embeddings; ``classes`` name the classes, None leaves them without names."""
    texts, labels = [row.text for row in rows], [row.label or "" for row in rows]
    blocks = []
    for start in range(0, len(texts), _ENCODE_TEXTS):
        blocks.append(encoder.encode(texts[start : start + _ENCODE_TEXTS]))
        progress(len(blocks[-1]))
    return Labelled(texts, labels, np.concatenate(blocks), None if classes is None else embed_classes(classes, encoder))


def named_classes(rows: Sequence[Row], task: Sequence[TaskClass]) -> list[TaskClass]:
    """The labels that occur, as the task describes them where it does; else by their names alone."""
    described = {each.name: each for each in task}
    return [described.get(label) or TaskClass(name=label) for label in sorted({row.label or "" for row in rows})]


def rotated(data: Labelled) -> Labelled:
    """Each class under the name of another: what deliberately wrong names cost."""
    if data.names is None:
        return data
    names = ClassNames(data.names.names, np.roll(data.names.embeddings, 1, axis=0), f"{data.names.digest}/rotated")
    return replace(data, names=names)


def compare(
    data: Labelled, plan: Plan, configurations: Mapping[str, Configuration], progress: Progress
) -> dict[str, dict[str, Any]]:
    """For each name the object that `sluice backtest --json` prints; configurations share their random twins."""
    every = _all(list(configurations.values()))
    with _shared(data, plan.jobs) as folder:
        tasks = [_Task(folder, plan, each, seed) for each in every for seed in plan.each_seed]
        # In this process the data need no folder.
        run = _run_task if plan.jobs > 1 and len(tasks) > 1 else partial(_run_here, data)
        done = run_all(run, tasks, plan.jobs, progress)
    runs = {each: done[number * plan.seeds : (number + 1) * plan.seeds] for number, each in enumerate(every)}
    return {
        name: {**_header(data, plan, each), **_against_twin(runs[each], runs[each.twin], each.twin)}
        for name, each in configurations.items()
    }


def _against_twin(runs: Sequence[Run], of_twin: Sequence[Run], twin: Configuration) -> dict[str, Any]:
    """What `results.compare` tells, and the twin's model and budget rule: configurations may have different ones."""
    told = results.compare(runs, of_twin)
    return {**told, "random": {"model": twin.model, "budget_rule": twin.budget_rule, **told["random"]}}


def _all(configurations: Sequence[Configuration]) -> list[Configuration]:
    """Each of them and each of their twins once."""
    return list(dict.fromkeys([*configurations, *(each.twin for each in configurations)]))


def _run_task(task: _Task, progress: Progress) -> Run:
    return _run_here(_load(task.folder), task, progress)


def _run_here(data: Labelled, task: _Task, progress: Progress) -> Run:
    plan, each, seed = task.plan, task.configuration, task.seed
    if each.peer is None:
        learner = assembly.build_learner(_with(plan.settings, each, seed))
        return simulate(data, plan.scenario, learner, seed, progress)
    classes = sorted(set(data.labels))
    peer = peers.build(each.peer, classes, plan.scenario.budget, seed, capped=plan.peers_capped)
    return put_to_test(data, plan.scenario, peer, seed, progress)


@contextmanager
def _shared(data: Labelled, jobs: int) -> Iterator[Path]:
    """A folder with the data, from which processes map the embeddings: there is one copy in memory for all."""
    if jobs == 1:
        yield Path()
        return
    with tempfile.TemporaryDirectory(prefix="sluice-") as name:
        folder = Path(name)
        np.save(folder / "embeddings.npy", data.embeddings)
        (folder / "rest.pickle").write_bytes(pickle.dumps((list(data.texts), list(data.labels), data.names)))
        yield folder


@lru_cache(maxsize=1)
def _load(folder: Path) -> Labelled:
    texts, labels, names = pickle.loads((folder / "rest.pickle").read_bytes())
    return Labelled(texts, labels, np.load(folder / "embeddings.npy", mmap_mode="r"), names)


def _header(data: Labelled, plan: Plan, each: Configuration) -> dict[str, Any]:
    """What the runs have in common; streams of late classes differ in length, and their mean is told."""
    splits = [plan.scenario.arrange(data.labels, seed) for seed in plan.each_seed]
    rows = {row for split in splits for row in (*split.stream, *split.test)}
    own = {"strategy": each.strategy, "model": each.model, "budget_rule": each.budget_rule, "peer": None}
    peer = {"strategy": each.peer, "model": None, "budget_rule": None, "peer": each.peer, "capped": plan.peers_capped}
    return {
        "texts": round(fmean(len(split.stream) for split in splits)),
        "test_texts": len(splits[0].test),
        "classes": len({data.labels[row] for row in rows}),
        "budget": plan.settings.budget.fraction,
        **(own if each.peer is None else peer),
        "encoder": plan.settings.encoder.model,
        "names": data.names is not None and each.peer is None,
    }


def configuration_of(settings: Settings) -> Configuration:
    """What the settings choose."""
    return Configuration(settings.learner.strategy, settings.learner.model, settings.learner.budget_rule)


def peer_configuration(name: str, settings: Settings) -> Configuration:
    """The peer of this full name; its twin is random sampling as the settings choose the rest."""
    return replace(configuration_of(settings), peer=name)


def scenario_of(settings: Settings, **options: Any) -> Scenario:
    """The scenario with the settings' budget; other fields as in `Scenario`."""
    return Scenario(budget=Fraction(str(settings.budget.fraction)), **options)


def _with(settings: Settings, each: Configuration, seed: int) -> Settings:
    chosen = {"strategy": each.strategy, "model": each.model, "budget_rule": each.budget_rule}
    learner = settings.learner.model_copy(update={**chosen, "seed": seed})
    return settings.model_copy(update={"learner": learner})
