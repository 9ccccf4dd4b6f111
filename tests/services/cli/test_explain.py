"""What `sluice explain` says of a decision is true of its numbers."""

from __future__ import annotations

from services.cli.explain import _meaning
from stream.records import Reason
from tests.services.console.worlds import decision


def test_a_text_that_reached_the_threshold_was_not_under_it() -> None:
    under = decision("a", utility=0.2, threshold=0.3, reason=Reason.BELOW_THRESHOLD)
    assert _meaning(under) == "its utility was under the threshold"
    assert "drawn by lot" in _meaning(under._replace(utility=0.3))
    assert "budget was spent" in _meaning(under._replace(utility=0.3, reason=Reason.OUT_OF_BUDGET))
