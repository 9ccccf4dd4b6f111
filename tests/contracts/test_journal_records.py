"""Every journal: what was appended is read, in order, once, by whoever reads."""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from weakref import ReferenceType, ref

import pytest

from services.edges.journal.base import Journal, JournalError, Message, Record
from services.edges.topics import COMMANDS, ITEMS, LABEL_REQUESTS, LABELS, TEXTS, TOPICS
from tests.contracts.storages import Storage

START = {(LABELS, 0): 0}
PATIENCE_SECONDS = 30.0


class Held:
    """What a caller has in hand."""


def values(records: list[Record]) -> list[bytes | None]:
    return [record.value for record in records]


def read_all(journal: Journal, *places: tuple[str, int]) -> list[Record]:
    positions = {place: journal.bounds(place[0])[place][0] for place in places}
    records = []
    while read := journal.read(positions, 7):
        records += read
        positions |= {(record.topic, record.partition): record.offset + 1 for record in read}
    return records


def test_records_come_back_in_order_and_whole(journal: Journal, other: Journal) -> None:
    headers = (("content-type", b"text/plain"), ("raw", b"\xff\x00"), ("content-type", b"again"))
    before = time.time()

    first = journal.append([Message(LABELS, b"one", key=b"k\xff", headers=headers), Message(LABELS, b"")])
    second = journal.append([Message(LABELS, b"three", key=b"k\xff")])

    records = other.read(START, 10)
    assert [record.offset for record in records] == first + second == sorted({*first, *second})
    assert values(records) == [b"one", b"", b"three"]
    assert [record.key for record in records] == [b"k\xff", None, b"k\xff"]
    assert [record.headers for record in records] == [headers, (), ()]
    assert before - 1 <= records[0].time <= records[2].time <= time.time() + 1


def test_reading_starts_at_the_position_and_stops_at_the_limit(journal: Journal) -> None:
    offsets = journal.append([Message(LABELS, b"%d" % number) for number in range(5)])

    assert values(journal.read({(LABELS, 0): offsets[1]}, 2)) == [b"1", b"2"]
    assert journal.read({(LABELS, 0): offsets[4] + 1}, 2) == []
    assert journal.read({}, 2) == []


def test_reading_may_go_on_elsewhere_however_much_was_to_follow(journal: Journal) -> None:
    items, labels = (ITEMS, 0), (LABELS, 0)
    large = [b"%d" % number * 400_000 for number in range(5)]
    offsets = journal.append([*(Message(ITEMS, value) for value in large), Message(LABELS, b"label")])
    behind = offsets[5] + 1

    assert values(journal.read({items: offsets[0], labels: behind}, 3)) == large[:3]
    assert values(journal.read({items: offsets[3], labels: behind}, 3)) == large[3:]
    assert values(journal.read({items: offsets[0], labels: behind}, 3)) == large[:3]
    assert values(journal.read({items: offsets[1], labels: behind}, 3)) == large[1:4]
    assert values(journal.read({items: offsets[4] + 1, labels: offsets[5]}, 3)) == [b"label"]


def test_one_append_may_write_to_several_places(journal: Journal) -> None:
    offsets = journal.append(
        [Message(TEXTS, b"a", partition=2), Message(ITEMS, b"b"), Message(TEXTS, b"c", partition=0)]
    )

    records = journal.read({(TEXTS, 0): 0, (TEXTS, 2): 0, (ITEMS, 0): 0}, 10)
    assert sorted((record.topic, record.partition, record.offset, record.value) for record in records) == [
        (ITEMS, 0, offsets[1], b"b"),
        (TEXTS, 0, offsets[2], b"c"),
        (TEXTS, 2, offsets[0], b"a"),
    ]


def test_a_message_goes_where_the_journal_says_that_it_will(journal: Journal) -> None:
    messages = [Message(TEXTS, value, key=key) for value in (b"a", b"b", b"c") for key in (None, b"k1", b"k2")]
    placed = [journal.placed(message) for message in messages]
    places = [(TEXTS, partition) for partition in range(TOPICS[TEXTS].partitions)]

    offsets = journal.append(placed) + journal.append([message for message in messages if message.key is not None])

    found = {(record.partition, record.offset): (record.key, record.value) for record in read_all(journal, *places)}
    named = [message for message in messages if message.key is not None]
    again = [journal.placed(message) for message in named]
    for message, offset in zip([*placed, *again], offsets, strict=True):
        assert found[message.partition or 0, offset] == (message.key, message.value)


def test_a_full_place_does_not_hide_the_others(journal: Journal) -> None:
    journal.append([Message(LABELS, b"label")])
    journal.append([Message(ITEMS, b"item")] * 20)

    read = read_all(journal, (ITEMS, 0), (LABELS, 0))

    assert values(read).count(b"item") == 20
    assert values(read).count(b"label") == 1


@pytest.mark.parametrize(
    "wrong",
    [Message("no-such-topic", b""), Message(LABELS, b"", partition=1), Message(LABEL_REQUESTS, b"without a key")],
    ids=["topic", "partition", "key"],
)
def test_an_append_with_one_impossible_message_writes_none(journal: Journal, wrong: Message) -> None:
    with pytest.raises(ValueError, match="topic"):
        journal.append([Message(LABELS, b"possible"), wrong])

    assert journal.read(START, 10) == []


