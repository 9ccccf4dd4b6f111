"""A share of the texts is left to chance; the limit moves as far as the others saw it."""

from __future__ import annotations

import pytest

from stream.budget.split import Split


def test_the_probability_joins_both_sides() -> None:
    rule = Split(0.1)

    # Limit 1: 0.2 * 0.1 + 0.8 at confidence 0.5; then 0.992, which a confidence of 1 is not below: 0.2 * 0.1.
    assert rule.propose(0.5, credit=1.0) == (pytest.approx(0.82), 0.0)
    assert rule.propose(0.0, credit=1.0) == (pytest.approx(0.02), pytest.approx(0.008))
    assert rule.propose(0.0, credit=1.0).threshold == pytest.approx(1 - 0.992 * 1.008)


@pytest.mark.parametrize("at_random", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(at_random: float) -> None:
    with pytest.raises(ValueError, match="chance"):
        Split(0.1, at_random=at_random)
