"""A question tells a reviewer what was predicted; its answer teaches what was asked about."""

from __future__ import annotations

import numpy as np

from stream.pending import PendingRequest
from stream.questions import answered, questions
from stream.records import Decision, Reason, Request, Verdict

NOON = 1_738_324_800.0
DECISION = Decision(
    "t7", "cluster/topic/0/7", "refund", 0.5, 0.75, 0.25, Verdict.ASK, Reason.UNCERTAIN, 0.125, 3, NOON
)  # fmt: skip
CLASSES = ("a", "b", "c", "d", "e", "f")


def asked(classes: tuple[str, ...], probabilities: list[float]) -> Request:
    (request,) = questions([DECISION], ["where is it?"], classes, np.array([probabilities]), "margin", 60.0)
    return request


def test_a_question_carries_what_was_decided_and_when_it_ends() -> None:
    assert asked(("refund",), [1.0]) == Request(
        request_id="56353d30e6e6bad3175c47c9f3a51121",
        origin="cluster/topic/0/7",
        text_id="t7",
        text="where is it?",
        suggestions=(("refund", 1.0),),
        verdict=Verdict.ASK,
        reason=Reason.UNCERTAIN,
        utility=0.75,
        threshold=0.25,
        strategy="margin",
        query_probability=0.125,
        asked_at=NOON,
        expires_at=NOON + 60.0,
    )


def test_the_five_likeliest_classes_are_suggested_best_first_and_equals_in_their_order() -> None:
    suggestions = asked(CLASSES, [0.1, 0.3, 0.05, 0.1, 0.4, 0.05]).suggestions

    assert suggestions == (("e", 0.4), ("b", 0.3), ("a", 0.1), ("d", 0.1), ("c", 0.05))


def test_before_any_class_is_known_nothing_is_suggested() -> None:
    assert asked((), []).suggestions == ()


def test_an_answer_makes_an_example_of_what_was_predicted_with() -> None:
    request, embedding = asked(CLASSES, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]), np.ones(2, np.float32)

    example = answered(PendingRequest(request, embedding, "a"), "b", "ann")

    assert (example.key, example.text, example.label) == (request.request_id, "where is it?", "b")
    assert (example.reviewer, example.predicted, example.verdict) == ("ann", "a", Verdict.ASK)
    assert example.embedding is embedding
