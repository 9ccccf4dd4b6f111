"""The production learner -> a program of the simulation, and its memory against what a fresh one restores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from prometheus_client import CollectorRegistry

from services import assembly
from services.edges import states
from services.edges.journal.base import Journal
from services.edges.journal.simulated import SimulatedJournal
from services.edges.journal.simulated_line import Line
from services.edges.learner_metrics import LearnerMetrics
from services.edges.metrics import Metrics
from services.edges.settings_sources import load_settings
from services.learner import LearnerProcess
from stream.learner import Learner
from stream.records import Label
from tests.simulation.process import Process
from tests.simulation.scenario import ENCODER, class_name
from tests.simulation.traffic import items_of
from tests.simulation.world import World


@dataclass(frozen=True)
class Production:
    """What is under test; an unsafe variant replaces some of it."""

    journal: Callable[[Line, str], Journal] = SimulatedJournal
    process: type[LearnerProcess] = LearnerProcess


SAFE = Production()


class Learners:
    """The learner's processes of one run."""

    def __init__(self, world: World, production: Production) -> None:
        self._world, self._production = world, production
        self._settings = load_settings(world.scenario.settings)
        self._metrics = LearnerMetrics(Metrics(CollectorRegistry()))
        self._living: dict[str, LearnerProcess] = {}
        self._idle: set[str] = set()

    def program(self, process: Process) -> None:
        """One life of a learner."""
        learner = self._living[process.name] = self._process(process.line, process.name)
        while True:
            learner.step(0.0)
            self._idle.add(process.name)
            process.rest()
            self._idle.remove(process.name)

    def living(self, process: Process) -> LearnerProcess | None:
        """The learner of this process, once it is restored."""
        return self._living.get(process.name)

    def idle(self, process: Process) -> bool:
        """Whether it stands between two steps."""
        return process.name in self._idle

    def broken_memory(self, process: Process) -> list[str]:
        """How the memory of this process, which ends by that, differs from what a fresh one restores."""
        live = self._living[process.name].learner
        process.kill()
        group = self._world.broker.group("learner")
        for member in group.members:
            group.evict(member)
        fresh = self._process(Line(self._world.broker), "fresh")
        try:
            return self._differences(live, fresh.learner)
        finally:
            fresh.close()

    def _process(self, line: Line, name: str) -> LearnerProcess:
        learner = assembly.build_learner(self._settings)
        journal = self._production.journal(line, name)
        return self._production.process(journal, learner, ENCODER, self._metrics, clock=self._world.clock)

    def _differences(self, live: Learner, fresh: Learner) -> list[str]:
        """They predict the same, and go on in the same way: to the last bit of all that they then say and save."""
        scenario = self._world.scenario
        embeddings = np.array([text.embedding for texts in scenario.texts for text in texts])
        ours, theirs = (tuple(each.tobytes() for each in learner.predict(embeddings)) for learner in (live, fresh))
        broken = [] if ours == theirs else ["live and restored memory predict differently"]
        lives = [self._lived_on(learner) for learner in (live, fresh)]
        for what, mine, other in zip(("say", "save", "keep"), *lives, strict=True):
            if mine != other:
                broken.append(f"live and restored memory {what} differently")
        return broken

    def _lived_on(self, learner: Learner) -> tuple[object, object, object]:
        """What a learner says and saves of all texts, come again as new ones, and of answers to what is open."""
        texts = [text for texts in self._world.scenario.texts for text in texts]
        now = self._world.now + 1_000.0
        again = [replace(text, origin=(name := f"probe/topic/0/{row}"), id=name) for row, text in enumerate(texts)]
        seen = learner.observe(items_of(again, {}, now, self._world.scenario.dimension), now)
        waiting = [each.request.request_id for each in learner.parts.pending]
        answers = [Label(each, class_name(row % 3), "ann", row) for row, each in enumerate(waiting)]
        learned = learner.learn(answers, now)
        while learner.job is not None:
            learner.adopt(learner.job.run())
        changes = {key: entry and states.encode(entry) for key, entry in sorted(learner.changes().items())}
        said = (list(seen.decisions), seen.requests, learned.outcomes, learned.closed, learner.tick(now + 1e7))
        return said, changes, learner.parts.window.last(1_000).tobytes()
