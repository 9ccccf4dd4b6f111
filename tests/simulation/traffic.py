"""The scenario's texts -> batches of items: an intake that dies, begins again and repeats itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from services.edges import batches, topics
from services.edges.journal.base import Message
from services.edges.journal.simulated import SimulatedJournal
from stream.records import Items
from tests.simulation.process import Process
from tests.simulation.scenario import ENCODER, OTHER_ENCODER, PARTITIONS, Scenario, Text
from tests.simulation.world import World


class Traffic:
    """What the intakes share: how far they committed their sources, and which bytes were never meant to be read."""

    def __init__(self, world: World) -> None:
        self._world, self._scenario = world, world.scenario
        self._committed = [0] * PARTITIONS
        self._current: Process | None = None
        self._named = world.scenario.names is None
        self.poison: set[bytes] = set()

    @property
    def sent(self) -> float:
        """The share of the traffic that is acknowledged."""
        return sum(self._committed) / sum(map(len, self._scenario.texts))

    def program(self, process: Process) -> None:
        """One life of an intake: from what was committed to the end, at least once."""
        self._current = process
        rng, positions = self._world.rng, list(self._committed)
        journal = SimulatedJournal(process.line, process.name)
        while True:
            if not self._named and self._scenario.names is not None:
                journal.append([Message(topics.ITEMS, batches.encode_classes(self._scenario.names, ENCODER))])
                self._named = True
            ends = self._cut(positions)
            messages = [Message(topics.ITEMS, batch) for batch in self._batches(positions, ends)]
            if rng.random() < self._scenario.poison_rate and self._world.faulty:
                messages.insert(rng.randint(0, len(messages)), Message(topics.ITEMS, self._poison()))
            if messages:
                journal.append(messages)
            positions = ends
            if process is not self._current:
                return  # the group gave its partitions to another one: it notices at its first commit
            if rng.random() < 0.5 or self._at_end(positions):
                self._committed = list(positions)
            process.rest()

    def _at_end(self, positions: list[int]) -> bool:
        return positions == [len(each) for each in self._scenario.texts]

    def _cut(self, positions: list[int]) -> list[int]:
        """How far the next append goes: over one source partition or several."""
        rng = self._world.rng
        ends = list(positions)
        for partition in range(PARTITIONS):
            if rng.random() < 0.6:
                ends[partition] = min(len(self._scenario.texts[partition]), positions[partition] + rng.randint(1, 14))
        return ends

    def _batches(self, starts: list[int], ends: list[int]) -> list[bytes]:
        """One batch where all is of our encoder, else one for each run of one encoder."""
        runs = [
            (partition, *run)
            for partition in range(PARTITIONS)
            for run in _runs(self._scenario, partition, starts[partition], ends[partition])
        ]
        ours = [(partition, start, end) for partition, start, end, foreign in runs if not foreign]
        if len(ours) == len(runs) and runs and self._world.rng.random() < 0.5:
            return [self._batch(ours, ENCODER)]
        return [self._batch([run[:3]], OTHER_ENCODER if run[3] else ENCODER) for run in runs]

    def _batch(self, runs: list[tuple[int, int, int]], encoder: str) -> bytes:
        texts = [
            text
            for partition, start, end in runs
            for text in self._scenario.texts[partition][start:end]
            if text.readable
        ]
        covered = {_partition(self._scenario, partition): (start, end) for partition, start, end in runs}
        return batches.encode_items(items_of(texts, covered, self._world.now, self._scenario.dimension), encoder)

    def _poison(self) -> bytes:
        whole = batches.encode_items(items_of(self._scenario.texts[0][:1], {}, 0.0, self._scenario.dimension), ENCODER)
        number = b"%d" % len(self.poison)
        half = whole[: len(whole) // 2]
        value = self._world.rng.choice([b"poison ", half, b"\xff\xff\xff\xff"]) + number
        self.poison.add(value)
        return value


def items_of(texts: list[Text], covered: dict[str, tuple[int, int]], now: float, dimension: int) -> Items:
    """These texts as one batch."""
    return Items(
        origins=[text.origin for text in texts],
        ids=[text.id for text in texts],
        texts=[text.text for text in texts],
        embeddings=np.array([text.embedding for text in texts], np.float32).reshape(len(texts), dimension),
        labels=[text.label for text in texts],
        sources=["" for _ in texts],
        covered=covered,
        times=[now] * len(texts),
    )


def _runs(scenario: Scenario, partition: int, start: int, end: int) -> list[tuple[int, int, bool]]:
    foreign = scenario.foreign[partition]
    cuts = sorted({start, end, *(cut for cut in (foreign.start, foreign.stop) if start < cut < end)})
    return [(low, high, low in foreign) for low, high in pairwise(cuts)]


def _partition(scenario: Scenario, partition: int) -> str:
    return scenario.texts[partition][0].origin.rpartition("/")[0]
