"""Every journal's writer: elected alone, restored to the end, all or nothing, and refused once another is elected."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.edges.journal.base import Fenced, Journal, JournalBusy, JournalError, Message
from services.edges.topics import DECISIONS, ITEMS, LABEL_REQUESTS, LABELS
from tests.contracts.storages import Storage

PATIENCE_SECONDS = 30.0


def test_the_first_writer_finds_nothing(journal: Journal) -> None:
    with journal.writer("learner") as writer:
        assert writer.state == {}
        assert writer.positions == {}


def test_the_next_writer_goes_on_from_the_last_commit(journal: Journal, other: Journal) -> None:
    with journal.writer("learner") as writer:
        writer.commit([], {"model": b"1", "pending/a": b"a", "window": b"\x00" * 1_000_000}, {(ITEMS, 0): 3})
        writer.commit([], {"model": b"2", "pending/a": None}, {(LABELS, 0): 1})
        assert writer.state == {}

    with other.writer("learner") as successor:
        assert successor.state == {"model": b"2", "window": b"\x00" * 1_000_000}
        assert successor.positions == {(ITEMS, 0): 3, (LABELS, 0): 1}


def test_a_commit_writes_its_outputs_and_says_where(journal: Journal, other: Journal) -> None:
    journal.append([Message(LABEL_REQUESTS, b"before", key=b"0")])
    outputs = [Message(DECISIONS, b"d"), Message(LABEL_REQUESTS, b"r", key=b"1"), Message(DECISIONS, b"e")]

    with journal.writer("learner") as writer:
        offsets = writer.commit(outputs, {"model": b"1"}, {(ITEMS, 0): 1})

    records = other.read({(DECISIONS, 0): 0, (LABEL_REQUESTS, 0): 0}, 10)
    written = {(record.topic, record.offset): record.value for record in records}
    topics = [message.topic for message in outputs]
    assert [written[place] for place in zip(topics, offsets, strict=True)] == [b"d", b"r", b"e"]
    assert len(written) == 4


def test_the_names_have_separate_states(journal: Journal) -> None:
    with journal.writer("learner") as learner, journal.writer("intake") as intake:
        learner.commit([], {"model": b"1"}, {(ITEMS, 0): 5})
        intake.commit([], {"names": b"2"}, {})

    with journal.writer("intake") as intake:
        assert (intake.state, intake.positions) == ({"names": b"2"}, {})


def test_an_impossible_commit_writes_nothing(journal: Journal) -> None:
    with journal.writer("learner") as writer, pytest.raises(ValueError, match="key"):
        writer.commit([Message(DECISIONS, b"d"), Message(LABEL_REQUESTS, b"no key")], {"model": b"1"}, {(ITEMS, 0): 1})

    with journal.writer("learner") as successor:
        assert (successor.state, successor.positions) == ({}, {})
    assert journal.read({(DECISIONS, 0): 0}, 1) == []


def test_the_journal_keeps_the_keys_of_positions_to_itself(journal: Journal) -> None:
    with journal.writer("learner") as writer, pytest.raises(ValueError, match="position/items/0"):
        writer.commit([], {"position/items/0": b"1"}, {})


def test_only_known_names_are_elected(journal: Journal) -> None:
    with pytest.raises(ValueError, match="nobody-state"):
        journal.writer("nobody")


def test_who_does_not_want_to_wait_is_told_that_the_name_is_held(journal: Journal, other: Journal) -> None:
    with journal.writer("learner"), pytest.raises(JournalBusy, match="learner"):
        other.writer("learner", wait=False)

    with other.writer("learner", wait=False) as successor:
        assert successor.state == {}


def test_who_waits_is_elected_once_the_name_is_given_up(journal: Journal, other: Journal) -> None:
    with ThreadPoolExecutor() as threads:
        with journal.writer("learner") as writer:
            standby = threads.submit(other.writer, "learner")
            writer.commit([], {"model": b"last"}, {})
            assert not standby.done()

        with standby.result(PATIENCE_SECONDS) as successor:
            assert successor.state == {"model": b"last"}


def test_a_writer_that_comes_back_from_the_dead_is_fenced(storage: Storage, journal: Journal, other: Journal) -> None:
    zombie = journal.writer("learner")
    zombie.commit([], {"model": b"1"}, {(ITEMS, 0): 1})
    storage.presume_dead("learner")
    with ThreadPoolExecutor() as threads:
        election = threads.submit(other.writer, "learner")

    with election.result() as successor:
        assert successor.positions == {(ITEMS, 0): 1}
        successor.commit([Message(DECISIONS, b"right")], {"model": b"2"}, {(ITEMS, 0): 2})
        with pytest.raises(Fenced):
            zombie.commit([Message(DECISIONS, b"wrong")], {"model": b"wrong"}, {(ITEMS, 0): 9})
        successor.commit([Message(DECISIONS, b"right")], {}, {(ITEMS, 0): 3})
    zombie.close()

    with journal.writer("learner") as last:
        assert (last.state, last.positions) == ({"model": b"2"}, {(ITEMS, 0): 3})
    assert [record.value for record in journal.read({(DECISIONS, 0): 0}, 10)] == [b"right", b"right"]


def test_a_closed_writer_commits_no_more(journal: Journal) -> None:
    writer = journal.writer("learner")
    writer.close()
    writer.close()

    with pytest.raises(JournalError, match="closed"):
        writer.commit([], {"model": b"1"}, {})
