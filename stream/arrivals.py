"""Origin and id -> which items are new: each text once, and none left out unnoticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import compress, islice
from operator import lt

import numpy as np

from stream.records import Changes, Entry, Integers, Items, State

_MARKS = "arrivals/marks"
_IDS = "arrivals/ids/"
_SEGMENT_IDS = 2_000
_HASH = blake2b(digest_size=8)
"""Of nothing yet: to copy it takes half the time of making one with its parameters."""


class Gap(Exception):
    """Texts are missing: the items of ``partition`` go on at ``start``, those before them ended at ``mark``."""

    def __init__(self, partition: str, mark: int, start: int) -> None:
        super().__init__(f"{partition}: offsets {mark} to {start - 1} never arrived")
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
        self._excused: set[str] = set()
        self._unsaved = False
        self.repeats = 0

    @property
    def marks(self) -> Mapping[str, int]:
        """How far each source partition was read."""
        return self._marks

    def admit(self, items: Items) -> Integers:
        """The rows that are new, in order, and takes them for known from now on.

        Not new is a row below its partition's mark, and one with a user's id (an id other than the origin) that is
        remembered. Raises Gap, and changes nothing, where a range covered by the items begins above its mark.
        """
        self._check(items.covered)
        ends = {partition: end for partition, (_, end) in items.covered.items()}
        rows = self._all_above_marks(items.origins, ends) or self._above_marks(items.origins, ends)
        ids, origins = items.ids, items.origins
        named = [row for row in rows if ids[row] != origins[row]]
        news = self._ids.add([ids[row] for row in named])
        remembered = () if all(news) else set(named) - set(compress(named, news))
        new = [row for row in rows if row not in remembered] if remembered else rows
        self.repeats += len(items) - len(new)
        self._pass(ends)
        return np.arange(len(new)) if len(new) == len(items) else np.array(new, np.int64)

    def _all_above_marks(self, origins: Sequence[str], ends: dict[str, int]) -> Sequence[int]:
        """All rows, where they are of one partition, one after the other and above its mark, as they mostly are.

        Where they are not, or it cannot be told at a glance, no row. ``ends`` are moved behind them.
        """
        if not origins:
            return ()
        partition, _, digits = origins[0].rpartition("/")
        before, first = partition + "/", int(digits)
        following: Sequence[int] = range(first, first + len(origins))
        if origins != list(map(before.__add__, map(str, following))):
            try:
                following = [int(origin.removeprefix(before)) for origin in origins]
            except ValueError:
                return ()
            if not all(map(lt, following, islice(following, 1, None))):
                return ()
        if first < self._marks.get(partition, 0):
            return ()
        ends[partition] = max(ends.get(partition, 0), following[-1] + 1)
        return range(len(origins))

    def _above_marks(self, origins: Sequence[str], ends: dict[str, int]) -> list[int]:
        """Where each origin that is not below its partition's mark first stands; ``ends`` are moved behind them."""
        rows: dict[str, int] = {}
        for row, origin in enumerate(origins):
            partition, _, digits = origin.rpartition("/")
            offset = int(digits)
            if offset >= ends.get(partition, 0):
                ends[partition] = offset + 1
            if offset >= self._marks.get(partition, 0):
                rows.setdefault(origin, row)
        return list(rows.values())

    def pass_over(self, items: Items) -> Integers:
        """Move past these items without taking their ids for known: they may come again. Raises Gap as `admit` does.

        The rows that were not below their partition's mark: none of a batch that comes twice.
        """
        self._check(items.covered)
        rows = self._above_marks(items.origins, {})
        self._pass({partition: end for partition, (_, end) in items.covered.items()})
        return np.array(rows, np.int64)

    def excuse(self) -> None:
        """A record of items was set aside unread: each partition may go on above its mark, once."""
        self._excused = set(self._marks)
        self._unsaved = True

    def accept_gap(self, partition: str, offset: int) -> bool:
        """Go on at this offset of a source partition, whatever lay before it; False where that leads nowhere on."""
        if offset <= self._marks.get(partition, offset):
            return False
        self._marks[partition] = offset
        self._unsaved = True
        return True

    def _pass(self, ends: Mapping[str, int]) -> None:
        for partition, end in ends.items():
            self._marks[partition] = max(end, self._marks.get(partition, 0))
        self._excused.difference_update(ends)
        self._unsaved |= bool(ends)

    def _check(self, covered: Mapping[str, tuple[int, int]]) -> None:
        for partition, (start, _) in covered.items():
            mark = self._marks.get(partition, start)
            if start > mark and partition not in self._excused:
                raise Gap(partition, mark, start)

    def changes(self) -> Changes:
        """Marks and segments of ids that changed since this was last asked; None removes a segment."""
        changes = self._ids.changes()
        if self._unsaved:
            excused = {"excused": sorted(self._excused)} if self._excused else {}
            changes[_MARKS] = Entry({"marks": dict(self._marks), "repeats": self.repeats, **excused})
            self._unsaved = False
        return changes

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        self._ids.restore(state)
        if (entry := state.get(_MARKS)) is not None:
            self._marks, self.repeats = dict(entry.fields["marks"]), entry.fields["repeats"]
            self._excused = set(entry.fields.get("excused", ()))


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

    def add(self, ids: Sequence[str]) -> list[bool]:
        """Remember ids, one after the other; for each, whether it was new."""
        digests = np.frombuffer(b"".join(map(_digest, ids)), ">u8").tolist()
        distinct = set(digests)
        if len(distinct) == len(digests) and self._known.isdisjoint(distinct):
            self._remember(digests)
            return [True] * len(digests)
        return [self._add(digest) for digest in digests]

    def _add(self, digest: int) -> bool:
        if digest in self._known:
            return False
        self._remember([digest])
        return True

    def _remember(self, digests: list[int]) -> None:
        """Add hashes, none of which is known, and forget as many of the oldest as there are too many."""
        forgotten = max(0, self._end - self._keep)
        self._known.update(digests)
        while digests:
            segment, place = divmod(self._end, _SEGMENT_IDS)
            fitting, digests = digests[: _SEGMENT_IDS - place], digests[_SEGMENT_IDS - place :]
            self._segments.setdefault(segment, []).extend(fitting)
            self._end += len(fitting)
        while forgotten < self._end - self._keep:
            segment, place = divmod(forgotten, _SEGMENT_IDS)
            end = min(_SEGMENT_IDS, place + self._end - self._keep - forgotten)
            self._forget(segment, place, end)
            forgotten += end - place

    def _forget(self, segment: int, start: int, end: int) -> None:
        if segment in self._segments:
            self._known.difference_update(self._segments[segment][start:end])
            if end == _SEGMENT_IDS:
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


def _digest(text_id: str) -> bytes:
    hashed = _HASH.copy()
    hashed.update(text_id.encode())
    return hashed.digest()
