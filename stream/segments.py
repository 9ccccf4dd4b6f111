"""Things that come, change and leave -> a state entry for each few of them, where one for each would cost more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stream.records import Changes, Entry, State

_NUMBER = "number"


class Segments:
    """Numbers things as they come, and knows which changed: a segment is ``size`` things with successive numbers.

    A journal takes some 50 µs an entry, and whoever changes one thing writes its whole segment anew: so ``size`` is
    large where things are small, or come and leave in order. State keys are the prefix and the segment's own number; an
    entry has its things' keys in the field ``key``, and their numbers.
    """

    def __init__(self, prefix: str, size: int = 16, key: str = "key") -> None:
        self._prefix, self._size, self._key = prefix, size, key
        self._numbers: dict[str, int] = {}
        self._next = 0
        self._keys: dict[int, dict[str, None]] = {}
        self._changed: dict[int, None] = {}

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each thing, rising."""
        return self._numbers

    @property
    def next(self) -> int:
        """The next thing's number: behind the last that is kept, not that ever was, so that a restored one is alike."""
        return self._next

    def add(self, key: str) -> None:
        """A thing came. Its key is not there yet."""
        number = self._numbers[key] = self._next
        self._next += 1
        segment = number // self._size
        self._keys.setdefault(segment, {})[key] = None
        self._changed[segment] = None

    def remove(self, key: str) -> None:
        """A thing left."""
        number = self._numbers.pop(key)
        if number == self._next - 1:
            self._next = 1 + next(reversed(self._numbers.values()), -1)
        segment = number // self._size
        del self._keys[segment][key]
        if not self._keys[segment]:
            del self._keys[segment]
        self._changed[segment] = None

    def change(self, key: str) -> None:
        """A thing is no longer as it was."""
        self._changed[self._numbers[key] // self._size] = None

    def changes(self, entry: Callable[[Sequence[str]], Entry]) -> Changes:
        """An ``entry`` of the things in each segment that changed since this was last asked; None for an empty one."""
        changed, self._changed = self._changed, {}
        return {f"{self._prefix}{segment}": self._entry(segment, entry) for segment in changed}

    def _entry(self, segment: int, entry: Callable[[Sequence[str]], Entry]) -> Entry | None:
        if segment not in self._keys:
            return None
        keys = list(self._keys[segment])
        fields, arrays = entry(keys)
        return Entry({_NUMBER: [self._numbers[key] for key in keys], self._key: keys, **fields}, arrays)

    def restore(self, state: State) -> list[Entry]:
        """Go on with what `changes` returned, among other entries; returns those that are ours, in order."""
        entries = [entry for key, entry in state.items() if key.startswith(self._prefix)]
        entries.sort(key=lambda entry: int(entry.fields[_NUMBER][0]))
        self._numbers, self._keys, self._changed = {}, {}, {}
        for entry in entries:
            for number, key in zip(entry.fields[_NUMBER], entry.fields[self._key], strict=True):
                self._numbers[key] = number
                self._keys.setdefault(number // self._size, {})[key] = None
        self._next = 1 + max(self._numbers.values(), default=-1)
        return entries
