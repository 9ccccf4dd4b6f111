"""View -> where its classes lie and how much each place weighs: products that are exact."""

from __future__ import annotations

import numpy as np

from stream import exact
from stream.records import Doubles, Floats
from stream.strategies.base import View

_NAME_MASS = 2.0
"""How many labels a class name that is believed weighs as much as, as in the default model."""
_LEAST = np.finfo(np.float64).tiny


def masses(view: View) -> Doubles:
    """How many labels each prototype weighs as much as, (k,): its own, and its name as far as names are believed."""
    weights: Doubles = view.label_counts.astype(np.float64) + _NAME_MASS * view.trust
    return weights


def directions(view: View) -> Floats:
    """The prototypes (k, d), rounded so that their products with embeddings are exact."""
    return exact.weights(view.prototypes())


def cosines(embeddings: Floats, directions: Floats) -> Doubles:
    """Cosines (n, k) with rows of length 1 or 0 that came from `exact.weights`; a text's never depend on the others."""
    products: Doubles = (embeddings @ directions.T).astype(np.float64)
    return products.clip(-1.0, 1.0)


def with_text_added(mass: Doubles, to_prototype: Doubles, between: Doubles, to_text: Doubles | float) -> Doubles:
    """The cosine of something with a class's prototype once a text was added to it, elementwise, in [-1, 1].

    ``mass`` is what the prototype weighs, ``between`` its cosine with the text; ``to_prototype`` and ``to_text`` are
    the thing's own cosines with them.
    """
    length = np.sqrt(np.maximum(mass * mass + 2.0 * mass * between + 1.0, _LEAST))
    found: Doubles = (mass * to_prototype + to_text) / length
    return found.clip(-1.0, 1.0)
