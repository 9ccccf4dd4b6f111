"""Name -> query strategy: the table of strategies."""

from stream.strategies.base import Strategy
from stream.strategies.entropy import Entropy
from stream.strategies.least_confidence import LeastConfidence
from stream.strategies.margin import Margin
from stream.strategies.random import Random
from stream.strategies.typical_margin import TypicalMargin

STRATEGIES: dict[str, type[Strategy]] = {
    "entropy": Entropy,
    "least_confidence": LeastConfidence,
    "margin": Margin,
    "random": Random,
    "typical_margin": TypicalMargin,
}
"""Every query strategy under the name of its module; each can be built without arguments."""
