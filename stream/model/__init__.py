"""Name -> model: the table of models."""

from collections.abc import Callable

from stream.model.bagged_prototypes import BaggedPrototypes
from stream.model.base import Model
from stream.model.nearest_class_mean import NearestClassMean
from stream.model.river_gaussian_nb import river_gaussian_nb
from stream.model.river_softmax import river_softmax
from stream.model.softmax_prototypes import SoftmaxPrototypes

MODELS: dict[str, Callable[[], Model]] = {
    "bagged_prototypes": BaggedPrototypes,
    "nearest_class_mean": NearestClassMean,
    "river_gaussian_nb": river_gaussian_nb,
    "river_softmax": river_softmax,
    "softmax_prototypes": SoftmaxPrototypes,
}
"""What builds each model, under the name of its module, without arguments."""
