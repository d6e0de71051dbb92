# Made by tools/stubs.py from text_tables.py.
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from typing import NamedTuple

__all__ = ['QUOTINGS', 'TABLE_ENDINGS', 'Table', 'place', 'Form', 'is_rows_file', 'read_rows']

class Table(list):
    """The rows of a file, one dictionary each."""
    path: str | Path
    lines: list[int]
    types: Any
    notes: Any
    def __init__(
        self,
        rows: Iterable[dict],
        path: str | Path,  # of the file
        lines: list[int],  # the line that each row begins on
        types: dict[str, str] | None = None,  # column -> type, where the file has none of its own
        notes: Iterable[str] = (),  # what its reader should be told
    ) -> None: ...
    @property
    def columns(self) -> list[str]:
        """The names of the columns, also of those that are empty."""
        ...
    def place(self, i: int) -> str:
        """Where row `i` stands."""
        ...
    def only(self, at: list[int]) -> 'Table':
        """Some of the rows."""
        ...
def place(
    rows: list[dict],  # a `Table`, or any list
    i: int,  # number of a row
) -> str:
    """Where a row stands: its line in a file, else its number from 1 on."""
    ...
QUOTINGS: dict[Any, Any]
class Form(NamedTuple):
    """How a CSV file is written."""
    encoding: str | None
    delimiter: str
    quoting: str  # a key of `QUOTINGS`
    types: dict[str, str] | str | None  # see `read_types`
    missing: tuple[str, ...] = ...  # words for a missing value
    decimal: str = ...  # before the digits after the point
    def kind(self, column: str) -> str | None:
        """The type that was set for a column."""
        ...
    def plain(self, column: str, cells: list[str]) -> list[str]:
        """The cells of a column with missing ones empty, and decimals with a point."""
        ...
TABLE_ENDINGS: tuple[Any, ...]
def is_rows_file(path: Path) -> bool:
    """Whether a file holds rows, and is no storage; a storage in JSON begins with a brace."""
    ...
def read_rows(
    path: str | Path,  # ends in one of `TABLE_ENDINGS`, and .gz if it is packed
    *,
    encoding: str | None = None,  # None: what the file's mark says, else UTF-8
    delimiter: str | None = None,  # between cells; None: a comma, in .tsv a tab
    quoting: str | None = None,  # csv, or none: quotes mean nothing; None: csv, in .tsv none
    types: dict[str, str] | str | None = None,  # of columns of a CSV file, see `read_types`
    missing: str | Iterable[str] = (),  # a word that stands for a missing value, or several
    decimal: str = '.',  # or a comma, as in 1.099,50
) -> Table:
    """Read a table. Raises `TableError` with the line, or the system's own error without a file."""
    ...
