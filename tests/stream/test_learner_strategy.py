"""What the learner tells its strategy, and keeps of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stream.learner import Learner
from stream.records import Doubles, Entry, State, Verdict
from stream.strategies.base import Strategy, View
from tests.stream.test_learner import EAST, answer, items, learner_with


class Told(Strategy):
    """Writes down what it is told; so much is its state."""

    def __init__(self) -> None:
        self.audits: list[tuple[int, str]] = []
        self.answers: list[tuple[str, bool]] = []

    def score(self, view: View) -> Doubles:
        return np.ones(len(view))

    def audited(self, view: View, row: int, request_id: str) -> None:
        self.audits.append((view.positions.item(row), request_id))

    def answered(self, request_id: str, correct: bool) -> None:
        self.answers.append((request_id, correct))

    def save(self) -> Entry:
        return Entry({"answers": self.answers})

    def restore(self, entry: Entry) -> None:
        self.answers = list(entry.fields["answers"])


def _learner(strategy: Strategy, name: str = "told") -> Learner:
    parts = learner_with(fraction="1", audit_share="0.5").parts
    return Learner(replace(parts, strategy=strategy, strategy_name=name))


def test_a_strategy_is_told_of_audits_and_whether_the_model_was_right() -> None:
    strategy = Told()
    learner = _learner(strategy)
    asked = [learner.observe(items(*[EAST] * 4, start=4 * batch), 0.0) for batch in range(5)]
    audits = [
        (int(request.origin.rpartition("/")[2]), request.request_id)
        for seen in asked
        for request in seen.requests
        if request.verdict is Verdict.AUDIT
    ]
    for seen in asked:
        for row in range(len(seen.requests)):
            answer(learner, seen, "east", row)

    assert len(audits) > 5
    assert strategy.audits == audits
    assert strategy.answers == [(request_id, False) for _, request_id in audits]


def test_what_a_strategy_keeps_is_saved_for_the_strategy_of_that_name() -> None:
    learner = _learner(Told())
    learner.parts.strategy.answered("id", True)
    state: State = {key: entry for key, entry in learner.changes().items() if entry is not None}

    for name, answers in (("told", [("id", True)]), ("other", [])):
        strategy = Told()
        _learner(strategy, name).restore(state, np.zeros((0, 2), np.float32))
        assert strategy.answers == answers


def test_a_strategy_that_keeps_nothing_writes_nothing() -> None:
    assert not [key for key in learner_with().changes() if key.startswith("strategy")]


class Misshapen(Strategy):
    """Gives this, whatever it is shown."""

    def __init__(self, utility: Doubles) -> None:
        self.utility = utility

    def score(self, view: View) -> Doubles:
        return self.utility


@pytest.mark.parametrize("shape", [(), (2,), (4,), (3, 1)])
def test_utilities_that_are_not_one_for_each_text_are_refused(shape: tuple[int, ...]) -> None:
    learner = _learner(Misshapen(np.full(shape, 0.5)), "misshapen")

    with pytest.raises(ValueError, match=r"3 utilities are wanted of misshapen, not \("):
        learner.observe(items(*[EAST] * 3), 0.0)
