"""Seed and position -> uniform number: the same however the stream is cut, with nothing to save.

SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"), read at any position.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np

from stream.records import Doubles, Integers

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_GAMMA = 0x9E37_79B9_7F4A_7C15


def uniform(seed: int, positions: Integers) -> Doubles:
    """One number in [0, 1) for each position, (n,); `draw` gives the same ones singly."""
    counters = np.atleast_1d(positions).astype(np.uint64) + np.uint64(1)
    words = _mixed(counters * np.uint64(_GAMMA) + np.uint64(seed & _MASK))
    drawn: Doubles = (words >> np.uint64(11)) * 2.0**-53
    return drawn


def draw(seed: int, position: int) -> float:
    """One number in [0, 1).

    >>> draw(7, 3) == uniform(7, np.array([3])).item()
    True
    """
    word: int = _mixed((seed + (position + 1) * _GAMMA) & _MASK)
    return (word >> 11) * 2.0**-53


def fork(seed: int, purpose: str) -> int:
    """A seed of its own for one purpose, so that no two purposes ever draw the same numbers."""
    return int.from_bytes(blake2b(f"{seed}/{purpose}".encode(), digest_size=8).digest())


def _mixed(words: Any) -> Any:
    """An int below 2^64, or an array uint64: one formula for both."""
    words = ((words ^ (words >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
    words = ((words ^ (words >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
    return words ^ (words >> 31)
