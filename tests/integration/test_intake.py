"""The intake on a real Kafka: every committed text arrives, none unnoticed is left out, and what cannot be is told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from services.edges.batches import ClassesBatch, ItemsBatch
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import JournalError
from services.edges.settings import KafkaSettings
from stream.records import Floats
from tests.integration.intake_worlds import Process, Reader, Topics, running, stream
from tests.services.intake.fragile import Fragile
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


class Slow(HashingEncoder):
    """Encodes once it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.allowed = Event(), Event()

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked.set()
        assert self.allowed.wait(60)
        return super().encode(texts)


def test_texts_of_all_partitions_arrive_once_in_ranges_that_chain(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    for partition in range(4):
        topics.write([b"text %d of %d" % (number, partition) for number in range(500)], partition)
    topics.write([b"\xff", None], partition=2)
    with running(kafka, classes=["lost card", "refund"]) as intake:
        topics.write([b"last %d" % number for number in range(100)], partition=2)
        reader.wait(2_100)
        wait_for(lambda: reader.poll() and len(reader.letters) == 2)
    assert len(set(reader.texts)) == 2_100
    assert reader.arrivals.repeats == 0
    first, *rest = reader.batches
    assert isinstance(first, ClassesBatch)
    assert first.names.names == ("lost card", "refund")
    for partition in range(4):
        covered = [
            batch.items.covered[f"{intake.source.identity}/{partition}"]
            for batch in rest
            if isinstance(batch, ItemsBatch) and f"{intake.source.identity}/{partition}" in batch.items.covered
        ]
        assert covered[0][0] == 0
        assert all(before[1] == after[0] for before, after in pairwise(covered))
        assert covered[-1][1] == (602 if partition == 2 else 500)
    assert [letter.origin for letter in reader.letters] == [f"{intake.source.identity}/2/{n}" for n in (500, 501)]
    assert [letter.reason.value for letter in reader.letters] == ["not_utf8", "missing_text"]
    assert intake.metrics.registry.get_sample_value("sluice_texts_total", {"source": "other"}) == 2_100
    assert topics.committed(intake.source.group) == {0: 500, 1: 500, 2: 602, 3: 500}


def test_what_was_aborted_never_arrives_and_does_not_hold_up_the_commits(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    with running(kafka) as intake:
        topics.write([b"first"])
        reader.wait(1)
        topics.transact([b"aborted %d" % number for number in range(20)], abort=True)
        topics.transact([b"committed"])
        last = topics.write([b"last"])[0]
        reader.wait(3)
    assert reader.texts == ["first", "committed", "last"]
    assert topics.committed(intake.source.group)[0] == last + 1


def test_texts_of_an_open_transaction_wait_for_its_end(kafka: KafkaSettings, topics: Topics, reader: Reader) -> None:
    producer = topics.begin([b"in doubt"])
    with running(kafka) as intake:
        topics.write([b"behind it"])
        topics.write([b"elsewhere"], partition=1)
        reader.wait(1)
        assert reader.texts == ["elsewhere"]
        producer.commit_transaction()
        producer.close()
        reader.wait(3)
    assert reader.texts == ["elsewhere", "in doubt", "behind it"]
    assert intake.worker.progressing()


def test_markers_behind_the_last_text_are_accounted_for_so_that_their_loss_is_no_gap(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    topics.transact([b"only"])
    with running(kafka, idle_seconds=0.5) as intake:
        reader.wait(1)
        partition = f"{intake.source.identity}/0"
        wait_for(lambda: reader.poll() and any(each.get(partition) == (1, 2) for each in reader.covered))
        wait_for(lambda: topics.committed(intake.source.group).get(0) == 2)
    topics.drop(0, before=2)
    topics.write([b"after a week"])
    with running(kafka):
        reader.wait(2)


def test_texts_that_were_dropped_before_they_were_read_stop_the_intake(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    with running(kafka):
        topics.write([b"read"])
        reader.wait(1)
    topics.write([b"dropped"] * 4)
    topics.drop(0, before=4)
    with running(kafka, wait=False) as intake, pytest.raises(JournalError, match="texts 1 to 3 of partition 0"):
        intake.ended.result(30)
    assert reader.poll() == 1


def test_a_group_that_does_not_settle_stops_the_intake(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch, topics: Topics
) -> None:
    monkeypatch.setattr("services.intake.worker._STUCK_SECONDS", 1.5)
    with running(kafka) as intake:
        app = intake.worker._app
        monkeypatch.setattr(app, "on_rebalance_end", lambda: None)  # on a busy machine the first one may end only now
        app.on_rebalance_start()
        with pytest.raises(JournalError, match="did not settle for 2 s"):
            intake.ended.result(20)


@pytest.mark.parametrize("kept", [10, 0])
def test_texts_that_are_dropped_while_the_intake_is_behind_stop_it(
    kafka: KafkaSettings, topics: Topics, reader: Reader, kept: int
) -> None:
    encoder, end = Slow(), 15_000 - kept
    with running(kafka, encoder, idle_seconds=0.5) as intake:
        topics.write(
            [b"%05d" % number + b" much text" * 100 for number in range(15_000)]
        )  # far more than is read ahead
        topics.drop(0, before=end)
        encoder.allowed.set()
        with pytest.raises(JournalError, match=rf"texts \d+ to {end - 1} of partition 0"):
            intake.ended.result(120)
    reader.poll()
    assert not [text for text in reader.texts if text >= f"{end}"]


@pytest.mark.parametrize("texts", [10, 5_000], ids=["fewer than the new one's", "more, under load"])
def test_a_topic_that_is_created_anew_stops_the_intake_and_the_next_one_reads_it_from_its_start(
    kafka: KafkaSettings, topics: Topics, reader: Reader, texts: int
) -> None:
    with running(kafka) as intake:
        old = intake.source.identity
        topics.write([b"old"] * texts)
        reader.wait(10)
        topics.recreate()
        topics.write([b"new %d" % number for number in range(100)])
        with pytest.raises(JournalError, match=r"texts was deleted and created anew|there is no topic"):
            intake.ended.result(30)
    reader.poll()
    assert set(reader.texts) == {"old"}
    assert all(origin.startswith(old) for origin in reader.origins)
    before = len(reader.texts)
    with running(kafka):
        reader.wait(before + 100)
    assert reader.texts[before:] == [f"new {number}" for number in range(100)]


def test_a_text_that_cannot_be_embedded_is_set_aside_alone(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    topics.write([b"good", b"poison", b"good too"])
    with running(kafka, Fragile()):
        reader.wait(2)
        wait_for(lambda: reader.poll() and reader.letters)
    assert [letter.reason.value for letter in reader.letters] == ["encoder_failed"]


def test_an_encoder_that_embeds_nothing_stops_the_intake_and_no_text_is_lost(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    topics.write([b"waits"])
    encoder = Fragile()
    encoder.broken = True
    with running(kafka, encoder) as intake, pytest.raises(JournalError, match="cannot embed any text"):
        intake.ended.result(30)
    assert topics.committed(intake.source.group) == {0: 0}
    with running(kafka):
        reader.wait(1)


def test_the_event_loop_goes_on_while_texts_are_encoded_and_they_count_as_lag(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    encoder = Slow()
    with running(kafka, encoder) as intake:
        topics.write([b"slow"])
        wait_for(encoder.asked.is_set)
        assert intake.loop_answers()
        wait_for(lambda: intake.lag == 1)
        encoder.allowed.set()
        reader.wait(1)
        wait_for(lambda: intake.lag == 0)


def test_workers_that_come_and_go_share_the_partitions_and_lose_nothing(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    with running(kafka) as first:
        for number in range(4):
            topics.write([b"text %d" % number] * 500, number)
        with running(kafka, wait=False) as second, running(kafka, wait=False) as third:
            wait_for(lambda: sorted(len(each.partitions) for each in (first, second, third)) == [1, 1, 2])
            for number in range(4):
                topics.write([b"more %d" % number] * 500, number)
            reader.wait(4_000)
        for number in range(4):
            topics.write([b"last %d" % number] * 500, number)
        reader.wait(6_000)
    assert len(reader.texts) == 6_000


def test_killed_and_restarted_processes_lose_no_text_and_a_signal_ends_them_in_good_order(
    kafka: KafkaSettings, topics: Topics, reader: Reader, tmp_path: Path
) -> None:
    killed, other = Process(kafka, tmp_path / "killed"), Process(kafka, tmp_path / "other")
    with stream(topics, 8_000) as expected:
        reader.wait(2_000)
        killed.kill()
        restarted = Process(kafka, tmp_path / "restarted")
        wait_for(lambda: reader.poll() and expected <= set(reader.texts))
    assert len(reader.texts) == len(expected)
    wait_for(lambda: "assigned" in restarted.told)
    assert restarted.terminate(10) == 0
    assert other.terminate(10) == 0
    assert '"level": "error"' not in restarted.told + other.told


def test_without_a_broker_the_process_ends_at_once_and_says_so(tmp_path: Path) -> None:
    process = Process(KafkaSettings(bootstrap="127.0.0.1:9"), tmp_path / "log")
    assert process.wait(20) == 1
    assert process.told.startswith("error: no Kafka answers at 127.0.0.1:9")
    assert len(process.told.splitlines()) == 1
