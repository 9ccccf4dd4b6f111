"""Given labels of a batch -> blocks of texts that are scored together, the same however the stream is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

_FIRST_TEXTS = 1_000
_FIRST_BLOCK_TEXTS = 50
_LATER_BLOCK_TEXTS = 1_000
_SCORED_TEXTS = 256
"""Most texts that are scored together: all pairs of them are compared."""


def ends_block(texts: int) -> bool:
    """Whether a block always ends after so many texts of the stream; refits that texts make due fall there."""
    return texts % (_FIRST_BLOCK_TEXTS if texts <= _FIRST_TEXTS else _LATER_BLOCK_TEXTS) == 0


def blocks(labels: Sequence[str | None], first: int) -> Iterator[slice]:
    """The rows of each block of a batch that follows the first ``first`` texts; a text with its label stands alone.

    >>> list(blocks([None, None, "spam", None], first=49))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    starts = [0]
    for row in range(1, len(labels)):
        alone = labels[row] is not None or labels[row - 1] is not None
        if alone or ends_block(first + row) or row - starts[-1] == _SCORED_TEXTS:
            starts.append(row)
    return (slice(start, end) for start, end in pairwise([*starts, len(labels)]) if end > start)
