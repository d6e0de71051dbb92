# Made by tools/stubs.py from column_types.py.
from collections.abc import Callable
from collections.abc import Iterable
from minivecdb.core.errors import FileFormatError
from typing import Any
from typing import NamedTuple

__all__ = ['MAX_DIGITS', 'KINDS', 'NOT_THERE', 'MISSING_CELL', 'TableError', 'did_you_mean', 'is_whole', 'is_decimal', 'Kind', 'iso_date', 'column_type', 'Misfits', 'misfits', 'why_text', 'misfit', 'cell_values', 'check_types', 'read_types']

class TableError(FileFormatError):
    """A table that cannot be read, or lacks what was asked for."""
def did_you_mean(
    word: str,  # a name that is not there
    known: Iterable[str],  # the names that are
) -> str:
    """The nearest name, and the names there are."""
    ...
MAX_DIGITS: int
def is_whole(cell: str) -> bool:
    """Whether an integer, written again, is this cell."""
    ...
def is_decimal(cell: str) -> bool:
    """Whether a cell is a number that float64 holds with all its digits."""
    ...
class Kind(NamedTuple):
    """A type of columns."""
    fits: Callable[[str], bool]  # whether a cell is of this type, and loses nothing by it
    reads: Callable[[str], bool]  # whether a cell has a value of this type
    read: Callable[[str], Any]  # its value
def iso_date(
    cell: str,  # such as 4.3.2021
    day_first: bool = True,
) -> str | None:
    """A date of day, month and year, or of month, day and year, as ISO 8601 writes it."""
    ...
KINDS: dict[Any, Any]
def column_type(cells: list[str]) -> str:
    """The first type that all cells fit; empty cells do not count."""
    ...
NOT_THERE: set[Any]
class Misfits(NamedTuple):
    """The cells that keep a column from being of a type."""
    kind: str  # the type of all others
    at: list[int]  # their numbers
    total: int  # cells that are not empty
def misfits(cells: list[str]) -> Misfits | None:
    """The few cells without which a column would have another type."""
    ...
def why_text(
    name: str,  # of a column of text
    cells: list[str],
    line: Callable[[int], str],  # where a cell stands
) -> str | None:
    """Why a column is text that looks like something else, and how to read it."""
    ...
MISSING_CELL: Any
def misfit(
    cells: list[str],  # of one column
    kind: str,  # a key of `KINDS`
) -> int | None:
    """The first cell that has no value of a type."""
    ...
def cell_values(
    cells: list[str],  # of one column
    kind: str,  # a key of `KINDS`, or "empty"
    as_written: bool = False,  # keep empty texts
) -> list:
    """The values of a column whose cells all fit."""
    ...
def check_types(types: dict[str, str] | str | None):
    """Raise `TableError` unless every type is a key of `KINDS`."""
    ...
def read_types(given: Iterable[str] | None) -> dict[str, str] | str | None:
    """Types as they are given on a command line."""
    ...
