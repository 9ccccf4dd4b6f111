"""Name -> query strategy: the table of strategies."""

from stream.strategies.adaptive import Adaptive
from stream.strategies.bald import Bald
from stream.strategies.base import Strategy
from stream.strategies.class_balance import ClassBalance
from stream.strategies.cogdqs import Cogdqs
from stream.strategies.combination import Combination
from stream.strategies.consensus_entropy import ConsensusEntropy
from stream.strategies.coreset import Coreset
from stream.strategies.dbalstream import Dbalstream
from stream.strategies.diversity_cosine import DiversityCosine
from stream.strategies.diversity_jaccard import DiversityJaccard
from stream.strategies.entropy import Entropy
from stream.strategies.expected_error_reduction import ExpectedErrorReduction
from stream.strategies.expected_gradient_length import ExpectedGradientLength
from stream.strategies.expected_model_change import ExpectedModelChange
from stream.strategies.information_density import InformationDensity
from stream.strategies.kl_to_consensus import KLToConsensus
from stream.strategies.least_confidence import LeastConfidence
from stream.strategies.margin import Margin
from stream.strategies.maximum_disagreement import MaximumDisagreement
from stream.strategies.mcpal import McPAL
from stream.strategies.novelty import Novelty
from stream.strategies.periodic import Periodic
from stream.strategies.probability_coverage import ProbabilityCoverage
from stream.strategies.query_synthesis import QuerySynthesis
from stream.strategies.random import Random
from stream.strategies.ranking import Ranking
from stream.strategies.ratio import Ratio
from stream.strategies.typical_margin import TypicalMargin
from stream.strategies.typicality import Typicality
from stream.strategies.vessal import Vessal
from stream.strategies.vote_entropy import VoteEntropy

STRATEGIES: dict[str, type[Strategy]] = {
    "adaptive": Adaptive,
    "bald": Bald,
    "class_balance": ClassBalance,
    "cogdqs": Cogdqs,
    "combination": Combination,
    "consensus_entropy": ConsensusEntropy,
    "coreset": Coreset,
    "dbalstream": Dbalstream,
    "diversity_cosine": DiversityCosine,
    "diversity_jaccard": DiversityJaccard,
    "entropy": Entropy,
    "expected_error_reduction": ExpectedErrorReduction,
    "expected_gradient_length": ExpectedGradientLength,
    "expected_model_change": ExpectedModelChange,
    "information_density": InformationDensity,
    "kl_to_consensus": KLToConsensus,
    "least_confidence": LeastConfidence,
    "margin": Margin,
    "maximum_disagreement": MaximumDisagreement,
    "mcpal": McPAL,
    "novelty": Novelty,
    "periodic": Periodic,
    "probability_coverage": ProbabilityCoverage,
    "query_synthesis": QuerySynthesis,
    "random": Random,
    "ranking": Ranking,
    "ratio": Ratio,
    "typical_margin": TypicalMargin,
    "typicality": Typicality,
    "vessal": Vessal,
    "vote_entropy": VoteEntropy,
}
"""Every query strategy under the name of its module; each can be built without arguments."""
