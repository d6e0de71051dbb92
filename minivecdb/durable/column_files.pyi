# Made by tools/stubs.py from column_files.py.
from collections.abc import Iterator
from minivecdb.durable.format import Head
from minivecdb.filters.columns import Column
from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import NoReturn

__all__ = ['column_file', 'half_column', 'MAGIC', 'VERSION', 'MAX_HEADER', 'column_name', 'ColumnState', 'state_at', 'may_follow', 'column_parts', 'refuse_column', 'kept_columns', 'useless_columns', 'read_column']

column_file: Any
half_column: Any
def column_name(key: tuple[str, ...]) -> str:
    """The file of a key."""
    ...
class ColumnState(NamedTuple):
    """The state of a storage that a column file belongs to."""
    storage: int  # identity
    change: int
    count: int  # type: ignore[assignment]
    digest: int  # sum of their checksums
    next_id: int  # ids were below
def state_at(head: Head) -> ColumnState:
    """The state of a head."""
    ...
def may_follow(
    state: ColumnState,  # of a file
    now: ColumnState,  # of the storage
) -> bool:
    """Whether a storage can have changed from one state to the other."""
    ...
MAGIC: bytes
VERSION: int
def column_parts(
    c: Column,  # of all rows of a state, with a packed dictionary
    state: ColumnState,
) -> Iterator[bytes]:
    """A column file, piece by piece."""
    ...
MAX_HEADER: int
class _Header(NamedTuple):
    """What a header says, checked."""
    key: tuple
    state: ColumnState
    codes: str
    numbers: str | None
    values: int  # bytes
    crc: int
    at: int  # the byte behind it
def refuse_column(path: Path, why: str) -> NoReturn:
    """Raise `FileFormatError` for a column file that cannot be used."""
    ...
def kept_columns(
    folder: Path,  # of a storage
    now: ColumnState,  # of it
) -> tuple[dict[tuple, ColumnState], list[Path]]:
    """The column files of a folder, by their headers; the rest of them is not read."""
    ...
def useless_columns(
    folder: Path,  # of a storage
    head: Head,  # of it
) -> list[Path]:
    """Column files that were not finished, and those that the storage can never use."""
    ...
def read_column(
    path: Path,
    now: ColumnState,  # of the storage
    most: int,  # bytes that all metadata take at most
) -> tuple[ColumnState, Column]:
    """Read a column file; raises `FileFormatError` if it is damaged or of another storage."""
    ...
