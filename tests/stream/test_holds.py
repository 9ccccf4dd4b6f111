"""Who is on hold is told once, released once, and saved when it changes."""

from __future__ import annotations

from stream.holds import Holds
from stream.records import Entry


def test_a_reviewer_is_put_on_hold_and_released_once() -> None:
    holds = Holds()
    assert [holds.add("ann"), holds.add("ann")] == [True, False]
    assert "ann" in holds
    assert [holds.release("ann"), holds.release("ann")] == [True, False]
    assert "ann" not in holds


def test_what_changed_is_saved_once_and_restored() -> None:
    holds, back = Holds(), Holds()
    holds.add("ann")
    changes = holds.changes()
    back.restore({key: entry for key, entry in changes.items() if isinstance(entry, Entry)})

    assert holds.changes() == {}
    assert "ann" in back
