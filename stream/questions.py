"""A decision to ask -> the question that a reviewer sees, and the example that its answer makes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import numpy as np

from stream.pending import PendingRequest
from stream.records import Decision, Doubles, Example, Request

_SUGGESTIONS = 5


@lru_cache(maxsize=256)  # wanted twice for each text of a block that is asked about
def request_id_of(origin: str) -> str:
    """The id of a request about the text of this origin."""
    return sha256(origin.encode()).hexdigest()[:32]


def questions(
    decisions: Sequence[Decision],
    texts: Sequence[str],
    classes: Sequence[str],
    probabilities: Doubles,
    strategy: str,
    expire_seconds: float,
) -> list[Request]:
    """The requests for n texts with these class probabilities, (n, k); each one's id derives from its text's origin."""
    likely = (-probabilities).argsort(axis=1, kind="stable")[:, :_SUGGESTIONS]
    shares = probabilities[np.arange(len(likely))[:, None], likely].tolist()
    names = [[classes[column] for column in columns] for columns in likely.tolist()]
    return [
        Request(
            request_id=request_id_of(decision.origin),
            origin=decision.origin,
            text_id=decision.id,
            text=text,
            suggestions=tuple(zip(*suggested, strict=True)),
            verdict=decision.verdict,
            reason=decision.reason,
            utility=decision.utility,
            threshold=decision.threshold,
            strategy=strategy,
            query_probability=decision.query_probability,
            asked_at=decision.decided_at,
            expires_at=decision.decided_at + expire_seconds,
        )
        for decision, text, *suggested in zip(decisions, texts, names, shares, strict=True)
    ]


def answered(waiting: PendingRequest, label: str, reviewer: str) -> Example:
    """The example that an answer to this request makes."""
    request = waiting.request
    return Example(
        request.request_id, request.text, waiting.embedding, label, reviewer, waiting.predicted, request.verdict,
        request.text_id,
    )  # fmt: skip
