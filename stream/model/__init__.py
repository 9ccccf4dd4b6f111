"""Name -> model: the table of models."""

from stream.model.bagged_prototypes import BaggedPrototypes
from stream.model.base import Model
from stream.model.nearest_class_mean import NearestClassMean
from stream.model.softmax_prototypes import SoftmaxPrototypes

MODELS: dict[str, type[Model]] = {
    "bagged_prototypes": BaggedPrototypes,
    "nearest_class_mean": NearestClassMean,
    "softmax_prototypes": SoftmaxPrototypes,
}
"""Every model under the name of its module; each is built without arguments."""
