"""Where processes ended, again and again -> the one record that ends them is set aside, and no other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.attempts import DEATHS, KEY, Attempts
from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Record
from stream.records import Entry


class Killed(Exception):
    """A process ended."""


class World:
    """Records that wait, and what is on record; ``killer`` ends whoever handles it, or looks at it when ``twice``."""

    def __init__(self, killer: int | None, *, twice: bool = False) -> None:
        self.killer, self.twice = killer, twice
        self.position, self.note = 0, None
        self.full = False
        self.handled: list[int] = []
        self.refused: list[int] = []
        self.commits = 0

    def process(self, end: int, *, limit: int = 8) -> None:
        """One process, until all before ``end`` is handled. Raises Killed."""
        attempts = Attempts()
        attempts.restore(self.note)
        while self.position < end:
            records = [record(offset) for offset in range(self.position, min(end, self.position + limit))]
            if first := attempts.first(records):
                self.commit(first)
            for group in attempts.steps(records):
                self.take(group, attempts)

    def take(self, group: Sequence[Record], attempts: Attempts) -> None:
        handled, refused = [], []
        for each in group:
            try:
                attempts.require_harmless()
            except Unreadable:
                if self.twice and not attempts.unreadable:
                    raise Killed from None
                refused.append(each.offset)
                continue
            if each.offset == self.killer:
                raise Killed
            handled.append(each.offset)
        if survived := attempts.survived():
            self.commit(survived)
        if self.full:
            raise Killed
        self.handled += handled
        self.refused += refused
        self.position = group[-1].offset + 1
        self.commit(attempts.changes())

    def commit(self, changes: dict[str, Entry | None]) -> None:
        self.commits += 1
        self.note = changes.get(KEY, self.note)

    def deaths(self, end: int) -> int:
        """How many processes end before one gets there."""
        for deaths in range(20):
            try:
                self.process(end)
            except Killed:
                continue
            return deaths
        raise AssertionError("it never got there")


def ended(world: World, *, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Killed):
            world.process(3)


def record(offset: int) -> Record:
    return Record("items", 0, offset, None, b"", (), 0.0)


@pytest.mark.parametrize("killer", [0, 5, 7])
def test_a_record_that_ends_three_processes_is_set_aside_and_all_others_are_handled(killer: int) -> None:
    world = World(killer)
    assert world.deaths(30) == DEATHS
    assert world.refused == [killer]
    assert world.handled == [offset for offset in range(30) if offset != killer]
    assert world.note is None


def test_one_that_is_met_late_ends_one_process_more_which_had_nothing_on_record() -> None:
    world = World(20)
    assert world.deaths(30) == DEATHS + 1
    assert world.refused == [20]


def test_two_of_them_are_both_found() -> None:
    world = World(3)
    world.deaths(4)
    world.killer = 6
    assert world.deaths(30) == DEATHS
    assert world.refused == [3, 6]


def test_one_that_cannot_even_be_looked_at_ends_one_process_more() -> None:
    world = World(2, twice=True)
    assert world.deaths(30) == DEATHS + 1
    assert world.refused == [2]


def test_without_a_death_one_note_is_written_for_each_process_and_taken_back() -> None:
    world = World(None)
    world.process(8)
    assert (world.commits, world.note) == (2, None)
    world.process(24)
    assert (world.commits, world.note) == (5, None)


def test_processes_that_end_elsewhere_set_nothing_aside() -> None:
    world = World(None)
    for killer in (0, 5, 9, 13, 20, 28):
        world.killer = killer
        with pytest.raises(Killed):
            world.process(30)
    world.killer = None
    world.process(30)
    assert (world.refused, world.handled) == ([], list(range(30)))


@pytest.mark.parametrize("failing", [1, 2, 5])
def test_a_journal_that_fails_is_not_blamed_on_the_record(failing: int) -> None:
    world = World(3)
    world.deaths(3)
    with pytest.raises(Killed):
        world.process(8)
    world.killer = None
    for _ in range(failing):
        world.full = True
        with pytest.raises(Killed):
            world.process(8)
    world.full = False
    world.process(8)
    assert world.refused == []
    assert world.handled == list(range(8))


def test_a_record_that_one_process_got_through_is_not_blamed_for_those_that_ended_before() -> None:
    world = World(killer=0)
    ended(world, times=2)
    world.killer, world.full = None, True
    ended(world, times=1)
    world.killer, world.full = 0, False
    ended(world, times=2)
    world.killer = None
    world.process(3)

    assert (world.handled, world.refused) == ([0, 1, 2], [])


def test_a_record_that_is_set_aside_is_not_tried_again_where_that_could_not_be_written() -> None:
    world = World(killer=0)
    ended(world, times=DEATHS)
    world.full = True
    ended(world, times=2)
    world.full = False
    world.process(3)

    assert (world.handled, world.refused) == ([1, 2], [0])
