"""Name -> query strategy: the table of strategies."""

from stream.strategies.bald import Bald
from stream.strategies.base import Strategy
from stream.strategies.consensus_entropy import ConsensusEntropy
from stream.strategies.entropy import Entropy
from stream.strategies.kl_to_consensus import KLToConsensus
from stream.strategies.least_confidence import LeastConfidence
from stream.strategies.margin import Margin
from stream.strategies.maximum_disagreement import MaximumDisagreement
from stream.strategies.periodic import Periodic
from stream.strategies.random import Random
from stream.strategies.ratio import Ratio
from stream.strategies.typical_margin import TypicalMargin
from stream.strategies.vote_entropy import VoteEntropy

STRATEGIES: dict[str, type[Strategy]] = {
    "bald": Bald,
    "consensus_entropy": ConsensusEntropy,
    "entropy": Entropy,
    "kl_to_consensus": KLToConsensus,
    "least_confidence": LeastConfidence,
    "margin": Margin,
    "maximum_disagreement": MaximumDisagreement,
    "periodic": Periodic,
    "random": Random,
    "ratio": Ratio,
    "typical_margin": TypicalMargin,
    "vote_entropy": VoteEntropy,
}
"""Every query strategy under the name of its module; each can be built without arguments."""
