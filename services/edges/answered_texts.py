"""Answers, what became of them, the learner's examples -> answers that say what they are about: a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Self

from pydantic import Field

from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Record
from services.edges.messages import LabelMessage, OutcomeMessage
from services.edges.outcome_keys import offset_at
from stream.examples import Examples
from stream.records import OutcomeKind, State, Verdict
from stream.reencoding import named_texts

_LEARNED = {OutcomeKind.LEARNED, OutcomeKind.CORRECTED}


class AnsweredText(LabelMessage):
    """One answer with its text and that text's id, both empty where nobody keeps them, and what became of it."""

    text_id: str = ""
    text: str = ""
    outcome: OutcomeKind | None = Field(default=None, strict=False)

    @classmethod
    def of(cls, label: LabelMessage, text_id: str, text: str, outcome: OutcomeKind | None = None) -> Self:
        """The answer, what it is about, and what became of it, as far as that is told."""
        return cls.model_construct(**dict(label), text_id=text_id, text=text, outcome=outcome)


class Answers(NamedTuple):
    """All answers that are kept, by their offset in `labels`, and how many records of it are none."""

    labels: Mapping[int, LabelMessage]
    unreadable: int


def answers_in(records: Iterable[Record]) -> Answers:
    """The answers in these records of `labels`."""
    labels, unreadable = dict[int, LabelMessage](), 0
    for record in records:
        try:
            labels[record.offset] = LabelMessage.parse(record.value or b"")
        except Unreadable:
            unreadable += 1
    return Answers(labels, unreadable)


def outcomes_in(records: Iterable[Record]) -> dict[int, OutcomeKind]:
    """What became of answers, by their offset in `labels`, as these records of `label-outcomes` tell it."""
    outcomes: dict[int, OutcomeKind] = {}
    for record in records:
        offset = offset_at(record.key)
        if offset is None:
            continue
        if record.value is None:
            outcomes.pop(offset, None)
        else:
            outcomes[offset] = OutcomeMessage.parse(record.value).outcome
    return outcomes


def every_answer(
    labels: Mapping[int, LabelMessage], outcomes: Mapping[int, OutcomeKind], state: State
) -> Iterator[AnsweredText]:
    """Each answer as it was sent, oldest first; with its text, where its request is open or can be answered otherwise.

    The learner's state has texts on every journal, and nothing of what was forgotten; `label-requests` loses a request
    once that is closed.
    """
    kept = named_texts(state)
    for offset, label in labels.items():
        yield AnsweredText.of(label, *kept.get(label.request_id, ("", "")), outcomes.get(offset))


def learned_answers(
    labels: Mapping[int, LabelMessage], outcomes: Mapping[int, OutcomeKind], state: State
) -> Iterator[AnsweredText]:
    """One row for each text that was asked about and is an example: with its label of now, oldest first.

    An example follows corrections and changes of classes, and leaves with its class; so what it says is what the model
    is taught. Of when it was answered, and of how the answer ended, the last one that was learned tells, if it is kept.
    """
    examples = Examples()
    examples.restore(state)
    last = {label.request_id: offset for offset, label in labels.items() if outcomes.get(offset) in _LEARNED}
    for each in examples:
        if each.verdict is Verdict.SKIP:
            continue  # it came with its label: nobody was asked
        offset = last.get(each.key)
        answered_at = None if offset is None else labels[offset].answered_at
        answer = LabelMessage(request_id=each.key, label=each.label, reviewer=each.reviewer, answered_at=answered_at)
        yield AnsweredText.of(answer, each.text_id, each.text, None if offset is None else outcomes[offset])
