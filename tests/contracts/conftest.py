"""Each contract test -> one run for every adapter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.edges.journal.base import Journal
from tests.contracts.storages import STORAGES, Storage

SLOW = {"kafka"}


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in STORAGES])
def storage(request: pytest.FixtureRequest) -> Storage:
    return STORAGES[request.param](request)


@pytest.fixture
def journal(storage: Storage) -> Iterator[Journal]:
    with storage.open() as journal:
        yield journal


@pytest.fixture
def other(storage: Storage) -> Iterator[Journal]:
    """What another process sees."""
    with storage.open() as journal:
        yield journal
