"""A file or directory that the user named -> it, ready for use, or one line that says why it is not."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from services.cli.errors import WrongUse


def to_read(path: Path) -> TextIO:
    """The file, opened for a format to read from it. Raises WrongUse."""
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from None


def to_write(path: Path) -> TextIO:
    """The file, made or emptied, for a format to write to it. Raises WrongUse."""
    try:
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        mend = "name a file that this user may write, in a directory that exists"
        raise WrongUse(f"{path}: {error.strerror}: {mend}") from None


def make_directory(path: Path, flag: str) -> None:
    """Make the directory that the flag names, where it is missing. Raises WrongUse."""
    try:
        if path.is_file():
            raise WrongUse(f"{path} is a file: name a directory with {flag}")
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"{path} cannot be made ({error.strerror}): name another directory with {flag}") from None
