"""What a worker has on record of its first steps <-> the text that Kafka keeps beside a group's offset."""

from __future__ import annotations

from services.attempts import KEY
from stream.records import Changes, Entry


class Notes:
    """Notes of one worker, told from those of others by its ``name``.

    A group that gathers anew gives a worker its partitions once more: what it noted itself ended no process.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def text(self, changes: Changes) -> str:
        """What to keep beside the offset: nothing once the first steps are through.

        >>> Notes("a").text({"attempt": Entry({"deaths": 2, "alone": True})})
        '2 1 a'
        """
        entry = changes.get(KEY)
        return f"{entry.fields['deaths']} {entry.fields['alone']:d} {self._name}" if entry is not None else ""

    def entry(self, text: str) -> Entry | None:
        """What another worker left there; nothing from any other text.

        >>> Notes("b").entry("2 1 a").fields
        {'deaths': 2, 'alone': True}
        """
        deaths, alone, name = (*text.split(), "", "", "")[:3]
        if not (deaths.isdecimal() and alone in ("0", "1")):
            return None
        known = int(deaths) - (name == self._name)
        return Entry({"deaths": known, "alone": alone == "1"}) if known > 0 else None
