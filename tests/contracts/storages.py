"""The adapters under the journal's contract: another one joins by its line in `STORAGES`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from services.edges.journal.base import Journal
from services.edges.journal.sqlite import SqliteJournal


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


STORAGES: dict[str, Callable[[Path], Storage]] = {
    "sqlite": SqliteStorage,
}
