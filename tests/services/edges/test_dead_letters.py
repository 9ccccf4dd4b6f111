"""Records that could not be read, set aside and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.edges.dead_letters import (
    MAX_VALUE_BYTES,
    Fault,
    Unreadable,
    dead_letter,
    discard_dead_letters,
    read_dead_letters,
    replay_dead_letters,
)
from services.edges.journal.base import Journal, Message, Record
from services.edges.journal.sqlite import SqliteJournal

WRONG = Unreadable(Fault.NOT_JSON, "line 1")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with SqliteJournal(tmp_path) as journal:
        yield journal


def _set_aside(journal: Journal, message: Message) -> Record:
    (offset,) = journal.append([message])
    (record,) = journal.read({(message.topic, message.partition or 0): offset}, 1)
    journal.append([dead_letter(record, journal.identity(record.topic), WRONG)])
    return record


def test_a_letter_says_where_it_came_from_and_why(journal: Journal) -> None:
    _set_aside(journal, Message("texts", b"{", key=b"k", headers=(("ce_id", b"e1"),), partition=2))
    (letter,) = read_dead_letters(journal)
    assert letter.origin == f"{journal.identity('texts')}/2/0"
    assert (letter.topic, letter.reason, letter.detail) == ("texts", Fault.NOT_JSON, "line 1")
    assert (letter.value, letter.size) == (b"{", 1)


def test_a_replay_appends_the_original_and_takes_the_letter_away(journal: Journal) -> None:
    _set_aside(journal, Message("texts", b"\xff{", key=b"k", headers=(("ce_id", b"e1"), ("ce_id", b"e2"))))
    replay_dead_letters(journal, read_dead_letters(journal))
    assert read_dead_letters(journal) == []
    first, again = journal.read({("texts", 0): 0}, 10)
    assert (again.key, again.value, again.headers) == (first.key, first.value, first.headers)


def test_the_same_record_set_aside_twice_is_one_letter(journal: Journal) -> None:
    record = _set_aside(journal, Message("labels", b"[]"))
    journal.append([dead_letter(record, journal.identity("labels"), WRONG)])
    assert len(read_dead_letters(journal)) == 1


def test_letters_come_oldest_first(journal: Journal) -> None:
    for value in (b"first", b"second", b"third"):
        _set_aside(journal, Message("labels", value))
    assert [letter.value for letter in read_dead_letters(journal)] == [b"first", b"second", b"third"]


def test_of_a_large_message_the_beginning_is_kept_and_the_others_are_replayed_without_it(journal: Journal) -> None:
    _set_aside(journal, Message("labels", b"x" * 1_000_000))
    _set_aside(journal, Message("labels", b"small"))
    large, small = read_dead_letters(journal)
    assert (len(large.value), large.size) == (MAX_VALUE_BYTES, 1_000_000)
    assert replay_dead_letters(journal, [large, small]) == [small]
    assert read_dead_letters(journal) == [large]
    assert [record.value for record in journal.read({("labels", 0): 2}, 10)] == [b"small"]


def test_what_is_discarded_leaves_nothing_behind(journal: Journal) -> None:
    _set_aside(journal, Message("labels", b"first"))
    _set_aside(journal, Message("labels", b"second"))
    first, second = read_dead_letters(journal)
    discard_dead_letters(journal, [first])
    assert read_dead_letters(journal) == [second]
    assert len(journal.read({("labels", 0): 0}, 10)) == 2


def test_too_many_headers_are_dropped_but_never_the_reason(journal: Journal) -> None:
    _set_aside(journal, Message("texts", b"", headers=(("small", b"1"), ("large", b"x" * 10_000), ("other", b"2"))))
    (letter,) = read_dead_letters(journal)
    assert letter.reason is Fault.NOT_JSON
    assert letter.headers == (("small", b"1"),)


def test_a_record_without_value_can_be_set_aside(journal: Journal) -> None:
    _set_aside(journal, Message("texts", None))
    assert read_dead_letters(journal)[0].value == b""


def test_reasons_are_a_closed_list() -> None:
    with pytest.raises(ValueError, match="bad_luck"):
        Unreadable("bad_luck", "")


def test_a_detail_is_one_short_line() -> None:
    detail = Unreadable("not_json", "two\nlines " + "x" * 1_000).detail
    assert "\n" not in detail
    assert len(detail) == 300
