"""Numbered things that changed -> a state entry for each few of them, where one for each would cost more to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from stream.records import Changes, Entry


class Segments:
    """Which things stand in which segment, and which segments changed: a segment is things with successive numbers.

    A journal takes some 50 µs an entry, and whoever changes one thing writes its whole segment anew: so ``numbers``,
    how many stand in one, is large where things are small, or come and leave in order.

    State keys are the prefix and the segment's own number.
    """

    def __init__(self, prefix: str, numbers: int = 16) -> None:
        self._prefix, self._numbers = prefix, numbers
        self._keys: dict[int, dict[str, None]] = {}
        self._changed: dict[int, None] = {}

    def add(self, number: int, key: str) -> None:
        """A thing came."""
        self._keys.setdefault(number // self._numbers, {})[key] = None
        self.change(number)

    def remove(self, number: int, key: str) -> None:
        """A thing left."""
        segment = number // self._numbers
        del self._keys[segment][key]
        if not self._keys[segment]:
            del self._keys[segment]
        self.change(number)

    def change(self, number: int) -> None:
        """A thing is no longer as it was."""
        self._changed[number // self._numbers] = None

    def changes(self, entry: Callable[[Sequence[str]], Entry]) -> Changes:
        """An ``entry`` of the things in each segment that changed since this was last asked; None for an empty one."""
        changed, self._changed = self._changed, {}
        return {
            f"{self._prefix}{segment}": entry(list(self._keys[segment])) if segment in self._keys else None
            for segment in changed
        }

    def restore(self, things: Iterable[tuple[int, str]]) -> None:
        """Go on with these things alone, by number and key, all of them saved."""
        self._keys, self._changed = {}, {}
        for number, key in things:
            self._keys.setdefault(number // self._numbers, {})[key] = None
