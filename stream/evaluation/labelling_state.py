"""Labels, stability and drift -> whether more labels are worth it, why, and what the next would gain."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from stream.evaluation.stability import Stability

NEXT_LABELS = 100
_LABELS_PER_CLASS = 3
_PLATEAU_CHANGED = 0.08
_PLATEAU_LABELS = 200


class Labelling(StrEnum):
    """Whether more labels are worth it."""

    COLD = "cold"
    WORTH_IT = "worth_it"
    PLATEAU = "plateau"
    DRIFTED = "drifted"


class LabellingState(NamedTuple):
    """What to think of more labels; ``expected_gain`` is that of the next hundred, in points of accuracy."""

    state: Labelling
    reason: str
    expected_gain: float | None = None


def labelling_state(label_counts: Sequence[int], drifting: Sequence[str], stability: Stability) -> LabellingState:
    """The state, from the labels of each known class, the signals that are in drift, and the refits so far.

    A plateau is said where fewer than 8% of the texts changed their class while the labels doubled: of a hundred runs
    on ten sets 8% were then told so before twice as many labels gained less than a point, and 80% of those that could
    be within twice that point (docs/learning.md). It is never said below 200 labels: a model that has not met its rare
    classes yet is stable too.
    """
    labels, without = sum(label_counts), sum(count == 0 for count in label_counts)
    if not labels:
        return LabellingState(Labelling.COLD, "no label has come back yet")
    if drifting:
        return LabellingState(Labelling.DRIFTED, f"the stream changed: {', '.join(drifting)} rose")
    if labels < _LABELS_PER_CLASS * len(label_counts):
        missing = f", {without} of which have no label yet" if without else ""
        classes = "1 class" if len(label_counts) == 1 else f"{len(label_counts)} classes"
        return LabellingState(Labelling.COLD, f"{labels} label{'s' * (labels > 1)} for {classes}{missing}")
    changed, doubling, expected = stability.changed, stability.doubling_gain, stability.gain_of(NEXT_LABELS, labels)
    if changed is None or doubling is None or expected is None:
        return LabellingState(Labelling.WORTH_IT, "the model is young: what labels gain cannot be told yet")
    because = (
        f"while the labels doubled {changed:.1%} of the texts changed their class, "
        f"and twice as many are expected to gain {100 * doubling:.1f} points"
    )
    flat = changed < _PLATEAU_CHANGED and labels >= _PLATEAU_LABELS
    return LabellingState(Labelling.PLATEAU if flat else Labelling.WORTH_IT, because, round(100 * expected, 2))
