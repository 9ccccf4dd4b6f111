"""The learner's state -> the classes, as they change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.edges.journal.base import Message
from services.edges.known_classes import KnownClasses
from services.edges.topics import LEARNER_STATE
from tests.services.console.worlds import STATUS, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.journal.close()


def test_they_are_those_of_the_task_until_the_learner_has_told_any(world: World) -> None:
    classes = KnownClasses(world.journal, ["lost"])
    assert classes() == ("lost",)
    world.report(STATUS | {"classes": []})
    assert classes() == ("lost",)
    world.report(STATUS)
    assert classes() == ("card_arrival", "card_linking", "exchange_rate")
    assert KnownClasses(world.journal)() == classes()


def test_they_follow_the_learner_whatever_else_is_in_its_state(world: World) -> None:
    classes = KnownClasses(world.journal)
    world.report(STATUS | {"classes": ["a"]})
    world.journal.append([Message(LEARNER_STATE, b"x", key=f"k{number}".encode()) for number in range(300)])
    assert classes() == ("a",)
    world.report(STATUS | {"classes": ["a", "b"]})
    assert classes() == ("a", "b")


def test_a_status_that_cannot_be_read_changes_nothing(world: World) -> None:
    world.report(STATUS | {"classes": ["a"]})
    world.journal.append([Message(LEARNER_STATE, b"broken", key=b"status")])
    assert KnownClasses(world.journal, ["lost"])() == ("lost",)  # the broken one has taken its place
