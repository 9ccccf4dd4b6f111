"""What a broker has that no client can decode, and what grows without end -> a dead letter, and the flow goes on."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from confluent_kafka import Producer

from services.edges import topics as named
from services.edges.dead_letters import Unreadable, contents
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import JournalError, Message, Record
from services.edges.journal.kafka import KafkaJournal
from services.edges.kafka_source import KafkaSource
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from stream.records import Floats
from tests.integration import handmade
from tests.integration.intake_worlds import Process, Reader, Topics, running
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

GZIP = 1
MEGABYTE = 1_000_000
BOMB_BYTES = 100 * MEGABYTE


@pytest.fixture
def process(kafka: KafkaSettings, tmp_path: Path) -> Iterator[Process]:
    process = Process(kafka, tmp_path / "log")
    yield process
    process.kill()


def send(kafka: KafkaSettings, codec: str, *texts: bytes, partition: int = 0) -> None:
    """Write texts as any program may, packed by this codec."""
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap, "compression.type": codec, "message.max.bytes": 2 * BOMB_BYTES}
    )
    for text in texts:
        producer.produce(f"{kafka.topic_prefix}texts", text, partition=partition)
    assert producer.flush(60) == 0


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_texts_that_are_compressed_arrive(kafka: KafkaSettings, reader: Reader, codec: str) -> None:
    expected = [f"text {number} packed by {codec}" for number in range(1_000)]
    send(kafka, codec, *(text.encode() for text in expected))
    with running(kafka):
        reader.wait(1_000)
    assert reader.texts == expected


def peak_megabytes(process: Process) -> float:
    """The most memory that a process ever had."""
    (line,) = [line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) * 1024 / MEGABYTE


def test_bombs_of_100_megabytes_become_dead_letters_and_take_little_memory(
    kafka: KafkaSettings, topics: Topics, reader: Reader, process: Process
) -> None:
    topics.write([b"before"])
    reader.wait(1)
    before = peak_megabytes(process)
    for codec in ("gzip", "lz4", "zstd"):
        send(kafka, codec, bytes(BOMB_BYTES))
        topics.write([b"behind " + codec.encode()])
    tiny = [handmade.record(place, bytes(50)) for place in range(300_000)]
    handmade.produce(kafka.bootstrap, topics.name("texts"), 0, handmade.batch(tiny, codec=GZIP, pack=gzip.compress))
    topics.write([b"last"])
    reader.wait(5)
    wait_for(lambda: reader.poll() and len(reader.letters) == 4)
    assert peak_megabytes(process) - before < 150
    assert process.terminate(10) == 0
    assert reader.texts == ["before", "behind gzip", "behind lz4", "behind zstd", "last"]
    assert {letter.reason for letter in reader.letters} == {"too_large"}
    assert reader.letters[-1].detail.startswith("offsets 7 to 300006: ")


def test_texts_that_cannot_be_decoded_are_set_aside_with_their_coordinates(
    kafka: KafkaSettings, broker: LocalKafka, topics: Topics, reader: Reader
) -> None:
    topics.write([b"first"])
    flipped = [handmade.record(place, b"%d flipped in the log" % place) for place in range(3)]
    handmade.produce(kafka.bootstrap, topics.name("texts"), 0, handmade.batch(flipped))
    topics.write([b"between"])
    odd = [handmade.record(0, b"good"), handmade.record(1, b"odd", [(b"\xff", b"header")])]
    handmade.produce(kafka.bootstrap, topics.name("texts"), 0, handmade.batch(odd))
    topics.write([b"last"])
    handmade.damage(broker.log.parent, topics.name("texts"), 0, b"1 flipped in the log")
    with running(kafka) as intake:
        reader.wait(4)
        wait_for(lambda: reader.poll() and len(reader.letters) == 2)
        wait_for(lambda: topics.committed(intake.source.group).get(0) == 8)
        told = [(letter.origin, letter.reason.value, letter.detail.partition(":")[0]) for letter in reader.letters]
        assert told == [
            (f"{intake.source.identity}/0/3", "undecodable", "offsets 1 to 3"),
            (f"{intake.source.identity}/0/6", "undecodable", "offsets 6 to 6"),
        ]
    assert reader.texts == ["first", "between", "good", "last"]


def test_a_label_that_cannot_be_decoded_stands_where_it_was_and_a_state_ends_its_reader(
    kafka: KafkaSettings, broker: LocalKafka
) -> None:
    with KafkaJournal(kafka) as journal:
        for value in (b"first", b"flipped in the log", b"last"):
            journal.append([Message(named.LABELS, value, b"key")])
            journal.append([Message(named.LEARNER_STATE, value, value)])
        for topic in (named.LABELS, named.LEARNER_STATE):
            handmade.damage(broker.log.parent, f"{kafka.topic_prefix}{topic}", 0, b"flipped in the log")
        read = read_all(journal, named.LABELS)
        assert [record.value for record in read] == [b"first", b"", b"last"]
        with pytest.raises(Unreadable, match=f"offsets {read[1].offset} to {read[1].offset}"):
            contents(read[1])
        with pytest.raises(JournalError, match=r"learner-state is damaged \(offsets"):
            read_all(journal, named.LEARNER_STATE)


class Death(Exception):
    """Ends a worker, as no error of an encoder does."""


class Mortal(HashingEncoder):
    def encode(self, texts: Sequence[str]) -> Floats:
        if any("deadly" in text for text in texts):
            raise Death
        return super().encode(texts)


def test_a_text_over_which_three_workers_end_is_set_aside_and_all_others_arrive_once(
    kafka: KafkaSettings, topics: Topics, reader: Reader
) -> None:
    for partition in range(2):
        topics.write([b"text %d of %d" % (number, partition) for number in range(20)], partition)
    topics.write([b"deadly"], partition=1)
    topics.write([b"last"], partition=1)
    deaths = 0
    for _ in range(10):
        with running(kafka, Mortal(), wait=False) as intake:
            wait_for(lambda worker=intake: worker.ended.done() or reader.poll() >= 41)
            if reader.poll() >= 41:
                break
            with pytest.raises(Death):
                intake.ended.result()
            deaths += 1
    wait_for(lambda: reader.poll() and reader.letters)
    # One more where the first worker had texts of the same partition behind it: from then on it keeps no note.
    assert deaths in (3, 4)
    assert [(letter.value, letter.reason.value) for letter in reader.letters] == [(b"deadly", "killed")]
    assert (len(reader.texts), len(set(reader.texts)), "last" in reader.texts) == (41, 41, True)
    with KafkaSource(kafka) as source:
        assert source.committed() == {0: 20, 1: 22}
        assert set(source.notes().values()) == {""}


def read_all(journal: KafkaJournal, topic: str) -> list[Record]:
    """The three records of a topic."""
    read = journal.read({(topic, 0): 0}, 10, 5.0)
    while len(read) < 3:
        read += journal.read({(topic, 0): read[-1].offset + 1}, 10, 5.0)
    return read
