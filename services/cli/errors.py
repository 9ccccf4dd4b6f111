"""An error -> the exit code for what a user can mend, none for a bug."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAILED = 1
WRONG_USE = 2
REFUSED = 3


class WrongUse(Exception):
    """A flag or a file that the user named cannot be used; the message is one line that says why, and what to do."""


class Refused(Exception):
    """What was asked for is not there, or not allowed; the message is one line that says why."""


class Failed(Exception):
    """What was asked for cannot be done here; the message is one line that says why, and what to do."""


def exit_code(error: Exception) -> int | None:
    """The code to end with where a user can mend what the error tells; None for a bug, which stays a traceback."""
    from services.console.schema import ViewError
    from services.edges.chat import ChatError
    from services.edges.datasets import DatasetError
    from services.edges.encoders.base import EncoderError
    from services.edges.formats.base import FormatError
    from services.edges.journal.base import JournalError
    from services.edges.journal.sqlite_schema import DirectoryIsFile
    from services.edges.listening import PortTaken
    from services.edges.settings import SettingsError

    codes: dict[type[Exception], int] = {
        SettingsError: WRONG_USE,
        DatasetError: WRONG_USE,
        EncoderError: WRONG_USE,
        FormatError: WRONG_USE,
        WrongUse: WRONG_USE,
        DirectoryIsFile: WRONG_USE,
        Refused: REFUSED,
        Failed: FAILED,
        ChatError: FAILED,
        JournalError: FAILED,
        PortTaken: FAILED,
        ViewError: FAILED,
        OSError: FAILED,
    }
    return next((code for kind, code in codes.items() if isinstance(error, kind)), None)


@contextmanager
def blamed_on_damage(path: Path) -> Iterator[None]:
    """Raise JournalError for what would be a bug where the journal's file is damaged."""
    try:
        yield
    except Exception as error:
        if exit_code(error) is None:
            from services.edges.journal.sqlite_schema import require_whole

            require_whole(path)
        raise
