"""State changes and positions -> state entries -> state and positions: both are saved in one topic, in one commit."""

from __future__ import annotations

from collections.abc import Mapping

from services.edges.journal.base import Positions

_PREFIX = "position/"


def joined(changes: Mapping[str, bytes | None], positions: Positions) -> dict[str, bytes | None]:
    """State changes and one entry a position.

    >>> joined({"model": b"..."}, {("items", 0): 12})
    {'model': b'...', 'position/items/0': b'12'}
    """
    for key in changes:
        if key.startswith(_PREFIX):
            raise ValueError(f"state key {key!r}: keys that begin with {_PREFIX!r} are the journal's own")
    return {**changes, **{f"{_PREFIX}{topic}/{part}": b"%d" % offset for (topic, part), offset in positions.items()}}


def parted(entries: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[tuple[str, int], int]]:
    """The state and the positions that were `joined`."""
    state = {key: value for key, value in entries.items() if not key.startswith(_PREFIX)}
    places = {key.removeprefix(_PREFIX).rpartition("/"): value for key, value in entries.items() if key not in state}
    return state, {(topic, int(partition)): int(offset) for (topic, _, partition), offset in places.items()}
