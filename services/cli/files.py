"""A file or directory that the user named -> it, ready for use, or one line that says why it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copymode
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TextIO

import typer

from services.cli.errors import Failed, WrongUse

if TYPE_CHECKING:
    from services.edges.datasets import Dataset


def to_read(path: Path) -> TextIO:
    """The file, opened for a format to read from it. Raises WrongUse."""
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from None


@contextmanager
def to_write(path: Path) -> Iterator[TextIO]:
    """A file for a format to write to, at ``path`` once all is written: until then what was there stays.

    What is no regular file, as a pipe, is written at once. Raises WrongUse, and Failed as `written` does.
    """
    place = path.resolve()
    begun = place.with_name(f".{place.name}.part") if place.is_file() or not place.exists() else place
    try:
        file = _made_or_emptied(begun, place)
    except OSError as error:
        mend = "name a file that this user may write, in a directory that exists"
        raise WrongUse(f"{path}: {error.strerror}: {mend}") from None
    try:
        with written(path):
            with file:
                yield file
            if begun != place:
                begun.replace(place)
    finally:
        if begun != place:
            begun.unlink(missing_ok=True)


def _made_or_emptied(begun: Path, place: Path) -> TextIO:
    """The file at ``begun``, as open to others as the one that it is to replace, which this user may write."""
    if begun != place and place.exists():
        place.open("a").close()
        begun.touch()
        copymode(place, begun)
    return begun.open("w", encoding="utf-8", newline="")


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Raises Failed, which names the path, where the system takes no more of what is written to it: on a full disk."""
    try:
        yield
    except OSError as error:
        raise Failed(f"{path} was not written in full: {error.strerror}") from None


def data_set(path: Path, *, text_field: str, label_field: str, labelled: bool) -> Dataset:
    """The rows of the file, with labels where ``labelled``; says how many were passed over. Raises DatasetError."""
    from services.edges.datasets import load

    rows = load(path, text_field=text_field, label_field=label_field, labelled=labelled)
    if rows.passed_over:
        typer.echo(f"sluice: {path}: {rows.passed_over} rows are skips, or have no text: passed over", err=True)
    return rows


def make_directory(path: Path, mend: str) -> None:
    """Make the directory where it is missing, and see that it can be written; ``mend`` says how to choose another.

    Raises WrongUse.
    """
    try:
        if path.is_file():
            raise WrongUse(f"{path} is a file: {mend}")
        path.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path).close()
    except OSError as error:
        raise WrongUse(f"{path} cannot be written ({error.strerror}): {mend}") from None
