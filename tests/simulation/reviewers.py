"""Committed requests -> answers: right, wrong, twice, contradicting, corrected, late, to nothing, or unreadable."""

from __future__ import annotations

import json
from dataclasses import dataclass

from services.edges import topics
from services.edges.journal.base import Message
from services.edges.journal.simulated import SimulatedJournal
from services.edges.messages import LabelMessage, RequestMessage
from tests.simulation.process import Process
from tests.simulation.scenario import class_name
from tests.simulation.world import World

_MANNERS = ["once", "once", "once", "wrong", "never", "twice", "corrects", "contradicts", "skips", "changes", "nobody"]


@dataclass(eq=False)
class _Planned:
    """What will be said, and when."""

    due: float
    message: Message


class Reviewers:
    """What people keep in their heads while the program that they use dies: what they saw, and what they will say."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._position = 0
        self._agenda: list[_Planned] = []
        self._kinds = {text.text: text.kind for texts in world.scenario.texts for text in texts}
        self.poison: set[bytes] = set()

    @property
    def done(self) -> bool:
        """Whether all was said about all requests that are committed by now."""
        return not self._agenda and not self._world.broker.fetch((topics.LABEL_REQUESTS, 0), self._position, 1)

    def program(self, process: Process) -> None:
        """One life of the program through which the reviewers see requests and answer them, at least once."""
        journal = SimulatedJournal(process.line, process.name)
        while True:
            for record in journal.read({(topics.LABEL_REQUESTS, 0): self._position}, 20):
                if record.offset >= self._position and record.value is not None:
                    self._plan(RequestMessage.parse(record.value))
                self._position = max(self._position, record.offset + 1)
            due = [each for each in self._agenda if each.due <= self._world.now][: self._world.rng.randint(1, 4)]
            if due:
                journal.append([each.message for each in due])
                self._agenda = [each for each in self._agenda if each not in due]
            process.rest()

    def hurry(self) -> None:
        """All that is to be said is said now."""
        for each in self._agenda:
            each.due = self._world.now

    def _plan(self, request: RequestMessage) -> None:
        rng, kind = self._world.rng, self._kinds[request.text]
        manner = rng.choice(_MANNERS)
        right, other = class_name(kind), class_name(kind + 1)
        first = _answer(request.request_id, other if manner == "wrong" else right, "ann")
        said = {
            "never": [],
            "twice": [first, first, _answer(request.request_id, right, "bob")],
            "corrects": [first, _answer(request.request_id, other, "ann", corrects=True)],
            "contradicts": [first, _answer(request.request_id, other, "ann")],
            "skips": [_answer(request.request_id, None, "ann")],
            "changes": [
                _answer(request.request_id, None, "ann"),
                _answer(request.request_id, right, "ann", corrects=True),
                _answer(request.request_id, None, "ann", corrects=True),
                _answer(request.request_id, other, "ann", corrects=True),
            ],
            "nobody": [_answer("f" * 31 + str(rng.randrange(10)), right, "ann"), first],
        }.get(manner, [first])
        due = self._world.now
        for message in said:
            due += rng.choice([0.0, rng.uniform(0.0, 10.0), rng.uniform(0.0, 90.0)])
            self._agenda.append(_Planned(due, message))
        if rng.random() < self._world.scenario.poison_rate:
            self._agenda.append(_Planned(due, Message(topics.LABELS, self._poison(), key=b"poison")))

    def _poison(self) -> bytes:
        number = len(self.poison)
        value = self._world.rng.choice(
            [
                b"\xff%d" % number,
                json.dumps({"request_id": number}).encode(),
                json.dumps({"request_id": "a" * 32, "reviewer": "ann", "number": number}).encode(),
            ]
        )
        self.poison.add(value)
        return value


def _answer(request_id: str, label: str | None, reviewer: str, corrects: bool = False) -> Message:
    return LabelMessage(
        request_id=request_id, label=label, skip=label is None, reviewer=reviewer, corrects=corrects
    ).record()
