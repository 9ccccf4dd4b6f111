"""The learner's process: what a step writes at once, what it sets aside, and who else may run."""

from __future__ import annotations

from threading import Event, Thread

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from services.edges import batches, topics
from services.edges.dead_letters import read_dead_letters, replay_dead_letters
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import Fenced, JournalBusy, JournalError, Message
from services.edges.metrics import Metrics
from services.intake.embedded import Intake
from services.learner import LearnerProcess
from stream.model.base import RefitJob
from stream.records import ClassNames, Entry, OutcomeKind, Reason, Verdict
from tests.services.worlds import ENCODER, EXPIRE_SECONDS, NOON, Service, learner_with

DAY = 86_400.0


def drain(process: LearnerProcess) -> None:
    while process.step(0.0):
        pass


def kinds(service: Service) -> list[OutcomeKind]:
    return [outcome.outcome for outcome in service.outcomes()]


class Poisoned:
    """A refit that finds numbers which are not finite."""

    size = 1

    def __init__(self, job: RefitJob) -> None:
        self._head = job.run()

    def run(self) -> Entry:
        fields, arrays = self._head
        return Entry(fields, {name: np.full_like(array, np.nan) for name, array in arrays.items()})

    def save(self) -> Entry:
        return Entry()


def test_each_text_is_decided_and_asked_about_under_its_own_name(service: Service) -> None:
    service.texts("lost card", "refund please")
    process = service.process()

    assert process.step(0.0) == 1
    assert [(each.origin, each.verdict, each.reason, each.decided_at) for each in service.decisions()] == [
        ("cluster/topic/0/0", Verdict.ASK, Reason.COLD_START, NOON),
        ("cluster/topic/0/1", Verdict.ASK, Reason.COLD_START, NOON),
    ]
    first, second = service.requests().values()
    assert first is not None
    assert second is not None
    assert (first.text, second.text, first.expires_at) == ("lost card", "refund please", NOON + EXPIRE_SECONDS)


