"""Given labels of a batch -> blocks of texts that are scored together, the same however the stream is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_FIRST_TEXTS = 1_000
_FIRST_BLOCK_TEXTS = 50
_LATER_BLOCK_TEXTS = 1_000
_SCORED_TEXTS = 256
"""Most texts that are scored together: all pairs of them are compared."""
_PART_TEXTS = 500
"""Later blocks consist of parts of so many texts, and these of pieces that are scored together."""


def ends_block(texts: int) -> bool:
    """Whether a block always ends after so many texts of the stream; refits that texts make due fall there."""
    return texts % _block_texts(texts) == 0


def ends_part(texts: int) -> bool:
    """Whether a part of a block always ends there: only there is the reserve for drifts released."""
    return texts % _part_texts(texts) == 0


def blocks(labels: Sequence[str | None], first: int) -> Iterator[slice]:
    """The rows of each block of a batch that follows the first ``first`` texts; a text with its label stands alone.

    >>> list(blocks([None, None, "spam", None], first=49))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    start = 0
    for labelled in [*_labelled(labels), len(labels)]:
        while start < labelled:
            seen = first + start
            end = min(labelled, start + _SCORED_TEXTS, start + _part_texts(seen + 1) - seen % _part_texts(seen + 1))
            yield slice(start, end)
            start = end
        if labelled < len(labels):
            yield slice(labelled, labelled + 1)
            start = labelled + 1


def _labelled(labels: Sequence[str | None]) -> Sequence[int]:
    if labels.count(None) == len(labels):
        return ()
    return [row for row, label in enumerate(labels) if label is not None]


def _part_texts(texts: int) -> int:
    return min(_PART_TEXTS, _block_texts(texts))


def _block_texts(texts: int) -> int:
    """How long the block is to which the text of this number (from 1) belongs."""
    return _FIRST_BLOCK_TEXTS if texts <= _FIRST_TEXTS else _LATER_BLOCK_TEXTS
