"""Fixtures: a world on disk, and a console over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.console.worlds import Console, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.journal.close()


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    console = Console(world)
    yield console
    console.close()
