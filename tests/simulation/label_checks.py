"""Committed labels -> the outcome that each must have, by rules told a second time, and what is broken of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.edges import topics
from services.edges.messages import LabelMessage
from stream.records import Label, OutcomeKind
from tests.simulation.committed import Committed
from tests.simulation.scenario import Scenario


@dataclass
class _Answer:
    """The answer that closed a request, as it was corrected; ``final``: it was corrected to a skip."""

    reviewer: str
    label: str | None
    final: bool = False


def broken_labels(committed: Committed, scenario: Scenario, poison: set[bytes]) -> Iterator[str]:
    """Each label has one outcome, in the order of the labels, and it is the right one; closed is what was answered."""
    labels = [
        LabelMessage.parse(record.value or b"").answer(record.offset)
        for record in committed.records(topics.LABELS)
        if record.value not in poison
        and f"{committed.identities[topics.LABELS]}/0/{record.offset}" not in committed.given_up
    ]
    offsets = [outcome.labels_offset for outcome in committed.outcomes]
    if offsets != [label.offset for label in labels]:
        yield f"labels {[label.offset for label in labels]} have outcomes {offsets}"
        return
    answers: dict[str, _Answer] = {}
    requests = {request.request_id for request in committed.requests}
    for label, outcome in zip(labels, committed.outcomes, strict=True):
        told = (outcome.request_id, outcome.reviewer, outcome.label)
        if told != (label.request_id, label.reviewer, label.label):
            yield f"label {label.offset} was told of as {told}"
        allowed = _allowed(label, answers, requests, scenario)
        if outcome.outcome not in allowed:
            yield f"label {label.offset} became {outcome.outcome}, not {' or '.join(allowed)}"
        if outcome.outcome in (OutcomeKind.LEARNED, OutcomeKind.SKIPPED):
            answers[label.request_id] = _Answer(label.reviewer, label.label)
    yield from _examples(committed, answers, scenario)
    closed = set(committed.closed)
    yield from (f"{each} was answered and stayed open" for each in sorted(answers.keys() - closed))
    if scenario.settings["requests.expire_seconds"] > 1e5:
        yield from (f"{each} was closed without an answer" for each in sorted(closed - answers.keys()))


def _examples(committed: Committed, answers: dict[str, _Answer], scenario: Scenario) -> Iterator[str]:
    """What the saved state remembers is what was learned: the answers as they were corrected, and given labels."""
    learned = {key: (answer.reviewer, answer.label) for key, answer in answers.items() if answer.label is not None}
    names = scenario.names.names if scenario.names is not None else ()
    given = {text.origin: text.label for texts in scenario.texts for text in texts if text.label is not None}
    for decision in committed.decisions:
        label = given.get(decision.origin)
        if label is not None and not (scenario.settings.get("task.closed") and label not in names):
            learned[decision.origin] = ("", label)
    kept = committed.examples()
    for key in sorted(learned.keys() | kept.keys()):
        if learned.get(key) != kept.get(key):
            yield f"{key} was learned as {learned.get(key)} and is remembered as {kept.get(key)}"


def _allowed(label: Label, answers: dict[str, _Answer], requests: set[str], scenario: Scenario) -> list[OutcomeKind]:
    """What may become of a label: when a request expires is the learner's to say, all else is known."""
    names = scenario.names.names if scenario.names is not None else ()
    if scenario.settings.get("task.closed") and label.label is not None and label.label not in names:
        return [OutcomeKind.REJECTED]
    if label.request_id not in requests:
        return [OutcomeKind.UNKNOWN]
    answer = answers.get(label.request_id)
    if answer is None:
        first = OutcomeKind.SKIPPED if label.label is None else OutcomeKind.LEARNED
        return [first] if scenario.settings["requests.expire_seconds"] > 1e5 else [first, OutcomeKind.LATE]
    return [_followed(label, answer)]


def _followed(label: Label, answer: _Answer) -> OutcomeKind:
    if answer.reviewer != label.reviewer:
        return OutcomeKind.CLOSED
    if answer.label == label.label:
        return OutcomeKind.REPEATED
    if not label.corrects:
        return OutcomeKind.CONFLICTING
    if answer.final:
        return OutcomeKind.CLOSED
    answer.final = label.label is None
    answer.label = label.label
    return OutcomeKind.CORRECTED
