"""Open label requests -> answers, by a program in place of people: late and sometimes wrong, as people are."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Protocol

import structlog

from services.edges import batches
from services.edges.datasets import Dataset
from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Journal, Record, reached
from services.edges.messages import LabelMessage, RequestMessage
from services.edges.topics import DECISIONS, LABEL_REQUESTS
from stream import keyed

_READ_RECORDS = 500
_WAIT_SECONDS = 0.5

_log = structlog.get_logger()


class AnswerSource(Protocol):
    """Knows what to answer."""

    def answer(self, request: RequestMessage) -> str | None:
        """The label, or None where it is not known: then the request stays open for others."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true labels of a data set, found by the text's id, else by its exact words."""

    by_id: Mapping[str, str]
    by_text: Mapping[str, str]

    @staticmethod
    def of(dataset: Dataset) -> Truth:
        """What the data set says; of rows with the same words the first counts."""
        labelled = [(row, row.label) for row in dataset.rows if row.label is not None]
        return Truth({row.id: label for row, label in labelled}, {row.text: label for row, label in reversed(labelled)})

    def answer(self, request: RequestMessage) -> str | None:
        """As `AnswerSource.answer`."""
        return self.by_id.get(request.text_id) or self.by_text.get(request.text)


@dataclass(frozen=True, slots=True)
class Mistaken:
    """Answers as ``source`` does, but a ``share`` of the requests with any other one of ``classes``.

    Whether and how a request is mistaken depends on ``seed`` and its text's id alone, so a repeated answer is the same,
    and so are those of another journal with the same texts.
    """

    source: AnswerSource
    classes: tuple[str, ...]
    share: float
    seed: int

    def answer(self, request: RequestMessage) -> str | None:
        """As `AnswerSource.answer`."""
        label = self.source.answer(request)
        seed = keyed.fork(self.seed, f"mistake/{request.text_id}")
        others = [each for each in self.classes if each != label]
        if label is None or not others or keyed.draw(seed, 0) >= self.share:
            return label
        return others[int(keyed.draw(seed, 1) * len(others))]


@dataclass(frozen=True, slots=True)
class Latency:
    """An answer is given so many seconds after the question and, after it was read, so many decided texts later."""

    seconds: float = 0.0
    texts: int = 0


class Oracle:
    """Answers open requests from ``source``, each at most once, until they are closed or expire.

    ``at_a_time`` answers are given, and written, between two looks at the journal: all that are due where it is None, 1
    where each of them takes long. Keeps nothing: after a restart it answers again what it had answered but nobody had
    closed yet, which changes nothing (the outcome is ``repeated``).
    """

    def __init__(
        self,
        journal: Journal,
        source: AnswerSource,
        latency: Latency,
        *,
        reviewer: str = "oracle",
        at_a_time: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal, self._source, self._latency = journal, source, latency
        self._reviewer, self._at_a_time, self._clock = reviewer, at_a_time, clock
        self._positions = {place: oldest for place, (oldest, _) in journal.bounds(LABEL_REQUESTS).items()}
        if latency.texts:
            self._positions |= {place: end for place, (_, end) in journal.bounds(DECISIONS).items()}
        self._ends = {place: end for place, (_, end) in journal.bounds(LABEL_REQUESTS).items()}
        self._caught_up = self._behind = False
        self._decided = 0
        self.answered = 0
        self._waiting: dict[str, tuple[RequestMessage, int]] = {}
        self._handled: set[str] = set()

    @property
    def waiting(self) -> int:
        """Requests that were read and are not answered yet."""
        return len(self._waiting)

    def run(self, stop: Event) -> None:
        """Step until asked to stop."""
        while not stop.is_set():
            self.step(_WAIT_SECONDS)

    def step(self, wait: float) -> int:
        """Read what is new, waiting up to ``wait`` seconds for it, and answer what is due; says how much that was."""
        records = self._journal.read(self._positions, _READ_RECORDS, 0.0 if self._behind else wait)
        for record in records:
            self._positions[record.topic, record.partition] = record.offset + 1
            if record.topic == DECISIONS:
                self._decided += len(batches.decode_decisions(record.value or b""))
            else:
                self._follow(record)
        # The end of the topic may close what its beginning asks: answers wait until all of it is read.
        self._caught_up |= not records or reached(self._positions, self._ends)
        return len(records) + (self._answer(self._is_due) if self._caught_up else 0)

    def run_once(self, stop: Event) -> None:
        """Answer all that is open now, due or not, or until asked to stop."""
        while not stop.is_set() and self.step(0.0):
            pass
        self.finish(stop)

    def finish(self, stop: Event | None = None) -> int:
        """Answer all that waits, due or not, or until asked to stop; says how many answers there were."""
        before = self.answered
        while self._waiting and not (stop is not None and stop.is_set()):
            self._answer(lambda _request, _decided: True)
        return self.answered - before

    def _follow(self, record: Record) -> None:
        request_id = (record.key or b"").decode()
        if record.value is None:
            self._waiting.pop(request_id, None)
            self._handled.discard(request_id)
        elif request_id not in self._handled:
            try:
                self._waiting[request_id] = (RequestMessage.parse(record.value), self._decided)
            except Unreadable as error:
                _log.warning("request_unreadable", request=request_id, reason=error.reason)

    def _is_due(self, request: RequestMessage, decided: int) -> bool:
        late = self._latency
        return self._clock() >= request.asked_at + late.seconds and self._decided >= decided + late.texts

    def _answer(self, due: Callable[[RequestMessage, int], bool]) -> int:
        found = [request_id for request_id, (request, decided) in self._waiting.items() if due(request, decided)]
        asked = found[: self._at_a_time]
        self._behind = len(asked) < len(found)
        self._handled.update(asked)
        requests = [self._waiting.pop(request_id)[0] for request_id in asked]
        answers = [self._label(request, label) for request in requests if (label := self._ask(request)) is not None]
        if answers:
            self._journal.append([answer.record() for answer in answers])
            self.answered += len(answers)
        return len(answers)

    def _ask(self, request: RequestMessage) -> str | None:
        return self._source.answer(request) if self._clock() < request.expires_at else None

    def _label(self, request: RequestMessage, label: str) -> LabelMessage:
        return LabelMessage(
            request_id=request.request_id, label=label, reviewer=self._reviewer, answered_at=self._clock()
        )
