"""Names of reviewers -> whose answers are not learned for now."""

from __future__ import annotations

from stream.records import Changes, Entry, State

_KEY = "holds"


class Holds:
    """The reviewers on hold."""

    def __init__(self) -> None:
        self._reviewers: dict[str, None] = {}
        self._unsaved = False

    def add(self, reviewer: str) -> bool:
        """Put a reviewer on hold; False where that was so already."""
        known = reviewer in self._reviewers
        self._reviewers[reviewer] = None
        self._unsaved |= not known
        return not known

    def release(self, reviewer: str) -> bool:
        """Learn from a reviewer again; False where it was not on hold."""
        known = reviewer in self._reviewers
        self._reviewers.pop(reviewer, None)
        self._unsaved |= known
        return known

    def __contains__(self, reviewer: object) -> bool:
        return reviewer in self._reviewers

    def changes(self) -> Changes:
        """The entry, where it changed since this was last asked."""
        changed, self._unsaved = self._unsaved, False
        return {_KEY: Entry({"reviewers": list(self._reviewers)})} if changed else {}

    def restore(self, state: State) -> None:
        """Go on from what `changes` returned."""
        if (entry := state.get(_KEY)) is not None:
            self._reviewers = dict.fromkeys(entry.fields["reviewers"])
