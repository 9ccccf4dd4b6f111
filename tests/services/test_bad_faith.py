"""A source that floods and a reviewer who guesses -> a bounded share of the budget, and a name that stands out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest

from services.edges import states
from stream.budget.source_shares import GRACE
from stream.records import Decision, Floats, Items, Reason, Verdict
from tests.services.worlds import ENCODER, Service, learner_with

HONEST, FLOOD = "mail", "flood"
CLASSES = {"card_lost": "my card is lost or stolen", "refund": "please refund the money", "fee": "what is this fee for"}
_BATCH = 100


def vague(count: int) -> Floats:
    """Texts that say what two classes say: no other is less certain."""
    return np.repeat(ENCODER.encode([f"{CLASSES['card_lost']} {CLASSES['refund']}"]), count, axis=0)


def flooded(service: Service, share: float, strategy: str) -> list[Decision]:
    """Nine texts in ten come from one source, all as uncertain as can be; the others are ordinary."""
    process = service.process(
        learner_with(
            budget__fraction=0.2, budget__source_share=share, budget__audit_share=0.0,
            learner__skip_near_duplicates=False, learner__strategy=strategy, task__classes=list(CLASSES),
        )
    )  # fmt: skip
    service.texts(*CLASSES.values(), labels=list(CLASSES))
    for batch in range(10):
        sources = [HONEST if row % 10 == 0 else FLOOD for row in range(_BATCH)]
        texts = [f"{list(CLASSES.values())[row % 3]} {batch} {row}" for row in range(_BATCH)]
        embeddings = np.where((np.array(sources) == FLOOD)[:, None], vague(_BATCH), ENCODER.encode(texts))
        start = 3 + batch * _BATCH
        origins = [f"cluster/topic/0/{start + row}" for row in range(_BATCH)]
        ids = [f"{source} {origin}" for source, origin in zip(sources, origins, strict=True)]
        covered = {"cluster/topic/0": (start, start + _BATCH)}
        times = [service.now] * _BATCH
        service.items(Items(origins, ids, texts, embeddings, [None] * _BATCH, sources, covered, times))
    while process.step(0.0):
        pass
    return service.decisions()[len(CLASSES) :]


def asked_of(decisions: list[Decision]) -> Counter[str]:
    return Counter(each.id.split()[0] for each in decisions if each.verdict is not Verdict.SKIP)


@pytest.mark.parametrize("strategy", ["typical_margin", "margin"])
def test_a_flood_of_the_most_uncertain_texts_takes_its_share_of_the_requests_and_no_more(
    service: Service, strategy: str
) -> None:
    decisions = flooded(service, 0.5, strategy)
    asked = asked_of(decisions)
    assert asked[FLOOD] <= 0.5 * asked.total() + GRACE
    assert asked[HONEST] >= 0.5 * asked.total() - GRACE
    assert any(each.reason is Reason.SOURCE_LIMIT for each in decisions)
    assert 100 < asked.total() <= 0.2 * len(decisions)


def test_without_a_share_it_takes_nearly_all_of_them(service: Service) -> None:
    asked = asked_of(flooded(service, 1.0, "margin"))
    assert asked[FLOOD] > 0.8 * asked.total()


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Three reviewers answered some 100 requests each: eve guesses."""
    service, random = Service(tmp_path_factory.mktemp("data")), Random(1)
    process = service.process(learner_with(task__classes=list(CLASSES), learner__skip_near_duplicates=False))
    service.texts(*CLASSES.values(), labels=list(CLASSES))
    for turn in range(300):
        label, text = list(CLASSES.items())[turn % 3]
        service.texts(f"{text} {turn}")
        process.step(0.0)
        reviewer = ("ann", "bob", "eve")[random.randrange(3)]
        given = random.choice(list(CLASSES)) if reviewer == "eve" else label
        service.answer(service.open()[-1], given, reviewer)
        process.step(0.0)
    process.close()
    yield service
    service.journal.close()


def test_a_reviewer_who_guesses_stands_out_in_the_status_and_in_the_metrics(answered: Service) -> None:
    told = json.loads(json.dumps(dict(states.decode(answered.state()["status"] or b"").fields["reviewers"])))
    assert next(iter(told)) == "eve"
    assert told["eve"]["agreement"] < 0.8
    assert [told[name]["agreement"] for name in ("ann", "bob")] == [1.0, 1.0]
    assert sum(standing["answers"] for standing in told.values()) == 300
    assert answered.sample("reviewer_agreement_ratio") == told["eve"]["agreement"]


def test_after_a_restart_the_same_one_stands_out(answered: Service) -> None:
    told = states.decode(answered.state()["status"] or b"").fields["reviewers"]
    process = answered.process()
    assert {name: each._asdict() for name, each in process.learner.parts.knowledge.examples.reviewers().items()} == told
    assert answered.sample("reviewer_agreement_ratio") == told["eve"]["agreement"]
