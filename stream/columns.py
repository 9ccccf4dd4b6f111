"""Rows -> their columns, where to make each row would cost as much as to decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, TypeVar, overload

_Row = TypeVar("_Row", bound=tuple[Any, ...])


class Columns(Sequence[_Row]):
    """Rows of one kind of named tuple, ``of``, with the given ``fields``, kept as a list for each field."""

    __slots__ = ("columns",)
    of: ClassVar[Callable[..., Any]]
    fields: ClassVar[tuple[str, ...]]

    def __init__(self, rows: Iterable[_Row] = ()) -> None:
        self.columns: tuple[list[Any], ...] = tuple([] for _ in self.fields)
        for row in rows:
            self.append(row)

    def append(self, row: _Row) -> None:
        """Take one row."""
        for own, value in zip(self.columns, row, strict=True):
            own.append(value)

    def extend(self, *columns: Iterable[Any]) -> None:
        """Take rows, given as the columns of their fields, in order."""
        for own, values in zip(self.columns, columns, strict=True):
            own.extend(values)

    def column(self, name: str) -> list[Any]:
        """The values of one field."""
        return self.columns[self.fields.index(name)]

    def take(self, rows: Sequence[int]) -> list[_Row]:
        """These rows, in the given order."""
        return list(map(self.of, *([column[row] for row in rows] for column in self.columns)))

    @overload
    def __getitem__(self, row: int) -> _Row: ...
    @overload
    def __getitem__(self, row: slice) -> list[_Row]: ...
    def __getitem__(self, row: int | slice) -> _Row | list[_Row]:
        values = [column[row] for column in self.columns]
        made: _Row | list[_Row] = list(map(self.of, *values)) if isinstance(row, slice) else self.of(*values)
        return made

    def __iter__(self) -> Iterator[_Row]:
        return map(self.of, *self.columns)

    def __len__(self) -> int:
        return len(self.columns[0])
