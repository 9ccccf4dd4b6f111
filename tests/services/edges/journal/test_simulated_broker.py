"""The simulated broker: what a Kafka does with transactions, producers and groups, case by case."""

from __future__ import annotations

import pytest

from services.edges.journal.base import Fenced, JournalError, Message
from services.edges.journal.simulated_broker import Broker, Session
from services.edges.topics import ITEMS, LABEL_REQUESTS, LABELS

PLACE = (LABELS, 0)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broker(clock: Clock) -> Broker:
    return Broker(clock)


def send(broker: Broker, session: Session, *values: bytes) -> list[int]:
    return broker.produce(session, [Message(LABELS, value) for value in values])


def seen(broker: Broker, committed: bool = True) -> list[tuple[int, bytes | None]]:
    return [(record.offset, record.value) for record in broker.fetch(PLACE, 0, 100, committed=committed)]


def test_a_marker_takes_an_offset(broker: Broker) -> None:
    session = broker.begin_session("a", 10.0)
    for value in (b"1", b"2"):
        send(broker, session, value)
        broker.end(session)

    assert seen(broker) == [(0, b"1"), (2, b"2")]
    assert broker.bounds(PLACE) == (0, 4)


def test_an_open_transaction_holds_readers_back(broker: Broker) -> None:
    slow, quick = broker.begin_session("slow", 10.0), broker.begin_session("quick", 10.0)
    send(broker, slow, b"slow")
    send(broker, quick, b"quick")
    broker.end(quick)

    assert (seen(broker), broker.bounds(PLACE)) == ([], (0, 0))
    assert seen(broker, committed=False) == [(0, b"slow"), (1, b"quick")]

    broker.end(slow)
    assert (seen(broker), broker.bounds(PLACE)) == ([(0, b"slow"), (1, b"quick")], (0, 4))


def test_the_next_producer_of_a_name_aborts_and_fences_the_one_before(broker: Broker) -> None:
    zombie = broker.begin_session("a", 10.0)
    send(broker, zombie, b"wrong")
    session = broker.begin_session("a", 10.0)
    send(broker, session, b"right")
    broker.end(session)

    assert seen(broker) == [(2, b"right")]
    for late in (lambda: send(broker, zombie, b""), lambda: broker.end(zombie)):
        with pytest.raises(Fenced):
            late()


def test_a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced(broker: Broker, clock: Clock) -> None:
    session = broker.begin_session("a", 10.0)
    send(broker, session, b"slow")
    clock.now = 10.0
    broker.expire()
    assert broker.bounds(PLACE) == (0, 0)

    clock.now = 10.5
    broker.expire()

    assert (seen(broker), broker.bounds(PLACE)) == ([], (0, 2))
    with pytest.raises(Fenced):
        broker.end(session)


def test_a_commit_that_comes_late_meets_whatever_transaction_is_open_then(broker: Broker) -> None:
    session = broker.begin_session("a", 10.0)
    send(broker, session, b"first")
    broker.end(session)
    send(broker, session, b"half of the next one")

    broker.end(session)

    assert seen(broker) == [(0, b"first"), (2, b"half of the next one")]


def test_what_is_decided_is_seen_once_its_marker_is_written_place_by_place(broker: Broker) -> None:
    session = broker.begin_session("a", 10.0)
    broker.produce(session, [Message(LABELS, b"label"), Message(ITEMS, b"item")])
    broker.lazy = True
    broker.end(session)
    assert seen(broker) == []

    broker.write_markers(1)
    assert seen(broker) == [(0, b"label")]
    assert broker.fetch((ITEMS, 0), 0, 9) == []

    broker.begin_session("a", 10.0)
    assert [record.value for record in broker.fetch((ITEMS, 0), 0, 9)] == [b"item"]


def test_compaction_leaves_the_last_committed_record_of_each_key_where_it_was(broker: Broker) -> None:
    def put(session: Session, **values: bytes | None) -> None:
        broker.produce(session, [Message(LABEL_REQUESTS, value, key=key.encode()) for key, value in values.items()])

    session, other = broker.begin_session("a", 10.0), broker.begin_session("b", 10.0)
    for values in ({"x": b"1", "y": b"1"}, {"x": b"2"}, {"y": None}):
        put(session, **values)
        broker.end(session)
    put(other, x=b"aborted")
    broker.begin_session("b", 10.0)
    put(session, x=b"open")

    broker.compact(LABEL_REQUESTS)

    kept = broker.fetch((LABEL_REQUESTS, 0), 0, 100)
    assert [(record.offset, record.key, record.value) for record in kept] == [(3, b"x", b"2"), (5, b"y", None)]


def test_offsets_are_the_elected_members_in_its_generation_and_count_once_committed(broker: Broker) -> None:
    group, session = broker.group("learner"), broker.begin_session("learner", 10.0)
    first, second = group.join(), group.join()
    shown, standby = group.heartbeat(first), group.heartbeat(second)
    assert (group.elected(first), group.elected(second)) == (True, False)

    broker.add_offsets(session, shown, {(ITEMS, 0): 3})
    assert group.offsets == {}
    broker.end(session)
    assert group.offsets == {(ITEMS, 0): 3}
    with pytest.raises(Fenced):
        broker.add_offsets(session, standby, {(ITEMS, 0): 4})

    group.evict(first)
    with pytest.raises(Fenced):
        broker.add_offsets(session, shown, {(ITEMS, 0): 4})
    with pytest.raises(Fenced):
        group.heartbeat(first)
    broker.add_offsets(session, group.heartbeat(second), {(ITEMS, 0): 4})


def test_who_joins_waits_for_the_end_of_the_elected_ones_transaction(broker: Broker) -> None:
    group, session = broker.group("learner"), broker.begin_session("learner", 10.0)
    elected = group.join()
    shown = group.heartbeat(elected)
    group.join()
    broker.add_offsets(session, shown, {})

    assert group.heartbeat(elected).generation > shown.generation
    with pytest.raises(Fenced):
        broker.add_offsets(session, shown, {})


def test_a_full_disk_takes_nothing(broker: Broker) -> None:
    session = broker.begin_session("a", 10.0)
    broker.full = True
    with pytest.raises(JournalError, match="full"):
        send(broker, session, b"1")
    broker.full = False

    with pytest.raises(ValueError, match="key"):
        broker.produce(session, [Message(LABEL_REQUESTS, b"")])
    with pytest.raises(ValueError, match="partition"):
        broker.produce(session, [Message(LABELS, b"", partition=1)])
    assert broker.bounds(PLACE) == (0, 0)
