"""Labels of each class -> when a refit asks its examples whether unlabelled texts help it, and what they said."""

from __future__ import annotations

from typing import NamedTuple

from stream.model.cross_validation import NATS, Judged

SHARES = (1.0, 0.0)
"""What the usual mass of the unlabelled texts may be multiplied by: they are let in, or they are not."""
_FIRST_LABELS = 50
_LABELS_OF_EACH_CLASS = 20


class Unlabelled(NamedTuple):
    """The ``share`` of their usual mass, and how many ``labels`` it was chosen by: none for the usual one."""

    share: float = 1.0
    labels: int = 0

    def due(self, labels: int, of_the_rarest: int) -> bool:
        """Whether it is to be chosen anew: from 50 labels, and 20 of each class, on, each time all of them doubled.

        A class with few labels needs the unlabelled texts most, and a part of its labels cannot tell.
        """
        return of_the_rarest >= _LABELS_OF_EACH_CLASS and labels >= max(_FIRST_LABELS, 2 * self.labels)


LET_IN = Unlabelled()
"""Before there is evidence."""


def chosen(judged: Judged) -> float:
    """The one of the `SHARES` that held-out examples speak for.

    They are let in unless the examples are likelier without them by 3 nats, and no fewer are told right: with many
    classes a fit without them is often better in how sure it is, and yet errs more.
    """
    likelier, as_right = judged.nats[1] > judged.nats[0] + NATS, judged.right[1] >= judged.right[0]
    return SHARES[1] if likelier and as_right else SHARES[0]
