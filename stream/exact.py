"""Vectors -> vectors whose dot products are exact, whatever the batch, the threads or the machine.

BLAS sums in an order that depends on the shape of a batch, so float dot products change in their last bits with it.
They cannot where no sum ever needs rounding: embeddings are multiples of 2^-11, and a weight row is rounded to 12 bits
below the power of two above its norm. By Cauchy-Schwarz every partial sum of their products then fits into the 24 bits
of a float32 (`docs/decisions/0001-exact-dot-products.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stream.records import Floats

_EMBEDDING_STEP = 2.0**-11
_WEIGHT_BITS = 12
_LEAST_NORM = 2.0**-600
"""Below any but 0, the norm of a row that stays 0 whatever it is divided by."""


def unit(vectors: ArrayLike) -> Floats:
    """Vectors (n, d) scaled to length 1 (a zero vector stays zero) and rounded to the grid; float16 holds them exactly.

    >>> unit([[3.0, 4.0]])
    array([[0.60009766, 0.7998047 ]], dtype=float32)
    """
    matrix = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(matrix, axis=-1, keepdims=True)
    scaled = np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0)
    rounded: Floats = (np.round(scaled / _EMBEDDING_STEP) * _EMBEDDING_STEP).astype(np.float32)
    return rounded


def weights(rows: ArrayLike) -> Floats:
    """Weight rows (k, d), each rounded so that its dot products with `unit` vectors are exact; relative error 2^-12."""
    matrix = np.asarray(rows, dtype=np.float64)
    norms = np.sqrt(np.add.reduce(matrix * matrix, axis=-1, keepdims=True))
    step = np.exp2(np.ceil(np.log2(np.maximum(norms, _LEAST_NORM))) - _WEIGHT_BITS)
    rounded: Floats = (np.rint(matrix / step) * step).astype(np.float32)
    return rounded