def test_a_compacted_topic_tells_the_last_value_of_each_key(journal: Journal) -> None:
    def request(key: bytes, value: bytes | None) -> Message:
        return Message(LABEL_REQUESTS, value, key=key)

    journal.append([request(b"a", b"open"), request(b"b", b"open"), request(b"a", b"changed")])
    journal.append([request(b"b", None), request(b"c", b"first")])
    journal.append([request(b"c", b"second")])

    latest = {record.key: record.value for record in read_all(journal, (LABEL_REQUESTS, 0))}
    assert latest.pop(b"b", None) is None
    assert latest == {b"a": b"changed", b"c": b"second"}


def test_bounds_frame_what_is_kept_in_each_partition(journal: Journal) -> None:
    assert {partition for _, partition in journal.bounds(TEXTS)} == set(range(TOPICS[TEXTS].partitions))
    assert journal.bounds(LABELS)[LABELS, 0] == (0, 0)

    offsets = journal.append([Message(LABELS, b"1"), Message(LABELS, b"2")])

    low, end = journal.bounds(LABELS)[LABELS, 0]
    assert low <= offsets[0]
    assert journal.append([Message(LABELS, b"3")])[0] >= end > offsets[-1]


def test_a_reader_that_finds_nothing_waits_as_long_as_it_was_told(journal: Journal) -> None:
    started = time.monotonic()

    assert journal.read(START, 1, wait=0.1) == []

    assert 0.1 <= time.monotonic() - started < PATIENCE_SECONDS


def test_a_journal_that_answers_is_not_silent(journal: Journal, other: Journal) -> None:
    other.append([Message(LABELS, b"one")])
    assert values(journal.read(START, 10, PATIENCE_SECONDS)) == [b"one"]
    assert not journal.silent


def test_a_wait_in_vain_keeps_nothing_that_its_caller_holds(journal: Journal) -> None:
    def wait() -> ReferenceType[Held]:
        held = Held()
        assert journal.read(START, 1, wait=0.1) == []
        return ref(held)

    gc.disable()
    try:
        kept = [each() for each in [wait() for _ in range(5)]]
    finally:
        gc.enable()
    assert kept == [None] * 5


@pytest.mark.parametrize("same_process", [True, False])
def test_a_waiting_reader_gets_what_is_written_meanwhile(journal: Journal, other: Journal, same_process: bool) -> None:
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(journal.read, START, 1, PATIENCE_SECONDS)
        (journal if same_process else other).append([Message(LABELS, b"at last")])

        assert values(waiting.result(PATIENCE_SECONDS / 2)) == [b"at last"]


def test_concurrent_appends_lose_and_repeat_nothing(journal: Journal, other: Journal) -> None:
    expected = {(who, number) for who in range(4) for number in range(25)}

    def write(who: int) -> None:
        for number in range(0, 25, 5):
            block = [Message(LABELS, b"%d %d" % (who, number + place)) for place in range(5)]
            (journal if who % 2 else other).append(block)

    def follow() -> list[Record]:
        records: list[Record] = []
        while len(records) < len(expected):
            position = records[-1].offset + 1 if records else 0
            records += other.read({(LABELS, 0): position}, 9, wait=PATIENCE_SECONDS)
        return records

    with ThreadPoolExecutor() as threads:
        following = threads.submit(follow)
        list(threads.map(write, range(4)))
        records = following.result(PATIENCE_SECONDS)

    found = [tuple(map(int, (record.value or b"").split())) for record in records]
    assert len(found) == len(expected)
    assert set(found) == expected
    for who in range(4):
        assert [number for writer, number in found if writer == who] == list(range(25))


def test_a_topic_has_one_identity_for_all_and_for_good(storage: Storage) -> None:
    with storage.open() as journal, storage.open() as other:
        identities = [journal.identity(topic) for topic in (TEXTS, LABELS, TEXTS)]
        assert identities[0] == identities[2] == other.identity(TEXTS) != identities[1]
        assert all(identity.count("/") == 1 for identity in identities)
    with storage.open() as later:
        assert later.identity(TEXTS) == identities[0]


def test_records_outlive_the_journal_that_wrote_them(storage: Storage) -> None:
    with storage.open() as journal:
        journal.append([Message(COMMANDS, b"kept")])

    with storage.open() as later:
        later.tidy(time.time())
        assert values(later.read({(COMMANDS, 0): 0}, 1)) == [b"kept"]


def test_a_closed_journal_says_so(journal: Journal) -> None:
    journal.close()
    journal.close()

    with pytest.raises(JournalError, match="closed"):
        journal.append([Message(LABELS, b"")])
    with pytest.raises(JournalError, match="closed"):
        journal.read(START, 1)


def test_closing_ends_a_waiting_read(journal: Journal) -> None:
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(journal.read, START, 1, PATIENCE_SECONDS)
        journal.close()

        assert isinstance(waiting.exception(PATIENCE_SECONDS / 2), JournalError)


def test_records_are_rewritten_in_their_places_or_left_to_their_retention(journal: Journal, other: Journal) -> None:
    journal.append([Message(LABELS, value, key=b"k", headers=(("h", b"1"),)) for value in (b"a", b"b")])
    before = read_all(other, (LABELS, 0))
    count = journal.rewrite(LABELS, lambda record: replace(record, value=None) if record.value == b"a" else None)

    after = read_all(other, (LABELS, 0))
    assert journal.scrub()
    assert count in (0, 1)
    assert values(after) == ([None, b"b"] if count else [b"a", b"b"])
    assert [replace(record, value=None) for record in after] == [replace(record, value=None) for record in before]
