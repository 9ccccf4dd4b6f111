"""The limit falls with each request, rises with each text passed over, and stands still while there is no credit."""

from __future__ import annotations

import pytest

from stream.budget.base import Proposal
from stream.budget.variable_uncertainty import VariableUncertainty


def test_the_limit_is_worked_out_by_hand() -> None:
    rule = VariableUncertainty(0.1, step=0.5)

    # Confidence 0.6 against the limits 1, 0.5, 0.75, 0.375, 0.5625, 0.84375.
    assert [rule.propose(0.4, credit=1.0) for _ in range(6)] == [
        Proposal(1.0, 0.0),
        Proposal(0.0, 0.5),
        Proposal(1.0, 0.25),
        Proposal(0.0, 0.625),
        Proposal(0.0, 0.4375),
        Proposal(1.0, 0.15625),
    ]


def test_the_step_of_the_paper_is_one_percent() -> None:
    rule = VariableUncertainty(0.1)
    rule.propose(0.4, credit=1.0)

    assert rule.propose(0.0, credit=1.0).threshold == pytest.approx(1 - 0.99)
    assert rule.propose(0.0, credit=1.0).threshold == pytest.approx(1 - 0.99 * 1.01)


def test_without_credit_the_limit_stands_still() -> None:
    rule = VariableUncertainty(0.1, step=0.5)

    assert [rule.propose(0.4, credit=0.99) for _ in range(3)] == [Proposal(1.0, 0.0)] * 3


def test_the_limit_comes_back_from_any_number_of_requests() -> None:
    rule = VariableUncertainty(0.1)
    for _ in range(100_000):
        rule.propose(1.0, credit=1.0)

    asked = [rule.propose(0.5, credit=1.0).probability for _ in range(400)]
    assert asked.index(1.0) == 394  # 0.01 * 1.01^394 is above 0.5


@pytest.mark.parametrize("step", [0.0, 1.0])
def test_a_step_that_moves_nothing_or_everything_is_refused(step: float) -> None:
    with pytest.raises(ValueError, match="share"):
        VariableUncertainty(0.1, step)
