"""Labels and classes -> when a refit asks its examples whether unlabelled texts help it, and what they said."""

from __future__ import annotations

from typing import NamedTuple

SHARES = (1.0, 0.0)
"""What the usual mass of the unlabelled texts may be multiplied by: they are let in, or they are not."""
_FIRST_LABELS = 50
_LABELS_PER_CLASS = 20


class Unlabelled(NamedTuple):
    """The ``share`` of their usual mass, and how many ``labels`` it was chosen by: none for the usual one."""

    share: float = 1.0
    labels: int = 0

    def due(self, labels: int, classes: int) -> bool:
        """Whether it is to be chosen anew: from 50 labels and 20 for each class on, each time they doubled.

        Where classes have few labels the unlabelled texts are needed most, and a part of the labels cannot tell.
        """
        return labels >= max(_FIRST_LABELS, _LABELS_PER_CLASS * classes, 2 * self.labels)


LET_IN = Unlabelled()
"""Before there is evidence."""
