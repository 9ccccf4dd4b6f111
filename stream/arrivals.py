"""Origin and id -> which items are new: each text once, and none left out unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

import numpy as np

from stream.records import Changes, Entry, Integers, Items, State

_MARKS = "arrivals/marks"
_IDS = "arrivals/ids/"
_SEGMENT_IDS = 2_000


class Gap(Exception):
    """Texts are missing: the items of ``partition`` go on at ``start``, those before them ended at ``mark``."""

    def __init__(self, partition: str, mark: int, start: int) -> None:
        super().__init__(f"{partition}: offsets {mark} to {start} never arrived")
        self.partition = partition
        self.mark = mark
        self.start = start


class Arrivals:
    """Remembers how far each source partition was read, and the users' last ``remember_ids`` ids by a 64-bit hash.

    When full, the oldest id is forgotten. ``repeats`` counts the items that were not new.
    """

    def __init__(self, remember_ids: int = 200_000) -> None:
        self._ids = _Ids(remember_ids)
        self._marks: dict[str, int] = {}
        self._unsaved = False
        self.repeats = 0

    def admit(self, items: Items) -> Integers:
        """The rows that are new, in order, and takes them for known from now on.

        Not new is a row below its partition's mark, and one with a user's id (an id other than the origin) that is
        remembered. Raises Gap, and changes nothing, where a range covered by the items begins above its mark.
        """
        self._check(items.covered)
        rows, origins = [], set()
        ends = {partition: end for partition, (_, end) in items.covered.items()}
        for row, (origin, text_id) in enumerate(zip(items.origins, items.ids, strict=True)):
            partition, _, digits = origin.rpartition("/")
            offset = int(digits)
            if offset >= ends.get(partition, 0):
                ends[partition] = offset + 1
            if offset < self._marks.get(partition, 0) or origin in origins:
                continue
            origins.add(origin)
            if text_id == origin or self._ids.add(text_id):
                rows.append(row)
        self.repeats += len(items) - len(rows)
        for partition, end in ends.items():
            self._marks[partition] = max(end, self._marks.get(partition, 0))
        self._unsaved |= bool(ends)
        return np.array(rows, np.int64)

    def pass_over(self, items: Items) -> None:
        """Move past these items without taking their ids for known: they may come again. Raises Gap as `admit` does."""
        self._check(items.covered)
        for partition, (_, end) in items.covered.items():
            self._marks[partition] = max(end, self._marks.get(partition, 0))
        self._unsaved = True

    def _check(self, covered: Mapping[str, tuple[int, int]]) -> None:
        for partition, (start, _) in covered.items():
            mark = self._marks.get(partition, start)
            if start > mark:
                raise Gap(partition, mark, start)

    def changes(self) -> Changes:
        """Marks and segments of ids that changed since this was last asked; None removes a segment."""
        changes = self._ids.changes()
        if self._unsaved:
            changes[_MARKS] = Entry({"marks": dict(self._marks), "repeats": self.repeats})
            self._unsaved = False
        return changes

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        self._ids.restore(state)
        if (entry := state.get(_MARKS)) is not None:
            self._marks, self.repeats = dict(entry.fields["marks"]), entry.fields["repeats"]


class _Ids:
    """The last ``keep`` ids as hashes, numbered as they came; a segment holds 2,000 of them from a round number on."""

    def __init__(self, keep: int) -> None:
        if keep < 0:
            raise ValueError(f"0 or more ids are remembered, not {keep}")
        self._keep = keep
        self._known: set[int] = set()
        self._segments: dict[int, list[int]] = {}
        self._end = 0
        self._saved_end = 0
        self._forgotten: list[int] = []

    def add(self, text_id: str) -> bool:
        """Remember an id; False where it is remembered already."""
        digest = int.from_bytes(blake2b(text_id.encode(), digest_size=8).digest())
        if digest in self._known:
            return False
        self._known.add(digest)
        segment, place = divmod(self._end, _SEGMENT_IDS)
        if place == 0:
            self._segments[segment] = []
        self._segments[segment].append(digest)
        self._end += 1
        if self._end > self._keep:
            self._forget(self._end - self._keep - 1)
        return True

    def _forget(self, number: int) -> None:
        segment, place = divmod(number, _SEGMENT_IDS)
        if segment in self._segments:
            self._known.remove(self._segments[segment][place])
            if place == _SEGMENT_IDS - 1:
                del self._segments[segment]
                self._forgotten.append(segment)

    def changes(self) -> Changes:
        """Segments that grew, and those of which all was forgotten."""
        grown = range(self._saved_end // _SEGMENT_IDS, -(-self._end // _SEGMENT_IDS))
        changed = {*grown, *self._forgotten} if self._end > self._saved_end else set()
        self._saved_end, self._forgotten = self._end, []
        return {f"{_IDS}{segment}": self._entry(segment) for segment in sorted(changed)}

    def _entry(self, segment: int) -> Entry | None:
        hashes = self._segments.get(segment)
        return None if hashes is None else Entry(arrays={"hashes": np.array(hashes, np.uint64)})

    def restore(self, state: State) -> None:
        """Go on from what `changes` ever returned."""
        segments = {int(key.removeprefix(_IDS)): entry for key, entry in state.items() if key.startswith(_IDS)}
        self._segments = {segment: segments[segment].arrays["hashes"].tolist() for segment in sorted(segments)}
        self._end = max((segment * _SEGMENT_IDS + len(hashes) for segment, hashes in self._segments.items()), default=0)
        self._saved_end = self._end
        remembered = [digest for hashes in self._segments.values() for digest in hashes]
        self._known = set(remembered[max(0, len(remembered) - self._keep) :])
