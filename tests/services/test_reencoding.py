"""A learner told to change its encoder -> the next one goes on with all that was learned, under the other encoder."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pytest

from services.edges import batches, states, topics
from services.edges.batches import ReencodedBatch
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import JournalError, Message
from services.edges.saved_state import saved_state
from services.learner import LearnerProcess
from stream.records import OutcomeKind, State
from stream.reencoding import kept_texts
from tests.services.commanded import OTHERS, SECRET, answers, done, drain, outcome, taught, tell
from tests.services.worlds import ENCODER, Service, learner_with

OTHER = HashingEncoder("48")
CLASSES = ("card_lost", "refund", "fee")


def embed(service: Service, left_out: Collection[str] = ()) -> int:
    """Write what the other encoder makes of all kept texts; where it stands in `items`."""
    texts = {key: text for key, text in kept_texts(saved_state(service.journal)).items() if key not in left_out}
    written = batches.pack_reencoded(ReencodedBatch(OTHER.name, list(texts), OTHER.encode(list(texts.values()))))
    return service.journal.append([Message(topics.ITEMS, value) for value in written])[0]


def changed(service: Service, process: LearnerProcess) -> LearnerProcess:
    """The process after the one that was told to change its encoder, which ended."""
    tell(service, "rebuild", encoder=OTHER.name, offset=embed(service))
    with pytest.raises(JournalError, match=f"start it again with SLUICE_ENCODER__MODEL={OTHER.name}"):
        drain(process)
    process.close()
    return service.process(encoder=OTHER.name)


def arrays_of_dimension(state: State, dimension: int) -> list[str]:
    return [
        f"{key}: {name}"
        for key, entry in state.items()
        for name, array in entry.arrays.items()
        if array.dtype.kind == "f" and dimension in array.shape
    ]


def lived(service: Service, **settings: object) -> LearnerProcess:
    """A process with examples, a skipped request, open ones, closed ones, alarms and a strategy's memory."""
    process = service.process(learner_with(**settings))
    for start in range(0, 600, 100):
        service.texts(*(f"{OTHERS[place % 4]} {place}" for place in range(start, start + 100)))
        process.step(0.0)
        for place, request_id in enumerate(service.open()):
            if place % 4:
                service.answer(request_id, CLASSES[place % 3] if place % 7 else None)
        drain(process)
    service.texts(SECRET, "refund please", labels=["card_lost", "refund"])
    drain(process)
    return process


@pytest.mark.parametrize("strategy", ["typical_margin", "vessal", "dbalstream", "adaptive", "vote_entropy"])
@pytest.mark.parametrize("model", ["softmax_prototypes", "bagged_prototypes", "nearest_class_mean"])
def test_nothing_of_the_old_encoder_is_left_and_nothing_learned_is_lost(
    service: Service, strategy: str, model: str
) -> None:
    settings = {"learner__strategy": strategy, "learner__model": model, "budget__audit_share": 0.2}
    process = lived(service, **settings)
    before = saved_state(service.journal)
    kept = kept_texts(before)
    process = changed(service, process)
    after = saved_state(service.journal)
    process.close()
    process = service.process(learner_with(**settings), encoder=OTHER.name)

    assert arrays_of_dimension(before, ENCODER.dimension)
    assert arrays_of_dimension(after, ENCODER.dimension) == []
    assert kept_texts(after) == kept
    for each in process.learner.parts.knowledge.examples:
        assert np.array_equal(each.embedding, OTHER.encode([each.text])[0])
    for waiting in process.learner.parts.pending:
        assert np.array_equal(waiting.embedding, OTHER.encode([waiting.request.text])[0])
    assert after["budget"].fields == before["budget"].fields
    service.texts(*(f"{OTHERS[place % 4]} again {place}" for place in range(300)), encoder=OTHER)
    drain(process)
    assert process.learner.texts == 902
    assert set(process.learner.parts.knowledge.model.classes) >= set(CLASSES)


def test_the_model_is_fitted_to_the_examples_as_soon_as_a_text_comes(service: Service) -> None:
    process = changed(service, taught(service))
    service.texts(*OTHERS, encoder=OTHER)
    drain(process)

    assert [each.label for each in service.decisions()[-4:]] == ["refund", "fee", "card_lost", "refund"]
    assert process.learner.parts.knowledge.model.save()["model/head"].fields["classes"]


def test_requests_that_were_open_can_be_answered_afterwards(service: Service) -> None:
    service.texts(SECRET, *OTHERS)
    process = service.process()
    process.step(0.0)
    process = changed(service, process)
    service.answer(service.open()[0], "card_lost")
    drain(process)

    assert [each.outcome for each in answers(service).values() if each] == [OutcomeKind.LEARNED]
    assert len(process.learner.parts.knowledge.examples) == 1


def test_what_follows_the_command_in_its_step_waits_for_the_next_process(service: Service) -> None:
    process = taught(service)
    tell(service, "rebuild", encoder=OTHER.name, offset=embed(service))
    service.texts("one more", encoder=OTHER)
    with pytest.raises(JournalError):
        drain(process)
    decided = len(service.decisions())
    process.close()
    drain(service.process(encoder=OTHER.name))

    assert (decided, len(service.decisions())) == (5, 6)
    assert service.sample("dead_letters_total", topic="texts", reason="other_encoder") == 0.0


def test_the_encoder_stays_while_a_kept_text_is_not_embedded(service: Service) -> None:
    process = taught(service)
    (missing, *_) = kept_texts(saved_state(service.journal))
    offset = embed(service, left_out=[missing])
    result, detail = done(service, process, "rebuild", encoder=OTHER.name, offset=offset)

    assert result == "refused"
    assert f"1 of 5 texts are not embedded by {OTHER.name}" in detail


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"encoder": ENCODER.name}, "is the encoder already"),
        ({"encoder": OTHER.name}, "embeds them first"),
        ({"encoder": OTHER.name, "offset": 0}, "5 of 5 texts are not embedded"),
    ],
)
def test_a_change_without_cause_or_embeddings_is_refused(
    service: Service, arguments: dict[str, object], why: str
) -> None:
    result, detail = done(service, taught(service), "rebuild", **arguments)
    assert (result, why in detail) == ("refused", True)


def test_until_the_setting_is_changed_no_learner_starts(service: Service) -> None:
    process = taught(service)
    command_id = tell(service, "rebuild", encoder=OTHER.name, offset=embed(service))
    with pytest.raises(JournalError):
        drain(process)
    process.close()

    assert outcome(service, command_id)[0] == "done"
    with pytest.raises(JournalError, match=f"start it again with SLUICE_ENCODER__MODEL={OTHER.name}"):
        service.process()


def test_an_end_before_the_state_is_changed_changes_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    process = taught(service)
    tell(service, "rebuild", encoder=OTHER.name, offset=embed(service))
    with pytest.raises(JournalError):
        drain(process)
    process.close()
    with monkeypatch.context() as patched:
        patched.setattr(states, "encode_all", _end)
        with pytest.raises(KeyboardInterrupt):
            service.process(encoder=OTHER.name)
    process = service.process(encoder=OTHER.name)

    assert [each.text for each in process.learner.parts.knowledge.examples] == [SECRET, *OTHERS]


def _end(_: Sequence[object]) -> None:
    raise KeyboardInterrupt
