"""Settings -> the journal, and the console's view of it, for one command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from services.cli.errors import Refused
from services.edges.setting_names import variable

if TYPE_CHECKING:
    from services.console.view import View
    from services.edges.journal.base import Journal
    from services.edges.settings import Settings


@contextmanager
def existing_journal(settings: Settings, who: str) -> Iterator[Journal]:
    """The journal, for the command ``who``. Raises Refused where there is none: a look must not make one."""
    from services.assembly import checked_journal

    if not has_journal(settings):
        raise Refused(
            f"{settings.data.dir} holds no journal: name the right directory with --data, or set "
            f"{variable('kafka.bootstrap')}"
        )
    with checked_journal(settings, who) as journal:
        yield journal


def has_journal(settings: Settings) -> bool:
    """Whether there is something to read from and write to, which no command has to make first."""
    from services.edges.journal.sqlite_schema import FILE_NAME

    return bool(settings.kafka.bootstrap) or (settings.data.dir / FILE_NAME).exists()


def unattended(settings: Settings) -> str:
    """What to tell where no service works on the data directory; empty where one does, and on Kafka, which hides it."""
    from services.edges.journal.sqlite_election import is_held

    directory = settings.data.dir.absolute()
    if settings.kafka.bootstrap or is_held(directory, "learner"):
        return ""
    return f"no service works on {directory}: `sluice up --data {shlex.quote(str(directory))}` does"


@contextmanager
def followed_view(settings: Settings, who: str) -> Iterator[View]:
    """The console's view, abreast of the journal; a running service may follow it at the same time.

    On Kafka, where no console has its view in the data directory, one that is thrown away, built from all that is kept
    of the topics that the command ``who`` reads.
    """
    from services.console.follower import identities
    from services.console.schema import is_view_of
    from services.console.view import FILE
    from services.edges.access import ACCESS

    with existing_journal(settings, who) as journal:
        file = settings.data.dir / FILE
        if not settings.kafka.bootstrap or (file.exists() and is_view_of(file, identities(journal))):
            with _abreast(file, journal, settings) as view:
                yield view
        else:
            # Readable by this user alone, as it holds texts.
            with (
                TemporaryDirectory(prefix="sluice-view-") as directory,
                _abreast(Path(directory) / FILE, journal, settings, ACCESS[who].reads) as view,
            ):
                yield view


@contextmanager
def _abreast(file: Path, journal: Journal, settings: Settings, topics: Sequence[str] = ()) -> Iterator[View]:
    from services.console.follower import Follower, identities
    from services.console.news import TOPICS
    from services.console.view import View

    topics = topics or TOPICS
    with closing(View(file, identities(journal, topics), settings.console.decisions_kept)) as view:
        follower = Follower(journal, view, topics)
        while not follower.caught_up:
            follower.step(0.0)
        yield view
