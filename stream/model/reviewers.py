"""Reviewers' answers beside the model's predictions -> how far each reviewer is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import exp, log, sqrt
from typing import NamedTuple

_BLOCK = 50
_ERRORS = 2.0
_LEAST = 0.05


class Answer(NamedTuple):
    """Who answered, and whether the answer is what the model had predicted."""

    reviewer: str
    agrees: bool


class Standing(NamedTuple):
    """One reviewer: how many answers were compared with a prediction, and their weight, below 1 for who stands out."""

    answers: int
    agreement: float


def standings(answers: Sequence[Answer]) -> dict[str, Standing]:
    """How each reviewer stands, from all answers in the order in which they came; who agrees least comes first."""
    counts, weights = Counter(each.reviewer for each in answers), reviewer_weights(answers)
    least_first = sorted(weights, key=lambda reviewer: (weights[reviewer], reviewer))
    return {reviewer: Standing(counts[reviewer], weights[reviewer]) for reviewer in least_first}


def reviewer_weights(answers: Sequence[Answer]) -> dict[str, float]:
    """The weight of each reviewer's examples, 0.05 to 1, from all answers in the order in which they came.

    Whoever errs agrees less often with predictions that were made without the answer. A weight is the ratio of a
    reviewer's rate of agreement to that of all others (Mantel and Haenszel 1959), within blocks of 50 answers, for the
    model gets better with time; or rather what that ratio is at most, two standard errors above (Greenland and Robins
    1985). So it is exactly 1 for a single reviewer, on little evidence, and for all who agree as often as others.
    """
    blocks = [(Counter(block), Counter(each.reviewer for each in block)) for block in _blocks(answers)]
    return {reviewer: _weight(reviewer, blocks) for reviewer in sorted({each.reviewer for each in answers})}


def _blocks(answers: Sequence[Answer]) -> Iterator[Sequence[Answer]]:
    return (answers[start : start + _BLOCK] for start in range(0, len(answers), _BLOCK))


def _weight(reviewer: str, blocks: Sequence[tuple[Counter[Answer], Counter[str]]]) -> float:
    own, others, spread = 0.5, 0.5, 0.0  # half an answer each, so that who never agrees has a ratio too
    for agreeing, answered in blocks:
        total, own_answers = answered.total(), answered[reviewer]
        own_agreeing = agreeing[Answer(reviewer, True)]
        others_agreeing = sum(count for answer, count in agreeing.items() if answer.agrees) - own_agreeing
        others_answers = total - own_answers
        own += own_agreeing * others_answers / total
        others += others_agreeing * own_answers / total
        both = (own_agreeing + others_agreeing) * own_answers * others_answers
        spread += (both - own_agreeing * others_agreeing * total) / total**2
    bound = log(own / others) + _ERRORS * sqrt(spread / (own * others))
    return min(1.0, max(_LEAST, exp(bound)))
