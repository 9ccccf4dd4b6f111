"""The adapters under the journal's contract: another one joins by its line in `STORAGES`."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from kafka.admin import MemberToRemove

from services.edges.journal.base import Journal
from services.edges.journal.kafka import KafkaJournal
from services.edges.journal.simulated import SimulatedJournal
from services.edges.journal.simulated_broker import Broker
from services.edges.journal.simulated_line import Line
from services.edges.journal.sqlite import SqliteJournal
from services.edges.kafka_client import administration
from services.edges.settings import KafkaSettings


class Storage(Protocol):
    """Where the journals of one test keep their records."""

    def open(self) -> Journal:
        """A journal as another process would open it."""
        ...

    def presume_dead(self, name: str) -> None:
        """Let the next writer of this name be elected although the last one lives, as after a long pause of it."""
        ...


class SqliteStorage:
    """One data directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def open(self) -> Journal:
        return SqliteJournal(self.directory)

    def presume_dead(self, name: str) -> None:
        (self.directory / f"{name}.lock").unlink()


class KafkaStorage:
    """Topics under a prefix of their own."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings

    def open(self) -> Journal:
        return KafkaJournal(self.settings)

    def presume_dead(self, name: str) -> None:
        group = f"{self.settings.topic_prefix}{name}"
        with administration(self.settings) as admin:
            members = admin.describe_groups([group])[group]["members"]
            admin.remove_group_members(group, [MemberToRemove(member_id=each["member_id"]) for each in members])


class SimulatedStorage:
    """One broker in memory."""

    def __init__(self) -> None:
        self.broker = Broker(time.time)
        self._opened = count()

    def open(self) -> Journal:
        return SimulatedJournal(Line(self.broker), str(next(self._opened)))

    def presume_dead(self, name: str) -> None:
        group = self.broker.group(name)
        for member in group.members:
            group.evict(member)


def _sqlite(request: pytest.FixtureRequest) -> Storage:
    return SqliteStorage(request.getfixturevalue("tmp_path") / "data")


def _kafka(request: pytest.FixtureRequest) -> Storage:
    return KafkaStorage(request.getfixturevalue("kafka"))


def _simulated(request: pytest.FixtureRequest) -> Storage:
    return SimulatedStorage()


STORAGES: dict[str, Callable[[pytest.FixtureRequest], Storage]] = {
    "simulated": _simulated,
    "sqlite": _sqlite,
    "kafka": _kafka,
}
