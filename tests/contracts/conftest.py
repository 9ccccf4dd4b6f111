"""Each contract test -> one run for every adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.edges.journal.base import Journal
from tests.contracts.storages import STORAGES, Storage


@pytest.fixture(params=STORAGES.values(), ids=STORAGES.keys())
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    made: Storage = request.param(tmp_path / "data")
    return made


@pytest.fixture
def journal(storage: Storage) -> Iterator[Journal]:
    with storage.open() as journal:
        yield journal


@pytest.fixture
def other(storage: Storage) -> Iterator[Journal]:
    """What another process sees."""
    with storage.open() as journal:
        yield journal
