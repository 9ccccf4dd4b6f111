"""Answers, and the texts that the learner keeps -> answers that say what they are about: a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from services.edges.messages import LabelMessage
from stream.records import State
from stream.reencoding import named_texts


class AnsweredText(LabelMessage):
    """One answer with its text and that text's id, both empty where nobody keeps them."""

    text_id: str = ""
    text: str = ""

    @classmethod
    def of(cls, label: LabelMessage, text_id: str, text: str) -> Self:
        """The answer, and what it is about."""
        return cls.model_construct(**dict(label), text_id=text_id, text=text)


def with_texts(labels: Sequence[LabelMessage], state: State) -> Iterator[AnsweredText]:
    """Each answer with its text, where its request is open or its skip can be corrected, or it is an example still.

    The learner's state has these on every journal, and nothing of what was forgotten; `label-requests` loses a request
    once that is closed.
    """
    kept = named_texts(state)
    return (AnsweredText.of(label, *kept.get(label.request_id, ("", ""))) for label in labels)
