"""Positions go into the state's entries and come out of them as they were."""

from __future__ import annotations

import pytest

from services.edges.journal.positions import joined, parted


def test_what_was_joined_is_parted() -> None:
    entries = joined({"model": b"m", "pending/1": b"p"}, {("items", 0): 12, ("texts", 3): 0})

    assert entries["position/texts/3"] == b"0"
    assert parted({key: value for key, value in entries.items() if value is not None}) == (
        {"model": b"m", "pending/1": b"p"},
        {("items", 0): 12, ("texts", 3): 0},
    )


def test_removals_stay_removals() -> None:
    assert joined({"pending/1": None}, {}) == {"pending/1": None}


def test_a_state_key_that_looks_like_a_position_is_refused() -> None:
    with pytest.raises(ValueError, match="position/items/0"):
        joined({"position/items/0": b"5"}, {})