def test_all_that_a_step_does_is_written_in_one_commit(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    service.answer(service.open()[0], "card_lost")
    service.texts("refund please")
    journal, written = service.journal, [topics.DECISIONS, topics.LABEL_REQUESTS, topics.LABEL_OUTCOMES]
    positions = {(topic, 0): journal.bounds(topic)[topic, 0][1] for topic in [*written, topics.LEARNER_STATE]}

    assert process.step(0.0) == 2
    records = journal.read(positions, 1_000)
    assert len({record.time for record in records}) == 1
    assert {record.topic for record in records} == {*written, topics.LEARNER_STATE}
    assert [record.value is None for record in records if record.topic == topics.LABEL_REQUESTS] == [True, False]
    assert {record.key for record in records} >= {b"position/items/0", b"position/labels/0", b"budget", b"window"}


def test_a_step_without_news_writes_nothing(service: Service) -> None:
    process = service.process()
    process.step(0.0)

    assert service.state() == {}


def test_counters_rise_to_what_was_written(service: Service) -> None:
    process = service.process(learner_with(budget__fraction=0.5, budget__audit_share=0.4))
    for text in range(0, 60, 20):
        service.texts(*[f"text {number}" for number in range(text, text + 20)])
        process.step(0.0)
    for request_id in service.open()[:3]:
        service.answer(request_id, "card_lost")
    drain(process)

    decided = service.decisions()
    for verdict, reason in {(each.verdict, each.reason) for each in decided}:
        count = sum((each.verdict, each.reason) == (verdict, reason) for each in decided)
        assert service.sample("decisions_total", verdict=verdict, reason=reason) == count
    audits = sum(each.verdict is Verdict.AUDIT for each in decided)
    assert service.sample("label_requests_total", verdict="AUDIT") == audits > 0
    assert service.sample("label_requests_open") == len(service.open())
    assert service.sample("labels_total", outcome="learned") == 3


def test_the_time_from_a_request_to_its_label_is_measured(service: Service) -> None:
    service.texts("lost card", "refund please")
    process = service.process()
    process.step(0.0)
    service.now += 25.0
    service.answer(service.open()[0], "card_lost")
    service.answer(service.open()[1], None)
    process.step(0.0)

    assert service.sample("verification_latency_seconds_count") == 1
    assert service.sample("verification_latency_seconds_sum") == 25.0


def test_an_unreadable_label_is_set_aside_and_the_next_one_is_learned(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    service.journal.append([Message(topics.LABELS, b"{", key=b"r"), Message(topics.LABELS, None, key=b"r")])
    service.answer(service.open()[0], "card_lost")
    drain(process)

    letters = read_dead_letters(service.journal)
    assert [(letter.topic, letter.reason) for letter in letters] == [("labels", "not_json")] * 2
    assert service.sample("dead_letters_total", topic="labels", reason="not_json") == 2
    assert kinds(service) == [OutcomeKind.LEARNED]


def test_an_unreadable_batch_is_set_aside_and_the_next_one_is_decided(service: Service) -> None:
    process = service.process()
    service.texts("lost card")
    service.journal.append([Message(topics.ITEMS, b"no arrow")])
    service.texts("refund please")
    drain(process)

    assert [(letter.topic, letter.reason) for letter in read_dead_letters(service.journal)] == [("items", "not_arrow")]
    assert len(service.decisions()) == 2


def test_missing_texts_end_the_process_before_it_writes_anything(service: Service) -> None:
    process = service.process()
    service.texts("lost card")
    drain(process)
    service.skip_texts(4)
    service.texts("refund please")

    told = r"of cluster/topic/0 from offset 1 to 4; .* `sluice command accept-gap cluster/topic/0 5` and start"
    with pytest.raises(JournalError, match=told):
        process.step(0.0)
    assert len(service.decisions()) == 1


def test_requests_expire_with_a_tombstone_and_their_labels_are_late(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    (request_id,) = service.open()
    service.now += EXPIRE_SECONDS
    assert process.step(0.0) == 0
    assert service.requests() == {request_id: None}

    service.answer(request_id, "card_lost")
    process.step(0.0)
    assert kinds(service) == [OutcomeKind.LATE]
    assert process.learner.parts.knowledge.model.classes == ()


def test_a_closed_list_of_classes_rejects_other_labels(service: Service) -> None:
    process = service.process(learner_with(task__classes=["card_lost"], task__closed=True))
    service.texts("lost card")
    process.step(0.0)
    (request_id,) = service.open()
    service.answer(request_id, "refund")
    process.step(0.0)
    assert service.open() == [request_id]

    service.answer(request_id, "card_lost")
    process.step(0.0)
    assert kinds(service) == [OutcomeKind.REJECTED, OutcomeKind.LEARNED]
    assert service.open() == []


def test_texts_of_another_encoder_are_set_aside_and_decided_once_they_are_replayed(service: Service) -> None:
    process, foreign = service.process(), HashingEncoder("16")
    names = ClassNames(("refund",), foreign.encode(["refund"]), "digest")
    service.texts("a fee?")
    service.journal.append([Message(topics.ITEMS, batches.encode_classes(names, foreign.name))])
    service.texts("lost card", "refund please", labels=["card_lost", None], encoder=foreign)
    service.journal.append([Message(topics.ITEMS, service.records(topics.ITEMS)[-1].value)])
    service.texts("where is it?")
    drain(process)

    assert [each.origin for each in service.decisions()] == ["cluster/topic/0/0", "cluster/topic/0/3"]
    letters = read_dead_letters(service.journal)
    assert [(each.topic, each.reason, each.origin) for each in letters] == [
        ("texts", "other_encoder", "cluster/topic/0/1"),
        ("texts", "other_encoder", "cluster/topic/0/2"),
    ]
    assert service.sample("dead_letters_total", topic="texts", reason="other_encoder") == 2

    replay_dead_letters(service.journal, letters)
    with Intake(service.journal, ENCODER, (), Metrics(CollectorRegistry())) as intake:
        intake.step(0.0)
    drain(process)
    assert len(service.decisions()) == 4
    assert process.learner.parts.knowledge.model.classes == ("card_lost",)


def test_a_second_process_is_refused_while_the_first_lives(service: Service) -> None:
    process = service.process()
    with pytest.raises(JournalBusy, match="already has a learner"):
        service.process(wait=False)
    process.close()
    service.process(wait=False).close()


def test_what_was_learned_with_another_encoder_is_not_gone_on_with(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    process.close()

    with pytest.raises(JournalError, match="taught with encoder hashing:32, not hashing:16"):
        service.process(encoder="hashing:16")


def test_a_process_that_lost_its_name_commits_nothing_and_counts_nothing(service: Service) -> None:
    paused, counts = service.process(), service.registry
    (service.directory / "learner.lock").unlink()
    successor = service.process(wait=False)
    service.texts("lost card")

    with pytest.raises(Fenced):
        paused.step(0.0)
    assert (service.decisions(), service.open(), service.state()) == ([], [], {})
    assert counts.get_sample_value("sluice_decisions_total", {"verdict": "ASK", "reason": "cold_start"}) == 0
    successor.step(0.0)
    assert len(service.decisions()) == 1


def test_a_large_refit_runs_in_the_thread_while_texts_are_decided(service: Service) -> None:
    process = service.process(inline_refit_size=0)
    service.texts("lost card", labels=["card_lost"])
    process.step(0.0)
    assert process.learner.job is not None
    assert service.sample("model_updates_total") == 0

    service.finish_refit(process)
    assert process.learner.job is None
    assert service.state()["job"] is None
    assert service.sample("model_version") == process.learner.version == 2


def test_a_refit_that_went_wrong_is_refused_and_the_flow_goes_on(service: Service) -> None:
    process = service.process(inline_refit_size=0)
    service.texts("lost card", labels=["card_lost"])
    process.step(0.0)
    job = process.learner.job
    assert job is not None
    process.close()
    process = service.process()
    process.learner.parts.knowledge.job = Poisoned(job)
    service.texts("refund please")
    process.step(0.0)

    assert service.sample("model_updates_total") == 0
    assert (process.learner.job, service.decisions()[-1].label) == (None, "card_lost")


def test_the_window_outlives_the_texts_that_items_keeps(service: Service) -> None:
    process = service.process(learner_with(requests__expire_seconds=30 * DAY))
    service.texts("lost card", "refund please")
    process.step(0.0)
    window = process.learner.parts.window.last(1_000).copy()
    service.now += 1.6 * DAY
    process.step(0.0)
    service.journal.tidy(service.now + 2 * DAY)
    process.close()

    assert service.records(topics.ITEMS) == []
    assert np.array_equal(service.process().learner.parts.window.last(1_000), window)


def test_it_runs_until_it_is_told_to_stop_and_then_gives_its_name_up(service: Service) -> None:
    process, stop = service.process(), Event()
    thread = Thread(target=process.run, args=(stop,))
    thread.start()
    service.texts("lost card")
    assert service.journal.read({(topics.DECISIONS, 0): 0}, 1, wait=60.0)
    stop.set()
    service.texts("refund please")
    thread.join()

    service.process(wait=False).close()
