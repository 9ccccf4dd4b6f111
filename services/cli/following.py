"""Settings -> the journal, and the console's view of it, for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.cli.errors import Refused

if TYPE_CHECKING:
    from services.console.view import View
    from services.edges.journal.base import Journal, Record
    from services.edges.settings import Settings

_READ_RECORDS = 500


@contextmanager
def existing_journal(settings: Settings) -> Iterator[Journal]:
    """The journal of the data directory. Raises Refused where there is none: a look must not make one."""
    from services.assembly import build_journal
    from services.edges.journal.sqlite_schema import FILE_NAME

    if not (settings.data.dir / FILE_NAME).exists():
        raise Refused(f"{settings.data.dir} holds no journal: name the right directory with --data")
    with build_journal(settings) as journal:
        yield journal


def records(journal: Journal, topic: str) -> Iterator[Record]:
    """Every record of a topic that is kept, oldest first within each partition."""
    positions = {place: oldest for place, (oldest, _) in journal.bounds(topic).items()}
    while read := journal.read(positions, _READ_RECORDS):
        for record in read:
            positions[record.topic, record.partition] = record.offset + 1
            yield record


@contextmanager
def followed_view(settings: Settings) -> Iterator[View]:
    """The console's view, abreast of the journal; a running service may follow it at the same time."""
    from services.console.follower import Follower, identities
    from services.console.view import FILE, View

    with existing_journal(settings) as journal:
        view = View(settings.data.dir / FILE, identities(journal), settings.console.decisions_kept)
        try:
            follower = Follower(journal, view)
            while not follower.caught_up:
                follower.step(0.0)
            yield view
        finally:
            view.close()
