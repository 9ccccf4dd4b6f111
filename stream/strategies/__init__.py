"""Name -> query strategy: the table of strategies."""

from stream.strategies.adaptive import Adaptive
from stream.strategies.base import Strategy
from stream.strategies.cogdqs import Cogdqs
from stream.strategies.combination import Combination
from stream.strategies.coreset import Coreset
from stream.strategies.dbalstream import Dbalstream
from stream.strategies.diversity_cosine import DiversityCosine
from stream.strategies.diversity_jaccard import DiversityJaccard
from stream.strategies.entropy import Entropy
from stream.strategies.information_density import InformationDensity
from stream.strategies.least_confidence import LeastConfidence
from stream.strategies.margin import Margin
from stream.strategies.novelty import Novelty
from stream.strategies.probability_coverage import ProbabilityCoverage
from stream.strategies.random import Random
from stream.strategies.typical_margin import TypicalMargin
from stream.strategies.typicality import Typicality
from stream.strategies.vessal import Vessal

STRATEGIES: dict[str, type[Strategy]] = {
    "adaptive": Adaptive,
    "cogdqs": Cogdqs,
    "combination": Combination,
    "coreset": Coreset,
    "dbalstream": Dbalstream,
    "diversity_cosine": DiversityCosine,
    "diversity_jaccard": DiversityJaccard,
    "entropy": Entropy,
    "information_density": InformationDensity,
    "least_confidence": LeastConfidence,
    "margin": Margin,
    "novelty": Novelty,
    "probability_coverage": ProbabilityCoverage,
    "random": Random,
    "typical_margin": TypicalMargin,
    "typicality": Typicality,
    "vessal": Vessal,
}
"""Every query strategy under the name of its module; each can be built without arguments."""
